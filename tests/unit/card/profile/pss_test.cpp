// Whether the card makes PSS signatures, found out without making one. What is taken for known is remembered,
// and hosts then choose it: doubt must mean undecided.
#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

// The sign command with P1=04 over 31 bytes, which are no SHA-256 value.
std::string probe(const std::string& p2) { return "802A04" + p2 + "1F" + std::string(62, '0') + "00"; }

class Pss : public FileCardTest {
  protected:
    std::string asked(const char* answer) {
        connection_.on(probe("97"), answer);
        return shown(card_.probe_pss());
    }
    static std::string shown(const Result<PssAnswer>& answer) {
        if (!answer) return "error";
        switch (*answer) {
            case PssAnswer::known: return "known";
            case PssAnswer::unknown: return "unknown";
            case PssAnswer::undecided: return "undecided";
        }
        return "";
    }
};

TEST_F(Pss, IsAskedByOneCommandThatNoCardCanSign) {
    open_short();
    EXPECT_EQ(asked("6700"), "known");
    connection_.expect_done();
}

TEST_F(Pss, IsKnownWhenOnlyTheLengthIsRefused) {
    open_short();
    EXPECT_EQ(asked("6700"), "known");
    EXPECT_EQ(asked("6985"), "known");
    log_in_short(kAuth);
    EXPECT_EQ(asked("6700"), "known");
    EXPECT_EQ(asked("6985"), "known");
}

TEST_F(Pss, IsKnownOfACardThatJustSigns) {
    open_short();
    EXPECT_EQ(asked("9000"), "known");
}

TEST_F(Pss, IsUndecidedWhenTheCardMayLookAtTheLoginFirst) {
    open_short();
    EXPECT_EQ(asked("6982"), "undecided");
}

TEST_F(Pss, IsUndecidedAfterAnyOtherAnswer) {
    open_short();
    EXPECT_EQ(asked("6F00"), "undecided");
    EXPECT_EQ(asked("6581"), "undecided");
    EXPECT_EQ(asked("6D00"), "undecided");
}

TEST_F(Pss, IsUnknownWhenTheLongFormIsRefusedAsNonsense) {
    open_long();
    connection_.on("00A4020C 02 0017", "9000").on(probe("80"), "6A86");
    EXPECT_EQ(shown(card_.probe_pss()), "unknown");
}

// The refused parameter may be P2, the short identifier of the key, as in FileCard::sign.
TEST_F(Pss, A6A86OfTheShortFormIsAskedAgainInTheLongForm) {
    open_short();
    connection_.on(probe("97"), "6A86");
    connection_.on("00A4020C 02 0017", "9000").on(probe("80"), "6700");
    EXPECT_EQ(shown(card_.probe_pss()), "known");
}

TEST_F(Pss, DisturbsNobodysLogin) {
    open_short();
    log_in_short(kSign);
    EXPECT_EQ(asked("6982"), "undecided");
    EXPECT_TRUE(card_.is_verified(kSign));
}

TEST_F(Pss, PassesErrorsOn) {
    open_short();
    connection_.on(probe("97"), Errc::transport);
    EXPECT_TRUE(failed_with(card_.probe_pss(), Errc::transport));
}

}  // namespace
}  // namespace jpki::card::testing
