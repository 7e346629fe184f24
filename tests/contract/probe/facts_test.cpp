// Every disputed fact both ways: the report tells the cards apart that behave differently.
#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "probe/layout.hpp"
#include "world.hpp"

namespace jpki::probe::testing {
namespace {

struct Row {
    std::string image;
    std::vector<std::string> settings;
    Fact fact;
    Answer answer;
    std::vector<std::string> values{};  // the first ones
};

// clang-format off
const std::vector<Row>& rows() {
    static const std::vector<Row> kRows{
        {"default", {}, Fact::family, Answer::family_known, {"JPKIAPICCTOKEN2", "my-number"}},
        {"juki", {}, Fact::family, Answer::family_known, {"JPKIAPICCTOKEN", "juki"}},
        {"android", {}, Fact::family, Answer::family_known, {"JPKIAPGPSETOKEN", "android"}},
        {"iphone", {}, Fact::family, Answer::family_known, {"JPKIAPIOSTOKEN", "iphone"}},

        {"default", {}, Fact::interface, Answer::interface_contactless},
        {"default", {"atr=contact"}, Fact::interface, Answer::interface_contact, {"not said"}},
        {"default", {"atr=contact-historical"}, Fact::interface, Answer::interface_contact, {"chaining yes, extended yes"}},

        {"default", {}, Fact::counters, Answer::counters_seen, {"63C3", "63C5"}},
        {"juki", {}, Fact::counters, Answer::counters_seen, {"not sent", "63C5"}},

        {"default", {}, Fact::blocked_query, Answer::blocked_from_issue, {"63C0"}},
        {"default", {"blocked-query=6984"}, Fact::blocked_query, Answer::blocked_from_issue, {"6984"}},
        {"default", {"neutral-aid=all-absent"}, Fact::blocked_query, Answer::blocked_none, {"not sent"}},
        {"android", {}, Fact::blocked_query, Answer::blocked_none},
        {"default", {"auth-pin=blocked"}, Fact::blocked_query, Answer::blocked_seen, {"63C0", "authentication"}},
        {"default", {"auth-pin=blocked", "blocked-query=6984"}, Fact::blocked_query, Answer::blocked_seen, {"6984", "authentication"}},
        {"default", {"sign-pin=blocked", "blocked-query=6983"}, Fact::blocked_query, Answer::blocked_seen, {"6983", "signature"}},
        {"android", {"sign-pin=blocked", "auth-pin=blocked", "blocked-query=63c0"}, Fact::blocked_query, Answer::blocked_seen, {"63C0", "authentication, signature"}},

        {"default", {}, Fact::first_command, Answer::first_fine, {"9000"}},
        {"juki", {}, Fact::first_command, Answer::first_fine, {"9000"}},
        {"default", {"first-command=6f00"}, Fact::first_command, Answer::first_refused, {"9000"}},

        {"default", {}, Fact::short_identifiers, Answer::short_both},
        {"default", {"auth-pin=blocked"}, Fact::short_identifiers, Answer::short_both},
        {"default", {"sfi=no"}, Fact::short_identifiers, Answer::short_neither, {"6A86", "6A86"}},

        {"default", {}, Fact::token_information, Answer::token_seen, {"160", "E16R01NJ", "16 digits"}},
        {"default", {"token-info=32"}, Fact::token_information, Answer::token_seen, {"32", "6B00", "6B00"}},
        {"default", {"short-read=6cxx"}, Fact::token_information, Answer::token_seen, {"160", "E16R01NJ", "16 digits"}},

        {"default", {}, Fact::end_of_file, Answer::end_short, {"9000", "6B00"}},
        {"default", {"short-read=6282"}, Fact::end_of_file, Answer::end_short, {"6282", "6B00"}},
        {"default", {"short-read=6cxx"}, Fact::end_of_file, Answer::end_without, {"6CA0", "6B00"}},

        {"default", {}, Fact::availability, Answer::availability_read, {"8F 8F 00", "6B00"}},
        {"juki", {}, Fact::availability, Answer::availability_read, {"8F 00 00", "6B00"}},

        {"default", {}, Fact::absent_certificate, Answer::absent_not_here},
        {"default", {"auth-cert=garbage"}, Fact::absent_certificate, Answer::absent_not_here},
        {"default", {"auth-cert=absent"}, Fact::absent_certificate, Answer::absent_seen, {"6A82", "6982", "8F 00 00"}},
        {"default", {"auth-cert=blank"}, Fact::absent_certificate, Answer::absent_seen, {"FF", "6982", "8F 00 00"}},
        {"default", {"auth-cert=blank", "filler=00"}, Fact::absent_certificate, Answer::absent_seen, {"00", "6982", "8F 00 00"}},
        {"default", {"auth-cert=blank", "filler=none"}, Fact::absent_certificate, Answer::absent_seen, {"6B00", "6982", "8F 00 00"}},
        {"default", {"sign-cert=absent"}, Fact::absent_certificate, Answer::absent_seen, {"certificate", "6A82", "00 8F 00"}},
        {"default", {"sign-cert=blank"}, Fact::absent_certificate, Answer::absent_seen, {"certificate", "6982", "00 8F 00"}},

        {"default", {}, Fact::authentication_certificate, Answer::auth_free, {"1600"}},
        {"android", {}, Fact::authentication_certificate, Answer::auth_guarded, {"6982"}},
        {"iphone", {}, Fact::authentication_certificate, Answer::auth_guarded, {"6982"}},
        {"juki", {}, Fact::authentication_certificate, Answer::auth_missing, {"6A82"}},
        {"default", {"auth-cert=blank"}, Fact::authentication_certificate, Answer::auth_missing, {"FF"}},

        {"default", {}, Fact::signature_certificate, Answer::sign_guarded, {"6982"}},
        {"default", {"sign-cert=absent"}, Fact::signature_certificate, Answer::sign_missing, {"6A82"}},

        {"default", {}, Fact::key, Answer::key_seen, {"RSA 2048", "sha256WithRSAEncryption", "2024", "2033"}},
        {"default", {"auth-cert=garbage"}, Fact::key, Answer::key_seen, {"unknown", "unknown", "?", "?"}},
        {"android", {}, Fact::key, Answer::key_unseen},

        {"default", {}, Fact::extensions, Answer::extensions_seen, {"KU! EKU CP! IAN CRLDP AIA AKI SKI", "clientAuth", "1.2.392.200149.8.5.1.3.30", "OCSP elsewhere"}},
        {"plain", {}, Fact::extensions, Answer::extensions_seen, {"KU! CP IAN CRLDP AKI SKI", "none", "1.2.392.200149.8.5.1.3.30", "none"}},
        {"default", {"auth-cert=garbage"}, Fact::extensions, Answer::extensions_unseen},
        {"android", {}, Fact::extensions, Answer::extensions_unseen},
        {"default", {}, Fact::names, Answer::names_seen, {"C CN (UTF8String, 23)", "keyid issuer serial"}},
        {"plain", {}, Fact::names, Answer::names_seen, {"C O CN (UTF8String, 23)", "keyid"}},
        {"juki", {}, Fact::names, Answer::names_unseen},

        {"default", {}, Fact::filler, Answer::filler_seen, {"2048", "FF"}},
        {"default", {"filler=00"}, Fact::filler, Answer::filler_seen, {"2048", "00"}},
        {"default", {"filler=none"}, Fact::filler, Answer::filler_none},
        {"default", {"filler=none", "short-read=6cxx"}, Fact::filler, Answer::filler_none},
        {"android", {}, Fact::filler, Answer::filler_unknown},

        {"default", {}, Fact::ca_file, Answer::ca_filled, {"2048", "FF"}},
        {"default", {"filler=00", "short-read=6282"}, Fact::ca_file, Answer::ca_filled, {"2048", "00"}},
        {"default", {"filler=none"}, Fact::ca_file, Answer::ca_none},
        {"default", {"seen-1900"}, Fact::ca_file, Answer::ca_filled, {"1900", "00"}},
        {"default", {"sign-ca-file=1900", "short-read=6cxx"}, Fact::ca_file, Answer::ca_filled, {"1900", "FF"}},

        {"default", {}, Fact::other_applications, Answer::others_seen, {"9000", "9000"}},
        {"default", {"neutral-aid=absent"}, Fact::other_applications, Answer::others_seen, {"6A82", "9000"}},
        {"default", {"neutral-aid=all-absent"}, Fact::other_applications, Answer::others_seen, {"6A82", "6A82"}},
        {"android", {}, Fact::other_applications, Answer::others_seen, {"9000", "6A82"}},

        {"default", {}, Fact::card_data, Answer::objects_asked, {"9000+49", "9000+8", "6A88", "3B E0 00 FF 81 31 FE 45 14"}},
        {"default", {"first-command=6f00"}, Fact::card_data, Answer::objects_asked, {"9000+49", "9000+8", "6A88"}},
        {"default", {"seen-2025"}, Fact::card_data, Answer::objects_asked, {"9000+49", "6A88", "9000+8", "3B E0 00 FF 81 31 FE 45 14"}},
        {"default", {"contact-atr=anywhere"}, Fact::card_data, Answer::objects_asked, {"9000+49", "9000+8", "9000+8"}},
        {"android", {}, Fact::card_data, Answer::objects_asked, {"6A88", "6A88", "6A88", "-"}},

        {"default", {}, Fact::power, Answer::power_back, {"3"}},
        {"default", {"first-command=6f00"}, Fact::power, Answer::power_back, {"3"}},

        {"default", {}, Fact::extended_length, Answer::extended_taken},
        {"default", {"extended=refused"}, Fact::extended_length, Answer::extended_refused, {"6700"}},

        {"default", {}, Fact::speed, Answer::speed_seen},
        {"juki", {}, Fact::speed, Answer::speed_seen},
    };
    return kRows;
}
// clang-format on

// For GoogleTest, in place of the row's bytes.
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.image << " " << ::testing::PrintToString(row.settings);
}

class ProbeFacts : public ::testing::TestWithParam<Row> {};

TEST_P(ProbeFacts, AreToldAsTheCardIs) {
    app::speak(app::Language::english);
    World world(GetParam().image, GetParam().settings);
    ASSERT_EQ(world.probe(), Exit::ok) << world.user.told;
    const Conclusion assessment = world.report().assessments.at(static_cast<std::size_t>(GetParam().fact));
    EXPECT_EQ(assessment.fact, GetParam().fact);
    EXPECT_EQ(row_of(assessment.answer).id, row_of(GetParam().answer).id) << assessment.sentence();
    for (std::size_t i = 0; i < GetParam().values.size(); ++i)
        EXPECT_EQ(assessment.values.at(i), GetParam().values[i]) << assessment.sentence();
    EXPECT_EQ(row_of(assessment.answer).fact, assessment.fact);
}

INSTANTIATE_TEST_SUITE_P(Cards, ProbeFacts, ::testing::ValuesIn(rows()), [](const auto& one) {
    std::string name = one.param.image + "_" + std::string(row_of(one.param.fact).id);
    for (const std::string& setting : one.param.settings)
        name += "_" + setting;
    std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
});

TEST(ProbeReport, SaysOfEveryFactOneThing) {
    World world;
    ASSERT_EQ(world.probe(), Exit::ok);
    const auto assessments = world.report().assessments;
    ASSERT_EQ(assessments.size(), facts().size());
    for (std::size_t i = 0; i < assessments.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(assessments[i].fact), i);
        EXPECT_EQ(row_of(assessments[i].answer).fact, assessments[i].fact);
    }
    // Facts whose answer these tests have never seen would be untested sentences.
    std::set<Answer> seen;
    for (const Row& row : rows())
        seen.insert(row.answer);
    std::set<std::string_view> unseen;
    for (std::size_t i = 0; i < answers().size(); ++i) {
        if (!seen.contains(static_cast<Answer>(i))) unseen.insert(answers()[i].id);
    }
    // No setting of the virtual card leads there; see ProbeOddCards.
    EXPECT_THAT(unseen, ::testing::UnorderedElementsAre(
                            "family_unknown", "family_unread", "interface_unknown", "counters_unknown",
                            "short_one", "token_unread", "end_unknown", "availability_unread", "sign_free",
                            "ca_unknown", "extended_not_carried", "extended_not_sent", "speed_unknown",
                            "first_unknown", "objects_not_asked", "power_lost", "power_hidden"));
}

