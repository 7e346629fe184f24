#include "crypto/library_context.hpp"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <atomic>

#include "waist/per_process.hpp"

namespace jpki::p11::crypto {

namespace {

class Context {
  public:
    Context() noexcept : made_(OSSL_LIB_CTX_new()) {
        if (made_ != nullptr) provider_ = OSSL_PROVIDER_load(made_, "default");
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() {
        // A context that is freed with its provider loaded leaves it behind.
        if (provider_ != nullptr) OSSL_PROVIDER_unload(provider_);
        OSSL_LIB_CTX_free(made_);
    }

    // Null without its provider.
    [[nodiscard]] OSSL_LIB_CTX* get() const noexcept { return provider_ == nullptr ? nullptr : made_; }
    void keep() noexcept {
        made_ = nullptr;
        provider_ = nullptr;
    }

  private:
    OSSL_LIB_CTX* made_;
    OSSL_PROVIDER* provider_ = nullptr;
};

// A forked child makes its own: its parent's has locks, which a thread of the parent's may have held.
constinit PerProcess<std::atomic<OSSL_LIB_CTX*>> g_context;

}  // namespace

OSSL_LIB_CTX* library_context() noexcept try {
    std::atomic<OSSL_LIB_CTX*>& context = g_context.get();
    OSSL_LIB_CTX* known = context.load();
    if (known != nullptr) return known;
    Context made;
    OSSL_LIB_CTX* const mine = made.get();
    // Without memory nothing is kept: the next call may find some.
    if (mine == nullptr || !context.compare_exchange_strong(known, mine)) return known;
    made.keep();
    return mine;
} catch (const std::bad_alloc&) {
    return nullptr;
}

bool is_libcrypto() noexcept {
    // By the name that it has for our linker: whoever else defines the function has another one.
    constexpr const char* kLibrary = "libcrypto.so.3";
    void* const library = ::dlopen(kLibrary, RTLD_NOLOAD | RTLD_LAZY);
    if (library == nullptr) return true;  // nobody knows
    const bool ours = ::dlsym(library, "EVP_MD_fetch") == reinterpret_cast<void*>(&EVP_MD_fetch);
    (void)::dlclose(library);
    return ours;
}

namespace {
constinit std::atomic<bool> g_exiting{false};
}  // namespace

void process_exits() noexcept { g_exiting = true; }
bool process_is_exiting() noexcept { return g_exiting; }

void thread_ends() noexcept {
    if (!g_exiting) OPENSSL_thread_stop();
}

Errc reason_or(Errc otherwise) noexcept {
    return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE ? Errc::no_memory : otherwise;
}

QuietErrors::QuietErrors() noexcept { (void)ERR_set_mark(); }
QuietErrors::~QuietErrors() { (void)ERR_pop_to_mark(); }

}  // namespace jpki::p11::crypto
