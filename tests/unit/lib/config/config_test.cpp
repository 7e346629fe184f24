#include "config/config.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

// Reads `text` and expects no problem.
Config read(std::string_view text) {
    Config config;
    for (const ConfigProblem& problem : read_config(text, config))
        ADD_FAILURE() << problem.line << ":" << problem.column << " " << problem.message;
    return config;
}

// The one problem of `text`, as "line:column message".
std::string problem_of(std::string_view text, Config* result = nullptr) {
    Config config;
    const auto problems = read_config(text, config);
    if (result != nullptr) *result = config;
    if (problems.size() != 1) return std::to_string(problems.size()) + " problems";
    return std::to_string(problems[0].line) + ":" + std::to_string(problems[0].column) + " " +
           problems[0].message;
}

TEST(Config, OfNothingIsTheDefaults) {
    for (const char* text : {"", "\n\n", "# only a comment\n"}) {
        const Config config = read(text);
        EXPECT_EQ(config.worker_threads, WorkerThreads::automatic);
        EXPECT_EQ(config.last_try, LastTry::refuse);
        EXPECT_EQ(config.tokens, View::automatic);
        EXPECT_EQ(config.confirm, Confirm::never);
        EXPECT_EQ(config.logout, Logout::application);
        EXPECT_EQ(config.labels, Labels::english);
        EXPECT_EQ(config.auth_idle, std::chrono::hours(8));
        EXPECT_EQ(config.sign_idle, std::chrono::seconds(60));
        EXPECT_EQ(config.log_file, "");
        EXPECT_EQ(config.log_level, LogLevel::warning);
    }
}

TEST(Config, TakesEveryValueOfWorkerThreads) {
    EXPECT_EQ(read("worker_threads = \"auto\"").worker_threads, WorkerThreads::automatic);
    EXPECT_EQ(read("worker_threads = \"never\"").worker_threads, WorkerThreads::never);
    EXPECT_EQ(read("worker_threads = \"always\"").worker_threads, WorkerThreads::always);
}

TEST(Config, TakesEveryValueOfLastTry) {
    EXPECT_EQ(read("last_try = \"refuse\"").last_try, LastTry::refuse);
    EXPECT_EQ(read("last_try = \"allow\"").last_try, LastTry::allow);
}

TEST(Config, TakesEveryValueOfTokens) {
    EXPECT_EQ(read("tokens = \"auto\"").tokens, View::automatic);
    EXPECT_EQ(read("tokens = \"both\"").tokens, View::both);
    EXPECT_EQ(read("tokens = \"authentication\"").tokens, View::authentication);
    EXPECT_EQ(read("tokens = \"signature\"").tokens, View::signature);
}

TEST(Config, TakesEveryValueOfLogLevel) {
    EXPECT_EQ(read("log_level = \"off\"").log_level, LogLevel::off);
    EXPECT_EQ(read("log_level = \"error\"").log_level, LogLevel::error);
    EXPECT_EQ(read("log_level = \"warning\"").log_level, LogLevel::warning);
    EXPECT_EQ(read("log_level = \"info\"").log_level, LogLevel::info);
    EXPECT_EQ(read("log_level = \"trace\"").log_level, LogLevel::trace);
}

TEST(Config, TakesEveryValueOfConfirm) {
    EXPECT_EQ(read("logout = \"application\"").logout, Logout::application);
    EXPECT_EQ(read("logout = \"power\"").logout, Logout::power);
    EXPECT_EQ(problem_of("logout = \"off\""), "1:10 \"logout\" takes \"application\" or \"power\"");
    EXPECT_EQ(read("confirm = \"never\"").confirm, Confirm::never);
    EXPECT_EQ(read("confirm = \"every-signature\"").confirm, Confirm::every_signature);
    EXPECT_EQ(problem_of("confirm = \"always\""), "1:11 \"confirm\" takes \"never\" or \"every-signature\"");
}

TEST(Config, TakesEveryValueOfLabels) {
    EXPECT_EQ(read("labels = \"en\"").labels, Labels::english);
    EXPECT_EQ(read("labels = \"ja\"").labels, Labels::japanese);
    EXPECT_EQ(problem_of("labels = \"jp\""), "1:10 \"labels\" takes \"en\" or \"ja\"");
}

TEST(Config, SaysWhatItTookFromWhere) {
    Config config;
    std::vector<ConfigSetting> taken;
    (void)read_config(
        "tokens = \"both\"\nlast_try = \"perhaps\"\n[application.firefox]\ntokens = \"signature\"\n"
        "[application.ssh]\nlabels = \"ja\"\n",
        config, "firefox", &taken);
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].key + "=" + taken[0].value + ":" + std::to_string(taken[0].line), "tokens=both:1");
    EXPECT_EQ(taken[1].key + "=" + taken[1].value + ":" + std::to_string(taken[1].line),
              "tokens=signature:4");
}