// Answers that the virtual card does not give by itself: its answers bent on the way.
struct Odd {
    std::string command;  // whose answer is bent
    std::string answer;   // in hexadecimal
    Fact fact;
    Answer expected;
};

Bytes bytes_of(std::string_view digits) {
    Bytes out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(std::stoul(std::string(digits.substr(i, 2)), nullptr, 16)));
    return out;
}

TEST(ProbeOddCards, AreToldToo) {
    const std::vector<Odd> odd{
        {"token_label", "4E45585447454E20202020202020202020202020202020202020202020202020209000",
         Fact::family, Answer::family_unknown},
        {"token_information", "6A82", Fact::family, Answer::family_unread},
        {"token_information", "6A82", Fact::token_information, Answer::token_unread},
        {"token_information", "6A82", Fact::end_of_file, Answer::end_unknown},
        {"short_tries", "6A88", Fact::short_identifiers, Answer::short_one},
        {"availability", "6A82", Fact::availability, Answer::availability_unread},
        {"sign_certificate_start", "308207759000", Fact::signature_certificate, Answer::sign_free},
        {"sign_ca", "6A82", Fact::ca_file, Answer::ca_unknown},
        {"token_for_extended", "6A82", Fact::extended_length, Answer::extended_not_sent},
    };
    for (const Odd& row : odd) {
        World world;
        const auto number = std::ranges::find(sent_ids(), row.command) - sent_ids().begin();
        world.card->on_fault_after([&](std::size_t index, ByteView, ByteView) -> std::optional<Bytes> {
            if (index != static_cast<std::size_t>(number)) return std::nullopt;
            return bytes_of(row.answer);
        });
        ASSERT_EQ(world.probe(), Exit::ok) << row.command << world.user.told;
        const Conclusion assessment = world.report().assessments.at(static_cast<std::size_t>(row.fact));
        EXPECT_EQ(row_of(assessment.answer).id, row_of(row.expected).id) << assessment.sentence();
    }
}

