// Known answers of FIPS 180-4 ("abc", nothing, and a million times "a" from the NIST examples).
#include "crypto/digest.hpp"

#include <gtest/gtest.h>

namespace jpki::p11::crypto {
namespace {

struct Known {
    Hash hash;
    const char* of_nothing;
    const char* of_abc;
};
const Known kKnown[] = {
    {Hash::sha1, "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", "A9993E364706816ABA3E25717850C26C9CD0D89D"},
    {Hash::sha224, "D14A028C2A3A2BC9476102BB288234C415A2B01F828EA62AC5B3E42F",
     "23097D223405D8228642A477BDA255B32AADBCE4BDA0B3F7E36C9DA7"},
    {Hash::sha256, "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
     "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"},
    {Hash::sha384,
     "38B060A751AC96384CD9327EB1B1E36A21FDB71114BE07434C0CC7BF63F6E1DA274EDEBFE76F65FBD51AD2F14898B95B",
     "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED8086072BA1E7CC2358BAECA134C825A7"},
    {Hash::sha512,
     "CF83E1357EEFB8BDF1542850D66D8007D620E4050B5715DC83F4A921D36CE9CE47D0D13C5D85F2B0FF8318D2877EEC2F63B931B"
     "D47"
     "417A81A538327AF927DA3E",
     "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A2192992A274FC1A836BA3C23A3FEEBBD454D442"
     "364"
     "3CE80E2A9AC94FA54CA49F"},
};

TEST(Digest, OfNothingAndOfAbc) {
    for (const Known& known : kKnown) {
        EXPECT_EQ(to_hex(*digest(known.hash, {})), known.of_nothing);
        EXPECT_EQ(to_hex(*digest(known.hash, to_bytes(std::string_view("abc")))), known.of_abc);
    }
}

TEST(Digest, InPartsIsTheSame) {
    for (const Known& known : kKnown) {
        auto running = Digest::start(known.hash);
        ASSERT_TRUE(running);
        EXPECT_EQ(running->hash(), known.hash);
        EXPECT_TRUE(running->update({}));
        EXPECT_TRUE(running->update(Bytes{'a'}));
        EXPECT_TRUE(running->update(Bytes{'b', 'c'}));
        EXPECT_TRUE(running->update({}));
        EXPECT_EQ(to_hex(*running->finish()), known.of_abc);
    }
}

TEST(Digest, OfAMillionBytes) {
    auto running = Digest::start(Hash::sha256);
    ASSERT_TRUE(running);
    for (int i = 0; i < 1000; ++i)
        ASSERT_TRUE(running->update(Bytes(1000, 'a')));
    EXPECT_EQ(to_hex(*running->finish()), "CDC76E5C9914FB9281A1C7E284D73E67F1809A48A497200E046D39CCC7112CD0");
}

TEST(Digest, HasItsSize) {
    EXPECT_EQ(size_of(Hash::sha1), 20U);
    EXPECT_EQ(size_of(Hash::sha224), 28U);
    EXPECT_EQ(size_of(Hash::sha256), 32U);
    EXPECT_EQ(size_of(Hash::sha384), 48U);
    EXPECT_EQ(size_of(Hash::sha512), 64U);
}

TEST(Digest, MovesWithItsState) {
    auto first = Digest::start(Hash::sha256);
    ASSERT_TRUE(first->update(Bytes{'a', 'b'}));
    Digest second = std::move(*first);
    ASSERT_TRUE(second.update(Bytes{'c'}));
    EXPECT_EQ(to_hex(*second.finish()), kKnown[2].of_abc);
}

}  // namespace
}  // namespace jpki::p11::crypto
