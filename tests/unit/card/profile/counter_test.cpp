#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

constexpr const char* kSelectAuthPin = "00A4020C 02 0018";
constexpr const char* kSelectSignPin = "00A4020C 02 001B";

class Counter : public FileCardTest {
  protected:
    // Out of the application and back in.
    void expect_neutral() { connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000"); }
    // `shown` after one counter command in the short form.
    void expect_short(const char* answer, const char* shown) {
        SCOPED_TRACE(answer);
        connection_.on("00200098", answer);
        EXPECT_EQ(seen(card_.read_counter(kAuth)), shown);
        connection_.expect_done();
    }
};

TEST_F(Counter, IsAskedByShortIdentifierInOneCommand) {
    open_short();
    expect_short("63C3", "3");
    expect_short("63C1", "1");
    expect_short("63C0", "0");
    expect_short("6984", "0");
    expect_short("6983", "0");
    connection_.on("0020009B", "63C5");
    EXPECT_EQ(seen(card_.read_counter(kSign)), "5");
}

TEST_F(Counter, IsAskedAfterSelectWithoutShortIdentifiers) {
    open_long();
    connection_.on(kSelectAuthPin, "9000").on("00200080", "63C3");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
    connection_.on("00200080", "63C2");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "2") << "the file was still current";
    connection_.on(kSelectSignPin, "9000").on("00200080", "6984");
    EXPECT_EQ(seen(card_.read_counter(kSign)), "0");
}

TEST_F(Counter, AnUnreportedOneIsAskedAgainOutsideAndInTheLongForm) {
    for (const char* answer : {"9000", "6A88", "6A86", "6700", "6300"}) {
        SCOPED_TRACE(answer);
        open_short();
        connection_.on("00200098", answer);
        expect_neutral();
        connection_.on(kSelectAuthPin, "9000").on("00200080", "63C2");
        EXPECT_EQ(seen(card_.read_counter(kAuth)), "2");
        connection_.expect_done();
    }
}

TEST_F(Counter, TheSecondNeutralApplicationFollowsWhenTheFirstIsAbsent) {
    open_long();
    connection_.on(kSelectAuthPin, "9000").on("00200080", "9000");
    connection_.on(kSelectManager, "6A82").on(kSelectHelper, "9000").on(kSelectApplication, "9000");
    connection_.on(kSelectAuthPin, "9000").on("00200080", "63C3");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
}

TEST_F(Counter, IsAskedAgainWithoutAnyNeutralApplicationToo) {
    open_long();
    connection_.on(kSelectAuthPin, "9000").on("00200080", "9000");
    connection_.on(kSelectManager, "6A82").on(kSelectHelper, "6A82").on(kSelectApplication, "9000");
    connection_.on(kSelectAuthPin, "9000").on("00200080", "9000");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "not reported");
}

TEST_F(Counter, AMissingPinFileReportsNothing) {
    open_long();
    connection_.on(kSelectAuthPin, "6A82");
    expect_neutral();
    connection_.on(kSelectAuthPin, "6A82");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "not reported");
}

TEST_F(Counter, IsNotAskedAgainWhileVerifiedBecauseThatWouldLogOut) {
    open_short();
    log_in_short(kAuth);
    expect_short("9000", "not reported");
    EXPECT_TRUE(card_.is_verified(kAuth));
}

TEST_F(Counter, LeavingTheApplicationEndsTheOtherKeysLogin) {
    open_short();
    log_in_short(kAuth);
    connection_.on("0020009B", "9000");
    expect_neutral();
    connection_.on(kSelectSignPin, "9000").on("00200080", "63C5");
    EXPECT_EQ(seen(card_.read_counter(kSign)), "5");
    EXPECT_FALSE(card_.is_verified(kAuth));
}

TEST_F(Counter, PassesErrorsOnFromEveryStep) {
    open_short();
    connection_.on("00200098", Errc::card_removed);
    EXPECT_TRUE(failed_with(card_.read_counter(kAuth), Errc::card_removed));
    connection_.on("00200098", "9000").on(kSelectManager, "9000").on(kSelectApplication, Errc::transport);
    EXPECT_TRUE(failed_with(card_.read_counter(kAuth), Errc::transport));
    connection_.on("00200098", "9000");
    expect_neutral();
    connection_.on(kSelectAuthPin, Errc::card_mute);
    EXPECT_TRUE(failed_with(card_.read_counter(kAuth), Errc::card_mute));
    connection_.on("00200098", "9000");
    expect_neutral();
    connection_.on(kSelectAuthPin, "9000").on("00200080", Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.read_counter(kAuth), Errc::card_reset));
}

TEST_F(Counter, OurApplicationGoneOnTheWayBackIsNotJpki) {
    open_short();
    connection_.on("00200098", "9000").on(kSelectManager, "9000").on(kSelectApplication, "6A82");
    EXPECT_TRUE(failed_with(card_.read_counter(kAuth), Errc::not_jpki));
}

}  // namespace
}  // namespace jpki::card::testing
