// Byte by byte against RFC 8017 §9.2, note 1.
#include "mechanism/digest_info.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

using crypto::Hash;

void expect_prefix(Hash hash, const char* prefix) {
    const Bytes value(crypto::size_of(hash), 0xC3);
    EXPECT_EQ(to_hex(digest_info(hash, value)), prefix + to_hex(value));
}

TEST(DigestInfo, OfSha1) { expect_prefix(Hash::sha1, "3021300906052B0E03021A05000414"); }
TEST(DigestInfo, OfSha224) { expect_prefix(Hash::sha224, "302D300D06096086480165030402040500041C"); }
TEST(DigestInfo, OfSha256) { expect_prefix(Hash::sha256, "3031300D060960864801650304020105000420"); }
TEST(DigestInfo, OfSha384) { expect_prefix(Hash::sha384, "3041300D060960864801650304020205000430"); }
TEST(DigestInfo, OfSha512) { expect_prefix(Hash::sha512, "3051300D060960864801650304020305000440"); }

}  // namespace
}  // namespace jpki::p11
