// What the card calls irreversible: after that a job is not done again, whatever became of the answer.
#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

constexpr const char* kVerify = "00200080 04 31323334";
constexpr const char* kSelectPin = "00A4020C 02 0018";
constexpr const char* kSelectKey = "00A4020C 02 0017";

class Irreversible : public FileCardTest {
  protected:
    void SetUp() override { open_long(); }
    void log_in() {
        connection_.on(kSelectPin, "9000").on(kVerify, "9000");
        ASSERT_TRUE(card_.verify(kAuth, &pin_));
    }
    Bytes value_{Bytes(3, 0x11)};
};

TEST_F(Irreversible, IsNothingOfWhatOnlyReads) {
    connection_.on(kSelectPin, "9000").on("00200080", Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.read_counter(kAuth), Errc::card_reset));
    connection_.on("00A4020C 02 000B", "9000").on("00B0000000", Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.read_certificate(kAuth, kAuthority, 1), Errc::card_reset));
    EXPECT_FALSE(card_.sent_irreversible());
}

TEST_F(Irreversible, IsAPinThatHasLeft) {
    connection_.on(kSelectPin, "9000").on(kVerify, Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.verify(kAuth, &pin_), Errc::card_reset));
    EXPECT_TRUE(card_.sent_irreversible());
}

TEST_F(Irreversible, IsNotAPinWhoseFileCouldNotBeSelected) {
    connection_.on(kSelectPin, Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.verify(kAuth, &pin_), Errc::card_reset));
    EXPECT_FALSE(card_.sent_irreversible());
}

TEST_F(Irreversible, IsANewPinThatHasLeft) {
    log_in();
    card_.serve(connection_, {});
    connection_.on("00240180 04 31323334", Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.change_pin(kAuth, pin_), Errc::card_reset));
    EXPECT_TRUE(card_.sent_irreversible());
}

TEST_F(Irreversible, IsASignatureAskedForButNotTheSelectionOfItsKey) {
    connection_.on(kSelectKey, Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.sign(kAuth, SignScheme::pkcs1_v15, value_), Errc::card_reset));
    EXPECT_FALSE(card_.sent_irreversible());
    connection_.on(kSelectKey, "9000").on("802A0080 03 111111 00", Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.sign(kAuth, SignScheme::pkcs1_v15, value_), Errc::card_reset));
    EXPECT_TRUE(card_.sent_irreversible());
}

TEST_F(Irreversible, IsForgottenWithTheNextJob) {
    log_in();
    EXPECT_TRUE(card_.sent_irreversible());
    card_.serve(connection_, {});
    EXPECT_FALSE(card_.sent_irreversible());
}

TEST_F(Irreversible, APinIsNotSentForAJobThatNobodyWaitsForAndTheLogoutIs) {
    std::atomic<bool> abandoned{false};
    card_.serve(connection_, {.abandoned = &abandoned});
    log_in();
    abandoned = true;
    EXPECT_TRUE(failed_with(card_.verify(kAuth, &pin_), Errc::abandoned));
    connection_.on(kSelectManager, "6A82").on(kSelectHelper, "6A82");
    EXPECT_EQ(card_.close(kNever), Disposition::unpower);
}

}  // namespace
}  // namespace jpki::card::testing
