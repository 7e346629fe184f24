#include "crypto/library_context.hpp"

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "crypto/public_key.hpp"
#include "crypto/random.hpp"
#include "crypto/x509.hpp"

namespace jpki::p11::crypto {
namespace {

TEST(LibraryContext, IsOurOwnAndAlwaysTheSame) {
    ASSERT_NE(library_context(), nullptr);
    EXPECT_EQ(library_context(), library_context());
    EXPECT_NE(library_context(), OSSL_LIB_CTX_get0_global_default());
}

TEST(LibraryContext, HasTheDefaultProviderAndNoOther) {
    EXPECT_EQ(OSSL_PROVIDER_available(library_context(), "default"), 1);
    for (const char* other : {"legacy", "fips", "pkcs11", "base"})
        EXPECT_EQ(OSSL_PROVIDER_available(library_context(), other), 0) << other;
}

TEST(LibraryContext, OfTheParentIsNotTheChilds) {
    const OSSL_LIB_CTX* const ours = library_context();
    const pid_t child = ::fork();
    if (child == 0) ::_exit(library_context() != nullptr && library_context() != ours ? 0 : 1);
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(library_context(), ours);
}

TEST(QuietErrors, KeepTheHostsAndDropOurs) {
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42);
    const unsigned long hosts = ERR_peek_last_error();
    EXPECT_FALSE(parse_certificate(Bytes{0x30, 0x03, 0x01, 0x01, 0x01}));
    EXPECT_FALSE(PublicKey::from_spki(Bytes{0x30, 0x00}));
    {
        const QuietErrors quiet;
        ERR_raise(ERR_LIB_USER, 43);
    }
    EXPECT_EQ(ERR_peek_last_error(), hosts);
    EXPECT_EQ(ERR_get_error(), hosts);
    EXPECT_EQ(ERR_get_error(), 0U);
}

TEST(OpensslRandom, FillsAllOfItAndNeverTheSame) {
    OpensslRandom random;
    std::array<std::uint8_t, 64> first{};
    std::array<std::uint8_t, 64> second{};
    random.fill(first);
    random.fill(second);
    EXPECT_NE(first, second);
    EXPECT_FALSE(std::ranges::all_of(std::span(first).last(16), [](std::uint8_t byte) { return byte == 0; }));
    random.fill({});
}

TEST(OpensslRandom, AsksOpensslNoMoreWhenTheProcessExits) {
    const auto fill_at_exit = [] {
        process_exits();
        OpensslRandom random;
        std::array<std::uint8_t, 32> out{};
        random.fill(out);
        std::_Exit(std::ranges::all_of(out, [](std::uint8_t byte) { return byte == 0x5A; }) ? 7 : 1);
    };
    EXPECT_EXIT(fill_at_exit(), ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace jpki::p11::crypto
