#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

constexpr SignScheme kPkcs1 = SignScheme::pkcs1_v15;

class Sign : public FileCardTest {
  protected:
    static Bytes signature() { return Bytes(256, 0x77); }
    Bytes input_ = hex("010203");
};

TEST_F(Sign, GoesByShortIdentifierInOneCommand) {
    open_short();
    connection_.on("802A0097 03 010203 00", signature(), "9000");
    EXPECT_EQ(card_.sign(kAuth, kPkcs1, input_), signature());
    connection_.on("802A009A 03 010203 00", signature(), "9000");
    EXPECT_EQ(card_.sign(kSign, kPkcs1, input_), signature());
}

TEST_F(Sign, AsksForPssByP1) {
    open_short();
    connection_.on("802A0497 03 010203 00", signature(), "9000");
    EXPECT_EQ(card_.sign(kAuth, SignScheme::pss_sha256, input_), signature());
}

TEST_F(Sign, SelectsTheKeyWithoutShortIdentifiers) {
    open_long();
    connection_.on("00A4020C 02 0017", "9000").on("802A0080 03 010203 00", signature(), "9000");
    EXPECT_EQ(card_.sign(kAuth, kPkcs1, input_), signature());
    connection_.on("802A0080 03 010203 00", signature(), "9000");
    EXPECT_EQ(card_.sign(kAuth, kPkcs1, input_), signature()) << "the key was still current";
    connection_.on("00A4020C 02 001A", "9000").on("802A0080 03 010203 00", signature(), "9000");
    EXPECT_EQ(card_.sign(kSign, kPkcs1, input_), signature());
}

TEST_F(Sign, FallsBackToTheLongFormOnceAndRemembersIt) {
    open_short();
    connection_.on("802A0097 03 010203 00", "6A86");
    connection_.on("00A4020C 02 0017", "9000").on("802A0080 03 010203 00", signature(), "9000");
    EXPECT_EQ(card_.sign(kAuth, kPkcs1, input_), signature());
    open_short();
    connection_.on("00A4020C 02 001A", "9000").on("802A0080 03 010203 00", signature(), "9000");
    EXPECT_EQ(card_.sign(kSign, kPkcs1, input_), signature());
}

TEST_F(Sign, ARefusalInTheLongFormIsFinal) {
    open_short();
    connection_.on("802A0497 03 010203 00", "6A86");
    connection_.on("00A4020C 02 0017", "9000").on("802A0480 03 010203 00", "6A86");
    EXPECT_TRUE(failed_with(card_.sign(kAuth, SignScheme::pss_sha256, input_), Errc::wrong_parameters));
    connection_.on("802A0080 03 010203 00", "6A86");
    EXPECT_TRUE(failed_with(card_.sign(kAuth, kPkcs1, input_), Errc::wrong_parameters));
}

TEST_F(Sign, FallsBackAfterNothingElse) {
    open_short();
    for (const char* answer : {"6982", "6985", "6700", "6F00", "6A82", "6A88"}) {
        connection_.on("802A0097 03 010203 00", answer);
        const auto made = card_.sign(kAuth, kPkcs1, input_);
        ASSERT_FALSE(made) << answer;
        EXPECT_EQ(to_hex(Bytes{static_cast<std::uint8_t>(made.error().detail >> 8U),
                               static_cast<std::uint8_t>(made.error().detail)}),
                  answer);
    }
    connection_.on("802A0097 03 010203 00", "6982");
    EXPECT_TRUE(failed_with(card_.sign(kAuth, kPkcs1, input_), Errc::security_status));
}

TEST_F(Sign, PassesErrorsOnFromEveryStep) {
    open_short();
    connection_.on("802A0097 03 010203 00", Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.sign(kAuth, kPkcs1, input_), Errc::card_reset));
    connection_.on("802A0097 03 010203 00", "6A86").on("00A4020C 02 0017", "6A82");
    EXPECT_TRUE(failed_with(card_.sign(kAuth, kPkcs1, input_), Errc::file_not_found));
}

TEST_F(Sign, TakesAsMuchAsTheCardDoes) {
    open_short();
    const Bytes most(245, 0x11);
    connection_.on("802A0097 F5" + to_hex(most) + "00", signature(), "9000");
    EXPECT_EQ(card_.sign(kAuth, kPkcs1, most), signature());
}

// Lc is 1 to 255: nothing, or a part of the data, must not be signed in the data's stead.
TEST_F(Sign, NeverSendsDataThatLcCannotSay) {
    open_short();
    EXPECT_FALSE(card_.sign(kAuth, kPkcs1, {}));
    EXPECT_FALSE(card_.sign(kAuth, kPkcs1, Bytes(256, 0x11)));
}

}  // namespace
}  // namespace jpki::card::testing
