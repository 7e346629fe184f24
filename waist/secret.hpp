// SecretBytes: the only home of a PIN. A locked page of its own between two guard pages, left out of core
// dumps, zero in a forked child, cleansed on death and on move; it has no textual form and never becomes a
// std::string. Not memfd_secret(2): such a page is shared with a forked child, and keeps the machine from
// hibernating.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "waist/bytes.hpp"

namespace jpki {

class SecretBytes {
  public:
    static constexpr std::size_t kMaximum = 4096;  // one page; the largest command that carries a PIN has 21

    SecretBytes() noexcept = default;

    // An empty secret with room for `capacity` bytes (at most kMaximum). Throws std::bad_alloc.
    explicit SecretBytes(std::size_t capacity) : capacity_(capacity) {
        if (capacity == 0) return;
        if (capacity > kMaximum) throw std::bad_alloc();
        const std::size_t page = page_size();
        void* mapping = ::mmap(nullptr, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapping == MAP_FAILED) throw std::bad_alloc();
        auto* middle = static_cast<std::uint8_t*>(mapping) + page;
        if (::mprotect(middle, page, PROT_READ | PROT_WRITE) != 0) {
            (void)::munmap(mapping, 3 * page);
            throw std::bad_alloc();
        }
        // What is refused must not keep the holder from signing; secured() says so, and the log
        // (SECURITY.md).
        secured_ = ::mlock(middle, page) == 0;
        secured_ &= ::madvise(middle, page, MADV_DONTDUMP) == 0;
        secured_ &= ::madvise(middle, page, MADV_WIPEONFORK) == 0;
        data_ = middle;
    }

    explicit SecretBytes(ByteView value) : SecretBytes(value.size()) { append(value); }

    SecretBytes(SecretBytes&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)),
          secured_(std::exchange(other.secured_, false)) {}

    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            release();
            data_ = std::exchange(other.data_, nullptr);
            size_ = std::exchange(other.size_, 0);
            capacity_ = std::exchange(other.capacity_, 0);
            secured_ = std::exchange(other.secured_, false);
        }
        return *this;
    }

    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() { release(); }

    // A copy made on purpose, in a page of its own.
    [[nodiscard]] SecretBytes clone() const { return SecretBytes(view()); }

    // Throws std::bad_alloc when the capacity given at birth does not hold it.
    void append(ByteView value) {
        if (value.empty()) return;
        if (data_ == nullptr || value.size() > capacity_ - size_) throw std::bad_alloc();
        std::memcpy(data_ + size_, value.data(), value.size());
        size_ += value.size();
    }

    void push_back(std::uint8_t byte) { append(ByteView(&byte, 1)); }

    void wipe() noexcept { release(); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    // Whether its page is locked, out of core dumps and wiped in a forked child, as far as the kernel says.
    [[nodiscard]] bool secured() const noexcept { return secured_; }
    // The bytes themselves: for the wire and for format checks only.
    [[nodiscard]] ByteView view() const noexcept { return {data_, size_}; }
    [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return {data_, size_}; }

  private:
    static std::size_t page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

    void release() noexcept {
        if (data_ != nullptr) {
            ::explicit_bzero(data_, kMaximum);
            (void)::munmap(data_ - page_size(), 3 * page_size());
        }
        data_ = nullptr;
        size_ = 0;
        capacity_ = 0;
        secured_ = false;
    }

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    bool secured_ = false;
};

}  // namespace jpki