TEST(ProbeOddCards, WithoutAnyCounterAreTold) {
    World world;
    world.card->on_fault_after([](std::size_t, ByteView apdu, ByteView) -> std::optional<Bytes> {
        if (apdu[1] != 0x20) return std::nullopt;
        return Bytes{0x6A, 0x88};
    });
    ASSERT_EQ(world.probe(), Exit::ok);
    EXPECT_EQ(world.report().assessments.at(static_cast<std::size_t>(Fact::counters)).answer,
              Answer::counters_unknown);
}

// A card that refuses what no public source saw a card answer: of this program's commands that is one, a
// READ BINARY of extended length, which reads and does nothing else.
TEST(ProbeOddCards, ThatKnowOnlyWhatWitnessesSawAnswerAllButOne) {
    World everything;
    World witnessed("default", {"commands=witnessed"});
    ASSERT_EQ(everything.probe(), Exit::ok);
    ASSERT_EQ(witnessed.probe(), Exit::ok) << witnessed.user.told;
    std::vector<std::string_view> different;
    for (const Exchange& exchange : witnessed.found.run.record.exchanges) {
        if (exchange.outcome() != everything.found.run.record.of(exchange.command->id).outcome())
            different.push_back(exchange.command->id);
    }
    EXPECT_THAT(different, ::testing::ElementsAre("extended_read"));
    witnessed.expect_untouched();
}

