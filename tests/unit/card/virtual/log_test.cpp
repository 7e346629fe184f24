// The diary: its form, and that no PIN and no signed data can be found in it.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "test_card.hpp"

namespace jpki::vcard::test {
namespace {

TEST(Log, HasOneLineAnExchange) {
    JpkiCard card;
    card.sw("00B0860010");
    card.sw(kVerifyAuth);
    card.sw(kSignAuth);
    card.sw("00200080");
    const std::vector<std::string> expected{
        "* POWER ON",
        "0 SELECT 00A4040C Lc=10 D392F000260100000001 -> SW=9000 length=0",
        "1 READ-BINARY 00B08600 Le=16 -> SW=9000 length=16",
        "2 VERIFY 00200098 Lc=4 ** -> SW=9000 length=0",
        "3 SIGN 802A0097 Lc=3 ** Le=256 -> SW=9000 length=256",
        "4 VERIFY 00200080 -> SW=6981 length=0",
    };
    EXPECT_EQ(card.log().lines(), expected);
}

TEST(Log, NamesEventsAndMutenessAndMalformedCommands) {
    TestCard card;
    card.on_fault_before([](std::size_t index, ByteView) -> std::optional<Bytes> {
        if (index == 0) return Bytes{};
        return std::nullopt;
    });
    card.sw("00B0860010");
    card.sw("0020009805 31323334");
    card.sw("00");
    card.reset();
    card.power_off();
    const std::vector<std::string> expected{
        "* POWER ON",
        "0 READ-BINARY 00B08600 Le=16 -> mute",
        "1 VERIFY malformed length=9 -> SW=6700 length=0",
        "2 ? malformed length=1 -> SW=6700 length=0",
        "* RESET",
        "* POWER OFF",
    };
    EXPECT_EQ(card.log().lines(), expected);
}

TEST(Log, NeverHoldsAPinInAnyForm) {
    const Folder folder;
    JpkiCard card;
    ASSERT_TRUE(card.log().open(folder.file("apdu.log")));
    card.sw("00A4020C02001B");
    for (const char* command :
         {"0020008006 414243313233", "0020009B06 414243313233", "0020009B06 414243313233 00",
          "0020009B000006 414243313233", "0024018006 414243313233", "0020009B07 414243313233",
          "8020009B06 414243313233", "0420009B06 414243313233", "0021009B06 414243313233"}) {
        card.sw(command);
    }
    std::ifstream file(folder.file("apdu.log"));
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
    for (const std::string& line : card.log().lines())
        text += line + "\n";
    text += card.oracle().to_json();
    EXPECT_EQ(text.find("414243"), std::string::npos) << text;
    EXPECT_EQ(text.find("ABC"), std::string::npos) << text;
}

TEST(Log, FileIsPrivateAndAppendedTo) {
    const Folder folder;
    const std::string path = folder.file("apdu.log");
    std::ofstream(path) << "before\n";
    TestCard card;
    ASSERT_TRUE(card.log().open(path));
    card.sw(kSelectJpki);
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(line, "before");
    std::getline(file, line);
    EXPECT_TRUE(line.starts_with("0 SELECT")) << line;
    EXPECT_FALSE(card.log().open("/nonexistent/apdu.log"));
}

TEST(Log, IndexIsTheOneThatFaultsSee) {
    JpkiCard card;
    std::vector<std::size_t> seen;
    card.on_fault_after([&](std::size_t index, ByteView, ByteView) -> std::optional<Bytes> {
        seen.push_back(index);
        return std::nullopt;
    });
    EXPECT_EQ(card.next_index(), 1U);
    card.sw(kQueryAuth);
    card.reset_oracle();
    card.sw(kQueryAuth);
    EXPECT_EQ(seen, (std::vector<std::size_t>{1, 2}))
        << "resetting the oracle does not start the count again";
}

}  // namespace
}  // namespace jpki::vcard::test
