// pkcs11.conf, as it is installed, is the documentation of every key: it must say what the code does.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "config/config.hpp"

namespace jpki::p11 {
namespace {

std::string default_file() {
    std::ifstream file(JPKI_DEFAULT_CONF);
    EXPECT_TRUE(file) << JPKI_DEFAULT_CONF;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// Every "#key = value" without its "#"; and the keys.
std::string uncommented(std::set<std::string>& keys) {
    static const std::regex kSetting("^#([a-z_]+) = .*$");
    std::istringstream lines(default_file());
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, kSetting)) {
            EXPECT_TRUE(keys.insert(match[1]).second) << match[1] << " stands there twice";
            line.erase(0, 1);
        }
        out += line + "\n";
    }
    return out;
}

TEST(DefaultFile, AsItIsChangesNothing) {
    Config config;
    config.last_try = LastTry::allow;
    config.log_level = LogLevel::trace;
    EXPECT_TRUE(read_config(default_file(), config).empty());
    EXPECT_EQ(config.last_try, LastTry::allow);
    EXPECT_EQ(config.log_level, LogLevel::trace);
}

TEST(DefaultFile, ShowsEveryKeyWithItsDefault) {
    // The opposite of every default, so that a key that the file lacks stays wrong.
    Config config{.worker_threads = WorkerThreads::never,
                  .last_try = LastTry::allow,
                  .tokens = View::signature,
                  .confirm = Confirm::every_signature,
                  .labels = Labels::japanese,
                  .logout = Logout::power,
                  .auth_idle = std::chrono::seconds(1),
                  .sign_idle = std::chrono::seconds(1),
                  .log_file = "somewhere",
                  .log_level = LogLevel::trace};
    std::set<std::string> keys;
    const auto problems = read_config(uncommented(keys), config);
    for (const ConfigProblem& problem : problems)
        ADD_FAILURE() << problem.line << ":" << problem.column << " " << problem.message;
    const Config defaults;
    EXPECT_EQ(config.worker_threads, defaults.worker_threads);
    EXPECT_EQ(config.last_try, defaults.last_try);
    EXPECT_EQ(config.tokens, defaults.tokens);
    EXPECT_EQ(config.confirm, defaults.confirm);
    EXPECT_EQ(config.logout, defaults.logout);
    EXPECT_EQ(config.labels, defaults.labels);
    EXPECT_EQ(config.auth_idle, defaults.auth_idle);
    EXPECT_EQ(config.sign_idle, defaults.sign_idle);
    EXPECT_EQ(config.log_file, defaults.log_file);
    EXPECT_EQ(config.log_level, defaults.log_level);
    std::set<std::string> known;
    for (const ConfigKey& key : config_keys())
        known.emplace(key.name);
    EXPECT_EQ(keys, known);
}

TEST(DefaultFile, HasTheKeysInTheirOrderWithTheTablesDefaults) {
    const std::string file = default_file();
    std::size_t after = 0;
    for (const ConfigKey& key : config_keys()) {
        const std::string line = "\n#" + std::string(key.name) + " = \"" + key.standard + "\"\n";
        const std::size_t found = file.find(line, after);
        EXPECT_NE(found, std::string::npos) << line;
        after = found == std::string::npos ? after : found + 1;
    }
}

}  // namespace
}  // namespace jpki::p11
