// Fault plans: the language of their rows, when a row acts, and what it does to a card and to its answer.
#include "virtual/fault_plan.hpp"

#include "test_card.hpp"
#include "vcard/control.hpp"

namespace jpki::vcard::test {
namespace {

constexpr std::string_view kReadLabel = "00B0860004";  // 4A504B49, then 9000
constexpr std::string_view kReadMore = "00B0860014";

// In the JPKI application, with a plan that counts from there.
struct FaultyCard : JpkiCard {
    FaultPlan plan;
    explicit FaultyCard(const std::vector<std::string>& rows = {}) {
        for (const std::string& row : rows)
            plan.add(row);
        plan.arm(*this);
    }
    std::string answer(std::string_view command) { return to_hex(send(command)); }
};

TEST(FaultRow, MistakesAreNamed) {
    for (const auto& [row, why] : std::vector<std::pair<std::string, std::string>>{
             {"", "AT is no number: "},
             {"sw 6F00", "AT is no number: sw"},
             {"-1 mute", "AT is no number: -1"},
             {"1++ mute", "AT is no number: 1+"},
             {"0 dance", "no such kind of fault: dance"},
             {"0", "no such kind of fault: "},
             {"0 sw", "bytes take two hexadecimal digits each"},
             {"0 sw 6F", "a status word has two bytes"},
             {"0 sw 6F0", "bytes take two hexadecimal digits each"},
             {"0 sw 6G00", "a byte is no number: 6G"},
             {"0 mute 1", "too much: 1"},
             {"0 delay", "the delay is no number: "},
             {"0 delay 10s", "the delay is no number: 10s"},
             {"0 delay 600001", "a delay lasts ten minutes at most"},
             {"0 shape round", "no such shape: round"},
             {"0 shape half 3", "only random takes a seed"},
             {"0 reset hard", "a reset is warm or cold"},
             {"INS=XX:0 mute", "the instruction is no number: XX"},
             {"INS=20 mute", "AT is no number: "},
         }) {
        try {
            parse_fault(row);
            ADD_FAILURE() << row << " was accepted";
        } catch (const FaultError& error) {
            EXPECT_EQ(error.what(), why) << row;
        }
    }
}

TEST(FaultRow, EveryLineOfTheHelpIsARow) {
    const std::map<std::string, std::string> arguments{{"XXXX", "6F00"},
                                                       {"HEX", "0102"},
                                                       {"MS", "5"},
                                                       {"SHAPE [SEED]", "random 7"},
                                                       {"[warm|cold]", "cold"}};
    std::size_t rows = 0;
    const std::string help = fault_help();
    for (std::size_t at = 0; at < help.size(); at = help.find('\n', at) + 1) {
        std::string left = help.substr(at + 2, 24);
        left.erase(left.find_last_not_of(' ') + 1);
        if (left.empty() || left == "AT") continue;
        for (const auto& [usage, example] : arguments) {
            if (left.ends_with(" " + usage)) left = left.substr(0, left.size() - usage.size()) + example;
        }
        EXPECT_NO_THROW(parse_fault("0 " + left)) << left;
        ++rows;
    }
    EXPECT_EQ(rows, 29U);
}

TEST(FaultPlan, CountsFromTheMomentItIsArmed) {
    FaultyCard card({"1 sw 6F00"});
    EXPECT_EQ(card.sw(kReadLabel), "9000");
    EXPECT_EQ(card.sw(kReadLabel), "6F00");
    EXPECT_EQ(card.sw(kReadLabel), "9000");
    card.plan.arm(card);
    EXPECT_EQ(card.sw(kReadLabel), "9000");
    EXPECT_EQ(card.sw(kReadLabel), "6F00");
}

TEST(FaultPlan, ARowThatIsAddedLaterCountsFromThere) {
    FaultyCard card;
    EXPECT_EQ(card.sw(kReadLabel), "9000");
    card.plan.add("1 sw 6F00");
    EXPECT_EQ(card.sw(kReadLabel), "9000");
    EXPECT_EQ(card.sw(kReadLabel), "6F00");
}

TEST(FaultPlan, PlusMeansFromThereOn) {
    FaultyCard card({"1+ sw 6F00"});
    EXPECT_EQ(card.sw(kReadLabel), "9000");
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(card.sw(kReadLabel), "6F00");
    EXPECT_EQ(card.plan.fired(), 3U);
    card.plan.clear();
    EXPECT_EQ(card.sw(kReadLabel), "9000");
}

TEST(FaultPlan, AnInstructionIsCountedByItself) {
    FaultyCard card({"INS=20:1 sw 6F00", "INS=b0:0 sw 6F01"});
    EXPECT_EQ(card.sw(kQueryAuth), "63C3");
    EXPECT_EQ(card.sw(kReadLabel), "6F01");
    EXPECT_EQ(card.sw(kReadLabel), "9000");
    EXPECT_EQ(card.sw(kQueryAuth), "6F00");
    EXPECT_EQ(card.sw(kQueryAuth), "63C3");
}

TEST(FaultPlan, BeforeTheCardSeesNothingAfterItHasDoneIt) {
    for (const auto& [row, sw, left] :
         std::vector<std::tuple<std::string, std::string, unsigned>>{{"0 sw 6F00", "6F00", 3},
                                                                     {"0 sw-after 6F00", "6F00", 2},
                                                                     {"0 mute", "mute", 3},
                                                                     {"0 mute-after", "mute", 2},
                                                                     {"0 leave", "mute", 3},
                                                                     {"0 leave-after", "mute", 2},
                                                                     {"0 bounce", "mute", 3},
                                                                     {"0 bounce-after", "mute", 2},
                                                                     {"0 reset-after", "63C2", 2}}) {
        FaultyCard card({row});
        EXPECT_EQ(card.sw(kWrongAuth), sw) << row;
        EXPECT_EQ(card.oracle().auth_pin.tries_left, left) << row;
        EXPECT_EQ(card.oracle().faults, 1U) << row;
    }
}

TEST(FaultPlan, ACardThatLeavesHasNoPowerAndOneThatBouncesHasItAgain) {
    FaultyCard card({"0 leave-after", "0 sw 6F00"});
    EXPECT_EQ(card.sw(kReadLabel), "6F00") << "a command that is not executed has no after";
    card.plan.add("0 leave-after");
    card.sw(kReadLabel);
    EXPECT_FALSE(card.powered());
    card.power_on();
    card.plan.add("0 bounce");
    EXPECT_EQ(card.sw(kReadLabel), "mute");
    EXPECT_TRUE(card.powered());
    EXPECT_EQ(card.sw("00B0000004"), "6986") << "nothing is selected";
}

TEST(FaultPlan, AResetLosesTheSelectionAndPowerLossThePinToo) {
    FaultyCard card({"INS=B0:0 reset"});
    EXPECT_EQ(card.sw(kVerifyAuth), "9000");
    EXPECT_NE(card.sw(kReadLabel), "9000") << "not in the application any more";
    EXPECT_TRUE(card.oracle().auth_pin.verified) << "this card keeps PINs over a warm reset";
    EXPECT_EQ(card.oracle().resets, 1U);
    card.plan.add("0 reset-after cold");
    EXPECT_EQ(card.sw(kSelectJpki), "9000");
    EXPECT_FALSE(card.oracle().auth_pin.verified);
    EXPECT_EQ(card.oracle().power_offs, 1U);
}

TEST(FaultPlan, TellsTheWorldWhatItHasToDo) {
    FaultyCard card({"0 leave", "1 bounce-after", "2 reset cold", "3 delay 250", "4 delay 1", "4 delay 2"});
    std::vector<std::string> told;
    card.plan.hands() = {.leave = [&] { told.emplace_back("leave"); },
                         .bounce = [&] { told.emplace_back("bounce"); },
                         .reset = [&](bool cold) { told.emplace_back(cold ? "cold" : "warm"); },
                         .delay = [&](auto time) { told.push_back(std::to_string(time.count())); }};
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(card.sw(kSelectJpki), "mute");
        EXPECT_FALSE(card.powered()) << "how it comes back is the world's business";
        card.power_on();
    }
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(card.sw(kSelectJpki), "9000");
    EXPECT_EQ(told, (std::vector<std::string>{"leave", "bounce", "cold", "250", "1", "2"}));
}

TEST(FaultPlan, PutsOtherBytesIntoTheAnswer) {
    FaultyCard card({"0 data 0102", "1 answers 0102", "2 data 0102"});
    EXPECT_EQ(card.answer(kReadLabel), "01029000");
    EXPECT_EQ(card.answer(kReadLabel), "0102");
    EXPECT_EQ(card.answer("00B0000004"), "01029000") << card.log().lines().back();
}

TEST(FaultPlan, BendsAnswersWithData) {
    for (const auto& [shape, answer] :
         std::vector<std::pair<std::string, std::string>>{{"empty", ""},
                                                          {"one-byte", "4A"},
                                                          {"sw-only", "9000"},
                                                          {"half", "4A509000"},
                                                          {"minus-one", "4A504B9000"},
                                                          {"plus-one", "4A504B494A9000"},
                                                          {"zeros", "000000009000"},
                                                          {"ones", "FFFFFFFF9000"}}) {
        FaultyCard card({"0 shape " + shape});
        EXPECT_EQ(card.answer(kReadLabel), answer) << shape;
    }
}

TEST(FaultPlan, BendsAnswersWithoutData) {
    for (const auto& [shape, answer] :
         std::vector<std::pair<std::string, std::string>>{{"empty", ""},
                                                          {"one-byte", "63"},
                                                          {"sw-only", "63C3"},
                                                          {"half", "63C3"},
                                                          {"minus-one", "63"},
                                                          {"plus-one", "0063C3"},
                                                          {"zeros", "0000"},
                                                          {"ones", "FFFF"}}) {
        FaultyCard card({"0 shape " + shape});
        EXPECT_EQ(card.answer(kQueryAuth), answer) << shape;
    }
}

TEST(FaultPlan, BendsAnswersToAGivenLength) {
    for (const std::size_t length : {257U, 258U, 4096U, 65538U}) {
        FaultyCard card({"0+ shape " + std::to_string(length)});
        for (const std::string_view command : {kReadLabel, kQueryAuth}) {
            const Bytes answer = card.send(command);
            EXPECT_EQ(answer.size(), length);
            EXPECT_EQ(to_hex(ByteView(answer).last(2)), command == kReadLabel ? "9000" : "63C3");
        }
    }
}

TEST(FaultPlan, NoiseIsTheSameForTheSameSeed) {
    const auto noise = [](const std::string& seed) {
        FaultyCard card({"0 shape random" + seed});
        return card.answer(kReadMore);
    };
    EXPECT_EQ(noise(" 1"), noise(""));
    EXPECT_EQ(noise(" 2"), noise(" 2"));
    EXPECT_NE(noise(" 1"), noise(" 2"));
    EXPECT_EQ(noise(" 1").size(), 44U);
    EXPECT_TRUE(noise(" 2").ends_with("9000"));
}

TEST(FaultPlan, ReplaysTheAnswerBeforeOrThatOfAnotherCommand) {
    FaultyCard card({"0 shape previous", "2 shape previous", "4 shape other", "5 shape other"});
    EXPECT_EQ(card.answer(kQueryAuth), "9000") << "there was none: a plain success";
    EXPECT_EQ(card.answer(kReadLabel), "4A504B499000");
    EXPECT_EQ(card.answer(kQuerySign), "4A504B499000");
    EXPECT_EQ(card.answer("00B0860002"), "4A509000");
    EXPECT_EQ(card.answer("00B0860001"), "63C5") << "what the card really said to the last command but READ";
    EXPECT_EQ(card.answer(kQueryAuth), "4A9000");
}

TEST(FaultPlan, RowsOfOneCommandActInTheirOrder) {
    FaultyCard card({"0 data 01020304", "0 shape half", "0 shape plus-one"});
    EXPECT_EQ(card.answer(kReadLabel), "0102019000");
    EXPECT_EQ(card.oracle().faults, 3U);
}

TEST(FaultPlan, ReadsManyRowsAndSaysWhichLineIsWrong) {
    FaultPlan plan;
    plan.add_all("# a remark\n\n  0 mute  # another\r\nINS=20:0+ sw 6F00");
    EXPECT_EQ(plan.to_json(),
              "[{\"row\": \"0 mute\", \"seen\": 0, \"fired\": 0}, {\"row\": \"INS=20:0+ sw 6F00\", "
              "\"seen\": 0, \"fired\": 0}]");
    try {
        plan.add_all("0 mute\n\n0 mut\n");
        ADD_FAILURE();
    } catch (const FaultError& error) {
        EXPECT_STREQ(error.what(), "line 3: no such kind of fault: mut");
    }
}

TEST(FaultPlan, IsInTheLogWithoutItsBytes) {
    FaultyCard card({"0 data 31323334"});
    card.log().clear();
    card.send(kReadLabel);
    EXPECT_EQ(card.log().lines(), (std::vector<std::string>{
                                      "* FAULT 0 data", "1 READ-BINARY 00B08600 Le=4 -> SW=9000 length=4"}));
}

TEST(FaultPlan, MayEndBeforeTheCard) {
    JpkiCard card;
    {
        FaultPlan plan;
        plan.add("0 sw 6F00");
        plan.arm(card);
    }
    EXPECT_EQ(card.sw(kReadLabel), "6F00");
}

struct Controlled {
    CardSlot slot{default_image(), ""};
    ControlState state{.slot = slot};
    Controlled() { slot.card().power_on(); }
    std::string operator()(std::string_view line) { return control_answer(state, line); }
};

TEST(FaultControl, AddsListsAndClears) {
    Controlled control;
    EXPECT_EQ(control("faults"), "[]");
    EXPECT_EQ(control("fault 1 sw 6F00"), "ok");
    EXPECT_EQ(control("fault 1 sw 6F0"), "error: bytes take two hexadecimal digits each");
    control.slot.card().transmit(hex(kSelectJpki));
    EXPECT_EQ(to_hex(control.slot.card().transmit(hex(kReadLabel))), "6F00");
    EXPECT_EQ(control("faults"), "[{\"row\": \"1 sw 6F00\", \"seen\": 2, \"fired\": 1}]");
    EXPECT_NE(control("oracle").find("\"faults\": 1,"), std::string::npos);
    EXPECT_EQ(control("faults-clear"), "ok");
    EXPECT_EQ(control("faults"), "[]");
}

TEST(FaultControl, TheCardLeavesItsSlotAndStaysAway) {
    Controlled control;
    control("fault 0 leave");
    EXPECT_TRUE(control.slot.card().transmit(hex(kSelectJpki)).empty());
    EXPECT_FALSE(control.slot.inserted());
    control.slot.insert();
    control.slot.card().power_on();
    control("fault 0 bounce");
    EXPECT_TRUE(control.slot.card().transmit(hex(kSelectJpki)).empty());
    EXPECT_TRUE(control.slot.inserted());
    EXPECT_FALSE(control.slot.may_connect(CardSlot::Clock::now()));
}

TEST(FaultControl, AnotherCardInheritsThePlanAndItsCount) {
    Controlled control;
    control("fault 1 sw 6F00");
    control.slot.card().transmit(hex(kSelectJpki));
    EXPECT_EQ(control("swap " OTHER_IMAGE), "ok");
    control.slot.card().power_on();
    EXPECT_EQ(to_hex(control.slot.card().transmit(hex(kSelectJpki))), "6F00");
}

}  // namespace
}  // namespace jpki::vcard::test
