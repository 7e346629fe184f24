#include "token/places.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/failure.hpp"

namespace jpki::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As our module shows them: each of these readers has two slots.
std::vector<SlotSeen> slots_of(const std::vector<std::string>& readers) {
    std::vector<SlotSeen> slots;
    for (const std::string& reader : readers)
        for (const char mark : {'A', 'S'}) {
            CK_SLOT_INFO info{};
            std::ranges::fill(info.slotDescription, ' ');
            const std::string text = reader.substr(0, 60) + " [" + mark + "]";
            std::ranges::copy(text, info.slotDescription);
            slots.push_back({slots.size(), 0, name_of(info)});
        }
    return slots;
}

std::vector<std::string> names_of(const std::vector<std::string>& readers) {
    std::vector<std::string> names;
    for (const Place& place : places_of(slots_of(readers))) {
        EXPECT_EQ(place.slots.size(), 2U) << place.name;
        names.push_back(place.name);
    }
    return names;
}

std::vector<CK_SLOT_ID> chosen(const std::vector<std::string>& readers, const std::string& name) {
    auto places = places_of(slots_of(readers));
    keep_only(places, name);
    std::vector<CK_SLOT_ID> slots;
    for (const Place& place : places)
        for (const SlotSeen& slot : place.slots)
            slots.push_back(slot.id);
    return slots;
}

std::string refusal(const std::vector<std::string>& readers, const std::string& name, Exit exit) {
    try {
        (void)chosen(readers, name);
        return "none";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), exit);
        return failure.what();
    }
}

const std::string kLong(61, 'x');

TEST(Places, AReaderThatIsAloneWithItsNameIsCalledByIt) {
    EXPECT_THAT(names_of({"One", "Two"}), ElementsAre("One", "Two"));
    EXPECT_THAT(chosen({"One", "Two"}, "Two"), ElementsAre(2, 3));
    EXPECT_THAT(chosen({"One", "Two"}, ""), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(refusal({"One", "Two"}, "Three", Exit::no_card), HasSubstr("no reader \"Three\""));
}

TEST(Places, TwoWhoseNamesAreCutAlikeAreTwo) {
    const std::vector<std::string> readers{kLong + " 00 00", kLong + " 01 00"};
    const std::string shown = kLong.substr(0, 60);
    EXPECT_THAT(names_of(readers), ElementsAre(shown + " #1", shown + " #2"));
    EXPECT_THAT(chosen(readers, shown + " #2"), ElementsAre(2, 3));
    EXPECT_THAT(refusal(readers, shown, Exit::usage), HasSubstr(shown + " #1, " + shown + " #2"));
}

TEST(Places, BlanksAtTheEndMakeNoName) {
    EXPECT_THAT(names_of({"One", "One ", "One  "}), ElementsAre("One #1", "One #2", "One #3"));
}

TEST(Places, WidthOfLettersMakesOne) {
    EXPECT_THAT(names_of({"Reader", "Ｒｅａｄｅｒ"}), ElementsAre("Reader", "Ｒｅａｄｅｒ"));
}

TEST(Places, ANumberIsNeverAnothersName) {
    const std::vector<std::string> readers{"One", "One #1", "One", "One #3"};
    EXPECT_THAT(names_of(readers), ElementsAre("One #2", "One #1", "One #4", "One #3"));
    EXPECT_THAT(chosen(readers, "One #1"), ElementsAre(2, 3));
    EXPECT_THAT(chosen(readers, "One #2"), ElementsAre(0, 1));
}

TEST(Places, ANumberThatNoLongerHoldsChoosesNobody) {
    EXPECT_THAT(refusal({"One"}, "One #1", Exit::no_card), HasSubstr("no reader"));
}

TEST(Places, SlotsOfAnotherModuleAreReadersOfTheirOwn) {
    std::vector<SlotSeen> slots(3);
    for (std::size_t i = 0; i < slots.size(); ++i)
        slots[i] = {i, 0, {i == 1 ? "Other" : "One", 0}};
    std::vector<std::string> names;
    for (const Place& place : places_of(slots))
        names.push_back(place.name);
    EXPECT_THAT(names, ElementsAre("One #1", "Other", "One #2"));
}

// Of jpki-pkcs11-sign.so, which has one slot for each.
TEST(Places, OneSlotAReaderIsEnough) {
    EXPECT_EQ(places_of({{1, 0, {"One", 'S'}}, {3, 0, {"One", 'S'}}}).size(), 2U);
    EXPECT_EQ(places_of({{0, 0, {"One", 'A'}}, {2, 0, {"One", 'A'}}}).size(), 2U);
}

}  // namespace
}  // namespace jpki::app
