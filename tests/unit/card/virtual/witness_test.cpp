// The card that answers only what somebody's real card was seen to answer: which forms are in, which are out,
// and that both are counted.
#include "virtual/witness.hpp"

#include "surface_help.hpp"

namespace jpki::vcard::test {
namespace {

const std::string kHash = "20" + std::string(64, '7') + "00";

// In the JPKI application, of a card with this setting.
struct Strict : JpkiCard {
    Strict() { EXPECT_TRUE(set("commands=witnessed")); }
};

TEST(Witnessed, EverythingThatPublicProgramsSendIsAnswered) {
    Strict card;
    const std::string signature = "802A008003 616263 00";
    for (const std::string& command : {std::string("00A404000AD392F00026010000000100"),
                                       std::string(kSelectManager),
                                       std::string("00CA5F5100"),
                                       std::string("00CA00F8000000"),
                                       std::string(kSelectJpki),
                                       std::string("00A40000"),
                                       std::string("00A4020C02000A"),
                                       std::string("00B0000000"),
                                       std::string("00B0010080"),
                                       std::string("00B0860020"),
                                       std::string("0084000008"),
                                       std::string("00A4020C020018"),
                                       std::string("0020008004 31323334"),
                                       std::string("0024018004 31323334"),
                                       std::string(kVerifyAuth),
                                       std::string(kVerifySign),
                                       std::string("00A4020C020017"),
                                       signature,
                                       std::string("802A029A") + kHash,
                                       std::string("802A049A") + kHash,
                                       std::string(kSignSign)}) {
        EXPECT_EQ(card.sw(command), "9000") << command;
    }
    EXPECT_EQ(card.sw(kQueryAuth), "63C3");
    EXPECT_EQ(card.sw("80FC0000"), "6700");
    EXPECT_EQ(card.sw("0020008000"), "6700");
    EXPECT_EQ(card.oracle().unwitnessed, 0U);
}

TEST(Witnessed, TheOtherApplicationsAnswerAsTheyWereSeen) {
    SurfaceCard card("0408");
    card.set("commands=witnessed");
    EXPECT_EQ(card.present("0011", "1234"), "9000");
    EXPECT_EQ(card.file("0001").size(), 17U);
    EXPECT_EQ(card.sw("802A000003 616263 00"), "9000");
    EXPECT_EQ(card.sw("80AE0000 000100" + std::string(512, '7')), "9000");
    card.select("0100");
    EXPECT_EQ(card.sw("00B2010C00"), "9000");
    EXPECT_EQ(card.sw("0088009901AA00"), "9000");
    EXPECT_EQ(card.present("001C", "1234"), "9000");
    EXPECT_EQ(card.sw("8032008004 31323334"), "9000");
    EXPECT_EQ(card.oracle().unwitnessed, 0U);
}

struct Guess {
    const char* why;
    std::string command;
    const char* answer;
};
void PrintTo(const Guess& guess, std::ostream* out) { *out << guess.why; }

class Unwitnessed : public testing::TestWithParam<Guess> {};

TEST_P(Unwitnessed, IsRefusedCountedAndLogged) {
    Strict card;
    EXPECT_EQ(card.sw(GetParam().command), GetParam().answer);
    EXPECT_EQ(card.oracle().unwitnessed, 1U);
    const std::string header = "* UNWITNESSED " + to_hex(hex(GetParam().command.substr(0, 8)));
    EXPECT_EQ(std::ranges::count(card.log().lines(), header), 1);
    EXPECT_NE(card.oracle().to_json().find("\"unwitnessed\": 1,"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Form, Unwitnessed,
    testing::Values(Guess{"the next application", "00A4040206D39200003100", "6A86"},
                    Guess{"no name", "00A4040000", "6A86"},
                    Guess{"control information without Le", "00A404000AD392F000260100000001", "6A86"},
                    Guess{"a file with control information", "00A402000200060A", "6A86"},
                    Guess{"an extended read", "00B08600000020", "6A86"},
                    Guess{"a nonsense P1", "802A7F97" + kHash, "6A86"},
                    Guess{"PSS before a login", "802A0497" + kHash, "6A86"},
                    Guess{"a change before a login", "0024019804 31323334", "6A86"},
                    Guess{"JPKI's new PIN in the other form", "8032009804 31323334", "6A86"},
                    Guess{"old and new PIN", "0024008008 3132333435363738", "6A86"},
                    Guess{"17 bytes of PIN", "0020009811 3131313131313131313131313131313131", "6A86"},
                    Guess{"no data to sign", "802A009700", "6A86"},
                    Guess{"GET RESPONSE", "00C0000000", "6D00"},
                    Guess{"RESET RETRY COUNTER", "002C008004 31323334", "6D00"},
                    Guess{"UNLOCK KEY", "80540080", "6D00"}, Guess{"ENVELOPE", "00C2000001AA", "6D00"}));

TEST(Witnessed, LoggedInMeansWithTheRightPin) {
    Strict card;
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.sw("802A049A" + kHash), "6A86") << "the other key's";
    EXPECT_EQ(card.sw("802A0497" + kHash), "9000");
    EXPECT_EQ(card.sw(kSignSign), "6982") << "that refusal was seen";
    EXPECT_EQ(card.oracle().unwitnessed, 1U);
}

TEST(Witnessed, OtherwiseTheyAreOnlyCounted) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00B08600000020"), "9000");
    EXPECT_EQ(card.sw("802A7F97" + kHash), "6A86");
    EXPECT_EQ(card.oracle().unwitnessed, 2U);
    for (const std::string& line : card.log().lines())
        EXPECT_EQ(line.find("UNWITNESSED"), std::string::npos);
    card.reset_oracle();
    EXPECT_EQ(card.oracle().unwitnessed, 0U);
}

}  // namespace
}  // namespace jpki::vcard::test