// A reader that cannot carry a long command is no reason to end.
TEST(ProbeOddCards, MayHaveReadersThatCarryShortCommandsOnly) {
    for (const Errc error : {Errc::transport, Errc::card_mute, Errc::malformed_answer}) {
        World world;
        world.readers.on_command(
            [error](ByteView apdu) {
                return apdu.size() == 7 && apdu[1] == 0xB0 ? std::optional(error) : std::nullopt;
            },
            nullptr);
        ASSERT_EQ(world.probe(), Exit::ok) << world.user.told;
        EXPECT_EQ(world.report().assessments.at(static_cast<std::size_t>(Fact::extended_length)).answer,
                  Answer::extended_not_carried);
    }
}

// It is to be pasted into an issue.
TEST(ProbeReport, IsOnePage) {
    for (const char* image : {"default", "juki", "android"}) {
        World world(image, {"first-command=6f00", "atr=contact-historical"});
        ASSERT_EQ(world.probe(), Exit::ok);
        for (const app::Language language : {app::Language::japanese, app::Language::english}) {
            app::speak(language);
            std::istringstream page(to_markdown(world.report()));
            std::size_t lines = 0;
            for (std::string line; std::getline(page, line); ++lines)
                EXPECT_LE(columns_of(line), kPageColumns) << line;
            EXPECT_LE(lines, 60U);
        }
    }
}

