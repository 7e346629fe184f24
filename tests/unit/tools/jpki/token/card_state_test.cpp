// The states of a card under one name, in one sentence, with what to do, and with the command's exit status.
#include "token/card_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace jpki::app {
namespace {

using ::testing::HasSubstr;

constexpr CardState kTroubles[] = {CardState::none, CardState::foreign, CardState::failing, CardState::silent,
                                   CardState::busy};

CardStatus status(CardState state) {
    CardStatus made;
    made.state = state;
    return made;
}

TEST(CardState, HasANameAndASentenceOfItsOwnAndSomethingToDo) {
    std::set<std::string> names;
    std::set<std::string> sentences;
    for (const CardState state : kTroubles) {
        const Finding found = finding_of(status(state), "Reader 1");
        names.insert(std::string(name_of(state)));
        sentences.insert(found.what);
        EXPECT_EQ(found.grade, Grade::problem);
        EXPECT_FALSE(found.cure().empty()) << found.what;
    }
    EXPECT_EQ(names, (std::set<std::string>{"none", "foreign", "failing", "silent", "busy"}));
    EXPECT_EQ(sentences.size(), std::size(kTroubles));
    EXPECT_EQ(name_of(CardState::present), "present");
}

TEST(CardState, OnlyWhatIsNoCardOfOursEndsAsNoCard) {
    for (const CardState state : kTroubles) {
        const Failure failure = failure_of(status(state), "Reader 1");
        const bool no_card = state == CardState::none || state == CardState::foreign;
        EXPECT_EQ(failure.exit(), no_card ? Exit::no_card : Exit::failed);
        EXPECT_EQ(failure.object(), "card");
        EXPECT_EQ(failure.state(), name_of(state));
    }
}

TEST(CardState, TellsWhoElseUsesCards) {
    CardStatus busy = status(CardState::busy);
    busy.others = {"firefox (12)", "scdaemon (34)"};
    EXPECT_THAT(finding_of(busy, "Reader 1").what, HasSubstr("firefox (12), scdaemon (34)"));
    EXPECT_EQ(finding_of(busy, "Reader 1").command, "gpgconf --kill scdaemon");
    busy.others = {"evil\n[ok] all is well\x1B[2J\u202E (12)"};
    EXPECT_NE(finding_of(busy, "R\x9B").what.find("R\\x9B"), std::string::npos);
    EXPECT_NE(finding_of(busy, "R").what.find("evil\\n[ok] all is well\\x1B[2J\\u{202E} (12)"),
              std::string::npos);
    busy.others = {"my-scdaemon (34)"};
    EXPECT_EQ(finding_of(busy, "Reader 1").command, "");
}

TEST(CardState, QuotesWordsForAShell) {
    EXPECT_EQ(shell_word("Reader-1"), "Reader-1");
    EXPECT_EQ(shell_word("Reader 1"), "'Reader 1'");
    EXPECT_EQ(shell_word("$(rm)"), "'$(rm)'");
    EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
    EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace jpki::app
