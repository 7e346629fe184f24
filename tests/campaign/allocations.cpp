#include "allocations.hpp"

#include <openssl/crypto.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace jpki::campaign::allocations {

namespace {

std::atomic<bool> g_armed = false;
std::atomic<int> g_calls = 0;
std::atomic<long> g_counted = 0;
std::atomic<long> g_fails_at = 0;
thread_local int t_not_ours = 0;

bool fails() noexcept {
    if (!g_armed.load(std::memory_order_relaxed) || g_calls.load() == 0 || t_not_ours > 0) return false;
    return ++g_counted == g_fails_at.load();
}

void* openssl_malloc(std::size_t size, const char* /*file*/, int /*line*/) {
    return fails() ? nullptr : std::malloc(size);
}
void* openssl_realloc(void* block, std::size_t size, const char* /*file*/, int /*line*/) {
    return fails() ? nullptr : std::realloc(block, size);
}
void openssl_free(void* block, const char* /*file*/, int /*line*/) { std::free(block); }

}  // namespace

void install() { (void)CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free); }

void fail_at(long n) noexcept {
    g_armed = false;
    g_counted = 0;
    g_fails_at = n;
    g_armed = true;
}

long counted() noexcept { return g_counted.load(); }

Counted::Counted() noexcept { ++g_calls; }
Counted::~Counted() { --g_calls; }
NotOurs::NotOurs() noexcept { ++t_not_ours; }
NotOurs::~NotOurs() { --t_not_ours; }

namespace {

void* allocate(std::size_t size) {
    void* block = fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}

void* allocate(std::size_t size, std::align_val_t alignment) {
    const auto unit = static_cast<std::size_t>(alignment);
    void* block = fails() ? nullptr : std::aligned_alloc(unit, (size + unit - 1) / unit * unit);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}

}  // namespace

}  // namespace jpki::campaign::allocations

// The program's own allocation functions ([new.delete]); the others of the standard library call these.
void* operator new(std::size_t size) { return jpki::campaign::allocations::allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return jpki::campaign::allocations::allocate(size, alignment);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t /*alignment*/) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
    std::free(block);
}
