#include "probe/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "probe/guide.hpp"
#include "probe/layout.hpp"
#include "probe/report.hpp"
#include "probe/text.hpp"

namespace jpki::probe {
namespace {

struct Sentence {
    std::string where;
    Words words;
};

std::vector<Sentence> sentences() {
    std::vector<Sentence> all;
    for (const Command& row : commands())
        all.push_back({std::string(row.id), row.why});
    for (const FactRow& row : facts())
        all.push_back({std::string(row.id), row.title});
    for (const AnswerRow& row : answers())
        all.push_back({std::string(row.id), row.sentence});
    for (const NotAsked& row : not_asked()) {
        all.push_back({std::string(row.id), row.what});
        all.push_back({std::string(row.id), row.because});
    }
    for (const Step& row : steps())
        all.push_back({std::string(row.id), row.words});
#define JPKI_TEXT(id, english, japanese) all.push_back({#id, {english, japanese}});
#include "probe/texts.def"
#undef JPKI_TEXT
#define JPKI_EXIT(name, number, english, japanese) all.push_back({#name, {english, japanese}});
#include "probe/exit_codes.def"
#undef JPKI_EXIT
    return all;
}

std::multiset<std::string> blanks_of(std::string_view sentence) {
    static const std::regex kBlank("\\{[^}]*\\}");
    const std::string text(sentence);
    return {std::sregex_token_iterator(text.begin(), text.end(), kBlank), std::sregex_token_iterator()};
}

TEST(ProbeTable, SpeaksBothLanguagesEverywhere) {
    for (const auto& [where, words] : sentences()) {
        EXPECT_FALSE(words.english.empty()) << where;
        EXPECT_FALSE(words.japanese.empty()) << where;
        EXPECT_TRUE(std::ranges::all_of(words.english, [](char c) {
            return c == '\n' || (c >= ' ' && c <= '~');
        })) << where;
        EXPECT_EQ(blanks_of(words.english), blanks_of(words.japanese)) << where;
    }
    const auto is_the_same = [](const Sentence& row) { return row.words.english == row.words.japanese; };
    const auto all = sentences();
    EXPECT_EQ(std::ranges::count_if(all, is_the_same), 0);
}

template <class Rows>
void expect_unique(const Rows& rows) {
    std::set<std::string_view> seen;
    for (const auto& row : rows)
        EXPECT_TRUE(seen.insert(row.id).second) << row.id << " is there twice";
}

TEST(ProbeTable, HasNoNameTwice) {
    expect_unique(commands());
    expect_unique(facts());
    expect_unique(answers());
    expect_unique(not_asked());
}

// The titles are a column of a page.
TEST(ProbeTable, HasTitlesThatFit) {
    for (const FactRow& row : facts()) {
        EXPECT_LE(columns_of(row.title.english), 21U) << row.id;
        EXPECT_LE(columns_of(row.title.japanese), 21U) << row.id;
    }
}

TEST(ProbeTable, AsksNothingThatItSaysItDoesNotAsk) {
    for (const NotAsked& row : not_asked())
        EXPECT_EQ(std::ranges::find(facts(), row.id, &FactRow::id), facts().end()) << row.id;
}

bool powers_up(const Command& row) { return row.when == When::powers_up; }

// What a phase has selected is gone when it ends: others may come in between.
TEST(ProbeTable, SelectsAnApplicationBeforeAnythingElseOfAPhase) {
    unsigned phase = 0;
    for (const Command& row : commands()) {
        ASSERT_TRUE(row.phase == phase || row.phase == phase + 1) << row.id;
        const ByteView apdu = row.apdu.bytes();
        const bool opens = row.phase != phase;
        const bool selects_application = apdu[1] == 0xA4 && apdu[2] == 0x04;
        EXPECT_TRUE(!opens || selects_application || apdu[1] == 0xCA) << row.id;
        const bool selects_jpki = selects_application && apdu.size() == 15 && apdu[7] == 0xF0;
        EXPECT_EQ(row.when == When::begins, opens && selects_jpki && !powers_up(row)) << row.id;
        EXPECT_TRUE(opens || !powers_up(row)) << row.id;
        phase = row.phase;
    }
}

TEST(ProbeTable, AsksForTheCountersFirstAndLast) {
    const auto rows = commands();
    const auto index = [&](std::string_view id) {
        return std::ranges::find(rows, id, &Command::id) - rows.begin();
    };
    // Only the card's power is left then.
    const auto last = std::ranges::find_if(rows, powers_up) - rows.begin() - 1;
    EXPECT_EQ(index("sign_tries"), 4);
    EXPECT_EQ(index("sign_tries_at_last"), last);
    EXPECT_EQ(index("auth_tries_at_last"), last - 2);
}

TEST(ProbeTable, PowersTheCardUpThreeTimesAtTheVeryEnd) {
    const auto rows = commands();
    EXPECT_EQ(std::ranges::count_if(rows, powers_up), 3);
    const auto first = std::ranges::find_if(rows, powers_up);
    EXPECT_TRUE(std::none_of(first, rows.end(), [](const Command& row) { return row.when == When::begins; }));
    // What is asked then is nobody's own.
    for (auto row = first; row != rows.end(); ++row) {
        const ByteView apdu = row->apdu.bytes();
        EXPECT_TRUE((apdu[1] == 0xA4 && apdu[2] == 0x04) || apdu[1] == 0xCA) << row->id;
    }
}

TEST(ProbeTable, HasAnAnswerToEveryFactAndACommandToAlmostEvery) {
    std::set<Fact> answered;
    std::set<Fact> asked;
    for (const AnswerRow& row : answers())
        answered.insert(row.fact);
    for (const Command& row : commands())
        asked.insert(row.fact);
    EXPECT_EQ(answered.size(), facts().size());
    // The ATR tells of the interface; a missing certificate is seen by the commands for the certificates.
    // Names and extensions come with the same bytes, and the speed with all of them.
    asked.insert({Fact::interface, Fact::absent_certificate, Fact::names, Fact::speed, Fact::power});
    EXPECT_EQ(asked.size(), facts().size());
}

TEST(ProbeTable, IsShownWholeWithoutACard) {
    const std::string plan = plan_as_text();
    for (const Command& row : commands()) {
        EXPECT_NE(plan.find(spaced_hex(row.apdu.bytes())), std::string::npos) << row.id;
        EXPECT_NE(plan.find(row.why.english), std::string::npos) << row.id;
    }
    EXPECT_EQ(plan_as_json()["commands"].items().size(), commands().size());
}

}  // namespace
}  // namespace jpki::probe
