// Whether the card makes PSS signatures, found out without making one (docs/architecture.md, discovery). What
// is taken for known is remembered, and hosts then choose it: doubt must mean undecided.
#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

constexpr const char* kOctets = "404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E";

// A sign command with that P1 over the first 31 or 32 octets of PatternRandom.
std::string probe(const std::string& p1, const std::string& p2, bool whole) {
    return "802A" + p1 + p2 + (whole ? "20" : "1F") + kOctets + (whole ? "5F" : "") + "00";
}

class Pss : public FileCardTest {
  protected:
    // "known", "unknown" or "undecided", where nobody is logged in.
    std::string asked(const char* pss, const char* nonsense) {
        ScriptedConnection connection;
        PatternRandom random;
        FileCard card(kMyNumber, connection, random, log_);
        connection.on(kSelectApplication, "9000").on(kReadIdentity, slice(file_, 0, 256), "9000");
        EXPECT_TRUE(card.open());
        connection.on(kSelectManager, "9000").on(kSelectApplication, "9000");
        connection.on(probe("04", "97", true), pss);
        if (nonsense != nullptr) connection.on(probe("7F", "97", true), nonsense);
        return shown(card.probe_pss());
    }
    std::string asked_logged_in(const char* pss) {
        ScriptedConnection connection;
        PatternRandom random;
        FileCard card(kMyNumber, connection, random, log_);
        connection.on(kSelectApplication, "9000").on(kReadIdentity, slice(file_, 0, 256), "9000");
        EXPECT_TRUE(card.open());
        connection.on("00200098", "63C3").on("00200098 04 31323334", "9000");
        EXPECT_TRUE(card.read_counter(kAuth));
        EXPECT_TRUE(card.verify(kAuth, &pin_));
        connection.on(probe("04", "97", false), pss);
        return shown(card.probe_pss());
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

TEST_F(Pss, IsKnownWhenOnlyNonsenseIsRefusedAsNonsense) { EXPECT_EQ(asked("6982", "6A86"), "known"); }

TEST_F(Pss, IsKnownOfACardThatJustSigns) {
    EXPECT_EQ(asked("9000", nullptr), "known");
    EXPECT_EQ(asked_logged_in("9000"), "known");
}

TEST_F(Pss, IsUndecidedWhenTheCardLooksAtTheLoginFirst) { EXPECT_EQ(asked("6982", "6982"), "undecided"); }

TEST_F(Pss, IsUndecidedAfterAnyOtherPairOfAnswers) {
    EXPECT_EQ(asked("6F00", nullptr), "undecided");
    EXPECT_EQ(asked("6581", nullptr), "undecided");
    EXPECT_EQ(asked("6982", "6F00"), "undecided");
}

// 32 octets are the right length, so these say something of the state, not of P1.
TEST_F(Pss, IsUndecidedWhenTheCardMindsTheRightLength) {
    EXPECT_EQ(asked("6985", nullptr), "undecided");
    EXPECT_EQ(asked("6700", nullptr), "undecided");
}

TEST_F(Pss, LoggedInARefusedLengthMeansKnown) {
    EXPECT_EQ(asked_logged_in("6700"), "known");
    EXPECT_EQ(asked_logged_in("6985"), "known");
}

TEST_F(Pss, LoggedInAnythingElseDecidesNothing) {
    EXPECT_EQ(asked_logged_in("6982"), "undecided");
    EXPECT_EQ(asked_logged_in("6F00"), "undecided");
    EXPECT_EQ(asked_logged_in("6581"), "undecided");
}

TEST_F(Pss, IsUnknownWhenTheLongFormIsRefusedAsNonsense) {
    open_long();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000");
    connection_.on("00A4020C 02 0017", "9000").on(probe("04", "80", true), "6A86");
    EXPECT_EQ(shown(card_.probe_pss()), "unknown");
}

TEST_F(Pss, LoggedInIsUnknownWhenTheLongFormIsRefusedAsNonsense) {
    open_long();
    connection_.on("00A4020C 02 0018", "9000").on("00200080 04 31323334", "9000");
    ASSERT_TRUE(card_.verify(kAuth, &pin_));
    connection_.on("00A4020C 02 0017", "9000").on(probe("04", "80", false), "6A86");
    EXPECT_EQ(shown(card_.probe_pss()), "unknown");
}

// The refused parameter may be P2, the short identifier of the key, as in FileCard::sign.
TEST_F(Pss, A6A86OfTheShortFormIsAskedAgainInTheLongForm) {
    open_short();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000");
    connection_.on(probe("04", "97", true), "6A86");
    connection_.on("00A4020C 02 0017", "9000").on(probe("04", "80", true), "6982");
    connection_.on(probe("7F", "80", true), "6A86");
    EXPECT_EQ(shown(card_.probe_pss()), "known");
}

TEST_F(Pss, IsAskedAboutWithoutLeavingTheApplicationWhileTheOtherKeyIsInUse) {
    open_short();
    log_in_short(kSign);
    connection_.on(probe("04", "97", true), "6982").on(probe("7F", "97", true), "6A86");
    EXPECT_EQ(shown(card_.probe_pss()), "known");
    EXPECT_TRUE(card_.is_verified(kSign));
}

TEST_F(Pss, PassesErrorsOn) {
    open_short();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.probe_pss(), Errc::card_reset));
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000");
    connection_.on(probe("04", "97", true), Errc::transport);
    EXPECT_TRUE(failed_with(card_.probe_pss(), Errc::transport));
}

}  // namespace
}  // namespace jpki::card::testing
