#include "crypto/library_context.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <atomic>

namespace jpki::p11::crypto {

OSSL_LIB_CTX* library_context() noexcept {
    static OSSL_LIB_CTX* const context = [] {
        OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
        if (made != nullptr && OSSL_PROVIDER_load(made, "default") == nullptr) {
            OSSL_LIB_CTX_free(made);
            made = nullptr;
        }
        return made;
    }();
    return context;
}

namespace {
constinit std::atomic<bool> g_exiting{false};
}  // namespace

void process_exits() noexcept { g_exiting = true; }
bool process_is_exiting() noexcept { return g_exiting; }

void thread_ends() noexcept {
    if (!g_exiting) OPENSSL_thread_stop();
}

QuietErrors::QuietErrors() noexcept { (void)ERR_set_mark(); }
QuietErrors::~QuietErrors() { (void)ERR_pop_to_mark(); }

}  // namespace jpki::p11::crypto