// Whatever the reader calls itself ends neither the block nor the line.
TEST(ProbeReport, IsNotBrokenByAReadersName) {
    app::speak(app::Language::english);
    World world;
    ASSERT_EQ(world.probe(), Exit::ok);
    Report report = world.report();
    report.surroundings.reader = masked_reader("Reader\n```\n<b>@all\x1B[2J 00 00");
    const std::string page = to_markdown(report);
    EXPECT_THAT(page, ::testing::HasSubstr("<b>@all?[2J 00 00"));
    EXPECT_EQ(page.find("```"), page.find("```text"));
    EXPECT_EQ(page.find("```", page.find("```") + 1), page.size() - 4);
}

TEST(ProbeReport, IsReadableInBothLanguages) {
    World world;
    ASSERT_EQ(world.probe(), Exit::ok);
    app::speak(app::Language::japanese);
    const std::string japanese = to_markdown(world.report());
    EXPECT_THAT(japanese, ::testing::HasSubstr("残り回数"));
    EXPECT_THAT(japanese, ::testing::HasSubstr("my-number"));
    app::speak(app::Language::english);
    const std::string english = to_markdown(world.report());
    EXPECT_THAT(english, ::testing::HasSubstr("Tries left"));
    EXPECT_TRUE(std::ranges::all_of(english, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

TEST(ProbeReport, HasEveryCommandThatTheCardSaw) {
    World world;
    std::vector<std::string> sent;
    world.readers.before_command([&sent](ByteView apdu) { sent.push_back(spaced_hex(apdu)); });
    ASSERT_EQ(world.probe(), Exit::ok);
    Json report = to_json(world.report());
    std::vector<std::string> told;
    for (Json command : report["commands"].items())
        if (command["status"].text() != "not sent") told.push_back(command["command"].text());
    EXPECT_EQ(told, sent);
    std::size_t announced = 0;
    for (const std::string& command : sent) {
        announced = world.user.told.find(command, announced);
        ASSERT_NE(announced, std::string::npos) << "not announced: " << command;
        ++announced;
    }
}

}  // namespace
}  // namespace jpki::probe::testing
