#include "pcsc/reader_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jpki::card::pcsc {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_literals;

std::vector<std::string> parse(const std::string& bytes) { return parse_reader_names(bytes); }

}  // namespace

TEST(ReaderNames, AreSeparatedByZeroBytes) {
    EXPECT_THAT(parse("One\0Two 00 00\0\0"s), ElementsAre("One", "Two 00 00"));
}

TEST(ReaderNames, AreNoneInAnEmptyList) {
    EXPECT_THAT(parse(""), IsEmpty());
    EXPECT_THAT(parse("\0"s), IsEmpty());
    EXPECT_THAT(parse("\0\0"s), IsEmpty());
    EXPECT_THAT(parse_reader_names({}), IsEmpty());
}

TEST(ReaderNames, EndWithTheListWhateverFollows) {
    EXPECT_THAT(parse("One\0\0Two\0\0"s), ElementsAre("One"));
}

TEST(ReaderNames, MayLackTheLastZeroByte) { EXPECT_THAT(parse("One\0Two\0"s), ElementsAre("One", "Two")); }

TEST(ReaderNames, CutOffAtTheEndAreLeftOut) {
    EXPECT_THAT(parse("One\0Tw"s), ElementsAre("One"));
    EXPECT_THAT(parse("One"), IsEmpty());
}

TEST(ReaderNames, OfMoreThanTheMaximumAreLeftOutAndTheOthersKept) {
    const std::string longest(kMaximumReaderName - 1, 'x');
    const std::string too_long(kMaximumReaderName, 'y');
    EXPECT_THAT(parse(longest + '\0' + too_long + '\0' + "Two\0\0"s), ElementsAre(longest, "Two"));
    EXPECT_THAT(parse(std::string(1 << 20, 'z')), IsEmpty());
}

TEST(ReaderNames, SaidTwiceCountOnce) { EXPECT_THAT(parse("One\0Two\0One\0\0"s), ElementsAre("One", "Two")); }

TEST(ReaderNames, StopAtTheMaximumNumber) {
    std::string bytes;
    for (int number = 0; number < 1000; ++number)
        bytes += "Reader " + std::to_string(number) + '\0';
    EXPECT_EQ(parse(bytes + '\0').size(), kMaximumReaders);
}

}  // namespace jpki::card::pcsc