TEST(Config, TellsMistakesApart) {
    const std::pair<const char*, ConfigMistake> mistakes[] = {
        {"a", ConfigMistake::syntax},
        {"lables = \"ja\"", ConfigMistake::unknown_key},
        {"labels = \"jp\"", ConfigMistake::value},
        {"application = 1", ConfigMistake::section},
        {"application.firefox = 1", ConfigMistake::section}};
    for (const auto& [text, mistake] : mistakes) {
        Config config;
        const auto problems = read_config(text, config);
        ASSERT_EQ(problems.size(), 1U) << text;
        EXPECT_EQ(problems[0].mistake, mistake) << text;
    }
}

TEST(Config, TakesTimesInSecondsMinutesAndHours) {
    using namespace std::chrono_literals;
    using Duration = std::chrono::steady_clock::duration;
    const std::pair<const char*, Duration> times[] = {
        {"1s", 1s}, {"90s", 90s}, {"15m", 15min}, {"8h", 8h}, {"8784h", 8784h}, {"never", Duration::max()}};
    for (const auto& [text, time] : times) {
        EXPECT_EQ(read(std::string("auth_idle = \"") + text + "\"").auth_idle, time) << text;
        EXPECT_EQ(read(std::string("sign_idle = \"") + text + "\"").sign_idle, time) << text;
    }
}

TEST(Config, TakesNoOtherTime) {
    using namespace std::chrono_literals;
    for (const char* wrong :
         {"", "8", "h", "0s", "-1s", "+1s", " 1s", "1 s", "1s ", "1.5h", "1d", "1H", "8785h", "0x10s",
          "Never", "99999999999999999999s", "9223372036854775807h", "1h30m"}) {
        Config config;
        EXPECT_EQ(problem_of(std::string("sign_idle = \"") + wrong + "\"", &config),
                  "1:13 \"sign_idle\" takes a time like \"90s\", \"15m\" or \"8h\", or \"never\"")
            << wrong;
        EXPECT_EQ(config.sign_idle, 60s);
    }
}

TEST(Config, TakesAnyTextAsLogFile) {
    EXPECT_EQ(read("log_file = \"/tmp/a b.log\"").log_file, "/tmp/a b.log");
    EXPECT_EQ(read("log_file = '~/x'").log_file, "~/x");
    EXPECT_EQ(read("log_file = \"\"").log_file, "");
}

TEST(Config, ReadsOverWhatIsThere) {
    Config config = read("last_try = \"allow\"\ntokens = \"both\"");
    EXPECT_TRUE(read_config("tokens = \"signature\"", config).empty());
    EXPECT_EQ(config.last_try, LastTry::allow);
    EXPECT_EQ(config.tokens, View::signature);
}

TEST(Config, NamesAnUnknownKeyAndItsPlaceAndReadsTheRest) {
    Config config;
    EXPECT_EQ(problem_of("\n  last_trie = \"allow\"\ntokens = \"both\"\n", &config),
              "2:3 unknown key \"last_trie\", ignored");
    EXPECT_EQ(config.last_try, LastTry::refuse);
    EXPECT_EQ(config.tokens, View::both);
}

TEST(Config, ASectionOfAProgramCountsForThatProgramOnly) {
    constexpr const char* kText =
        "tokens = \"both\"\nlast_try = \"allow\"\n[application.firefox]\ntokens = \"signature\"\n"
        "[application.\"ssh-add\"]\ntokens = \"authentication\"\n";
    const std::pair<const char*, View> programs[] = {{"firefox", View::signature},
                                                     {"ssh-add", View::authentication},
                                                     {"Firefox", View::both},
                                                     {"", View::both}};
    for (const auto& [program, view] : programs) {
        Config config;
        EXPECT_TRUE(read_config(kText, config, program).empty());
        EXPECT_EQ(config.tokens, view) << program;
        EXPECT_EQ(config.last_try, LastTry::allow);
    }
}

TEST(Config, AMistakeInASectionIsFoundInEveryProgram) {
    constexpr const char* kText = "[application.other]\ntokens = \"none\"\nunknown = 1\n";
    for (const char* program : {"other", "firefox", ""}) {
        Config config;
        EXPECT_EQ(read_config(kText, config, program).size(), 2U) << program;
        EXPECT_EQ(config.tokens, View::automatic);
    }
}

