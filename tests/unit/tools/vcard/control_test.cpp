// The control commands, called directly.
#include "vcard/control.hpp"

#include "test_card.hpp"

namespace jpki::vcard::test {
namespace {

struct Controlled {
    CardSlot slot{default_image(), ""};
    ControlState state{.slot = slot};
    std::string operator()(std::string_view line) { return control_answer(state, line); }
};

TEST(Control, StatusAndOracleAreOneLineOfJson) {
    Controlled control;
    const std::string status = control("status");
    EXPECT_TRUE(status.starts_with("{\"inserted\": true, \"connected\": false, \"powered\": false"))
        << status;
    EXPECT_NE(status.find("\"family\": \"mynumber\", \"personality\": {"), std::string::npos);
    EXPECT_NE(status.find("\"blocked-query\": \"63c0\""), std::string::npos);
    const std::string oracle = control("oracle");
    EXPECT_TRUE(oracle.starts_with("{\"auth_pin\": {\"verifies\": 0")) << oracle;
    EXPECT_NE(oracle.find("\"tries_left\": 5"), std::string::npos);
    EXPECT_EQ((status + oracle).find('\n'), std::string::npos);
}

TEST(Control, RemoveAndInsert) {
    Controlled control;
    control.slot.card().power_on();
    EXPECT_EQ(control("remove"), "ok");
    EXPECT_FALSE(control.slot.inserted());
    EXPECT_FALSE(control.slot.card().powered());
    EXPECT_EQ(control("insert"), "ok");
    EXPECT_TRUE(control.slot.inserted());
    const auto now = CardSlot::Clock::now();
    EXPECT_FALSE(control.slot.may_connect(now)) << "pcscd must have the time to notice";
    EXPECT_TRUE(control.slot.may_connect(now + std::chrono::seconds(2)));
}

TEST(Control, SetChangesThePersonality) {
    Controlled control;
    EXPECT_EQ(control("set sfi=no"), "ok");
    EXPECT_TRUE(control.slot.card().image().personality.is(Switch::kSfi, "no"));
    EXPECT_EQ(control("set seen-2025"), "ok");
    EXPECT_TRUE(control.slot.card().image().personality.is(Switch::kFirstCommand, "6f00"));
    EXPECT_TRUE(control.slot.card().image().personality.is(Switch::kSfi, "no"));
    EXPECT_TRUE(control("set sfi=maybe").starts_with("error: "));
    EXPECT_TRUE(control("set sfi").starts_with("error: "));
}

TEST(Control, TriesSetsACounter) {
    Controlled control;
    EXPECT_EQ(control("tries auth 1"), "ok");
    EXPECT_EQ(control.slot.card().oracle().auth_pin.tries_left, 1U);
    EXPECT_EQ(control("tries text.0011 1"), "ok");
    control.slot.card().power_on();
    EXPECT_EQ(to_hex(control.slot.card().transmit(hex(kSelectText))), "9000");
    EXPECT_EQ(to_hex(control.slot.card().transmit(hex("00200091"))), "63C1");
    for (const char* wrong : {"tries", "tries auth", "tries auth 4", "tries auth x", "tries other 1",
                              "tries auth 1 2", "tries text.0011 4", "tries text.0001 1", "tries text.11 1",
                              "tries text. 1", "tries none.0011 1", "tries .0011 1", "tries jpki.0010 1"}) {
        EXPECT_TRUE(control(wrong).starts_with("error: ")) << wrong;
    }
}

TEST(Control, SwapPutsAnotherCardInAndKeepsTheLog) {
    Controlled control;
    control.slot.card().power_on();
    EXPECT_EQ(control("swap " OTHER_IMAGE), "ok");
    EXPECT_EQ(control.slot.card().image().person, 1U);
    EXPECT_EQ(control("log"), "* POWER ON\n* POWER OFF\n* SWAP\n.");
}

TEST(Control, SwapToNothingKeepsTheCard) {
    Controlled control;
    EXPECT_EQ(control("swap /nonexistent"), "error: cannot open /nonexistent");
    EXPECT_EQ(control.slot.card().image().person, 0U);
    EXPECT_TRUE(control.slot.inserted());
}

TEST(Control, ResetOracleAndQuit) {
    Controlled control;
    control.slot.card().power_on();
    EXPECT_EQ(control("reset-oracle"), "ok");
    EXPECT_EQ(control.slot.card().oracle().power_ups, 0U);
    EXPECT_EQ(control("quit"), "ok");
    EXPECT_TRUE(control.state.quit);
}

TEST(Control, UnknownCommandsAndStrayArgumentsAreErrors) {
    Controlled control;
    for (const char* wrong : {"", "dance", "status now", "remove x", "STATUS", "pin auth"}) {
        EXPECT_TRUE(control(wrong).starts_with("error: ")) << wrong;
    }
}

TEST(Control, EveryCommandIsInTheHelp) {
    for (const char* name : {"status", "oracle", "remove", "insert", "set KEY=VALUE", "tries", "swap IMAGE",
                             "reset-oracle", "log", "quit"}) {
        EXPECT_NE(control_help().find(std::string("  ") + name), std::string::npos) << name;
    }
}

TEST(Slot, SavesEveryChangeToItsFile) {
    const Folder folder;
    const std::string path = folder.file("card.img");
    CardSlot slot(default_image(), path);
    EXPECT_TRUE(slot.card().set("pss", "no"));
    EXPECT_TRUE(load_image(path).personality.is(Switch::kPss, "no"));
}

TEST(Slot, SavesChangesOfAnotherCardToThatCardsFile) {
    const Folder folder;
    const std::string path = folder.file("card.img");
    const std::string other = folder.file("other.img");
    std::filesystem::copy_file(OTHER_IMAGE, other);
    CardSlot slot(default_image(), path);
    slot.swap(other);
    EXPECT_EQ(slot.image_path(), other);
    EXPECT_TRUE(slot.card().set("pss", "no"));
    EXPECT_TRUE(load_image(other).personality.is(Switch::kPss, "no"));
}

// Tests share the images of a build, which must stay as they were made.
TEST(Slot, WithoutAFileLeavesTheOtherCardsFileAlone) {
    const Folder folder;
    const std::string other = folder.file("other.img");
    std::filesystem::copy_file(OTHER_IMAGE, other);
    CardSlot slot(default_image(), "");
    slot.swap(other);
    EXPECT_TRUE(slot.card().set("sfi", "no"));
    EXPECT_TRUE(load_image(other).personality.is(Switch::kSfi, "yes"));
}

}  // namespace
}  // namespace jpki::vcard::test