TEST(Config, SectionsOfProgramsAreTables) {
    EXPECT_EQ(problem_of("application = 1"), "1:15 write [application.PROGRAM]");
    EXPECT_EQ(problem_of("[application]\nfirefox = 1"), "2:11 write [application.PROGRAM]");
    EXPECT_EQ(problem_of("[application.a]\n[application.a.b]\n").substr(0, 2), "2:");
}

TEST(Config, AnyOtherSectionIsAnUnknownKey) {
    EXPECT_EQ(problem_of("[security]\nlast_try = \"allow\"\n").substr(0, 3), "1:2");
}

TEST(Config, NamesAWrongValueAndWhatItCouldBe) {
    Config config;
    EXPECT_EQ(problem_of("last_try = \"maybe\"\n", &config),
              "1:12 \"last_try\" takes \"refuse\" or \"allow\"");
    EXPECT_EQ(config.last_try, LastTry::refuse);
    EXPECT_EQ(problem_of("worker_threads = \"\""),
              "1:18 \"worker_threads\" takes \"auto\", \"never\" or \"always\"");
    EXPECT_EQ(problem_of("tokens = \"Both\""),
              "1:10 \"tokens\" takes \"auto\", \"both\", \"authentication\" or \"signature\"");
}

TEST(Config, NamesAWrongType) {
    for (const char* value : {"true", "1", "1.5", "[\"allow\"]", "{ a = \"allow\" }", "2026-01-01"}) {
        Config config;
        EXPECT_EQ(problem_of(std::string("last_try = ") + value, &config),
                  "1:12 \"last_try\" takes \"refuse\" or \"allow\"")
            << value;
        EXPECT_EQ(config.last_try, LastTry::refuse);
        EXPECT_EQ(problem_of(std::string("log_file = ") + value), "1:12 \"log_file\" takes a text in quotes");
    }
}

TEST(Config, ReportsEveryProblemOfAFile) {
    Config config;
    const auto problems =
        read_config("a = 1\nlast_try = 2\nlog_level = \"loud\"\ntokens = \"both\"\n", config);
    EXPECT_EQ(problems.size(), 3U);
    EXPECT_EQ(config.tokens, View::both);
}

TEST(Config, ASyntaxErrorTellsItsPlaceAndChangesNothing) {
    const struct {
        const char* text;
        std::uint32_t line;
    } kBroken[] = {{"last_try = allow\n", 1},
                   {"tokens = \"both\"\nlast_try \"allow\"\n", 2},
                   {"tokens = \"both\"\n\n\nlog_file = \"open\n", 4},
                   {"last_try = \"allow\"\nlast_try = \"allow\"\n", 2},
                   {"\xFF\xFE", 1},
                   {"= 1", 1}};
    for (const auto& broken : kBroken) {
        SCOPED_TRACE(broken.text);
        Config config;
        const auto problems = read_config(broken.text, config);
        ASSERT_EQ(problems.size(), 1U);
        EXPECT_EQ(problems[0].line, broken.line);
        EXPECT_GT(problems[0].column, 0U);
        EXPECT_NE(problems[0].message, "");
        EXPECT_EQ(config.last_try, LastTry::refuse);
        EXPECT_EQ(config.tokens, View::automatic);
    }
}

TEST(Config, ANestOfBracketsIsAProblemNotACrash) {
    Config config;
    EXPECT_FALSE(read_config("a = " + std::string(30000, '['), config).empty());
    EXPECT_FALSE(read_config(std::string_view("a = \"\0\"", 7), config).empty());
}

// Found by the fuzzer: toml++ has a hole where such a letter stands outside of quotes (see config.cpp). Only
// a build with UndefinedBehaviorSanitizer sees it.
TEST(Config, ALetterOfAnyScriptOutsideOfQuotesIsAProblem) {
    for (const char* text :
         {"\xC3\xA9 = 1", "\xCF\xBB", "\xE3\x81\x82 = \"auto\"", "tokens = \xE3\x81\x82"}) {
        SCOPED_TRACE(text);
        Config config;
        EXPECT_EQ(read_config(text, config).size(), 1U);
    }
    Config config;
    EXPECT_TRUE(read_config("log_file = \"/tmp/\xE3\x81\x82\"  # \xE3\x81\x82", config).empty());
}

TEST(Config, AClosingBraceWhereAValueBelongsIsAProblem) {
    for (const char* text : {"a = [}", "tokens = }", "a = [1, }", "a = {b = ]}", "a = [,", "a = ["}) {
        SCOPED_TRACE(text);
        Config config;
        EXPECT_EQ(read_config(text, config).size(), 1U);
    }
}

}  // namespace
}  // namespace jpki::p11
