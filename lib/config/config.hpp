// pkcs11.conf as an immutable value. A file that is wrong never keeps the module from working: every problem
// becomes a warning with line and column, and the default stands in its place.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "waist/card_port.hpp"
#include "waist/log.hpp"

namespace jpki::p11 {

enum class WorkerThreads : std::uint8_t { automatic, never, always };
enum class LastTry : std::uint8_t { refuse, allow };
// Which keys a program sees as tokens. `automatic`: both, or the authentication key alone in hosts that ask
// the PIN of every token they find.
enum class View : std::uint8_t { automatic, both, authentication, signature };

// Whether a signature with the signature key needs a password of its own.
enum class Confirm : std::uint8_t { never, every_signature };

// What tokens are called. English names are fixed: users' configurations rest on them.
enum class Labels : std::uint8_t { english, japanese };

struct Config {
    WorkerThreads worker_threads = WorkerThreads::automatic;
    LastTry last_try = LastTry::refuse;
    View tokens = View::automatic;
    Confirm confirm = Confirm::never;
    Labels labels = Labels::english;
    Logout logout = Logout::application;
    // How long a login lasts without a call; max: as long as the card is in.
    std::chrono::steady_clock::duration auth_idle = std::chrono::hours(8);
    std::chrono::steady_clock::duration sign_idle = std::chrono::seconds(60);
    std::string log_file;  // empty: no log
    LogLevel log_level = LogLevel::warning;
};

// What kind of problem, for those who say it in another language.
enum class ConfigMistake : std::uint8_t {
    syntax,       // subject: the parser's own words
    unknown_key,  // subject: the key
    value,        // subject: the key
    section,
    too_deep,
    // Of the file as a whole.
    unreadable,  // subject: errno, as a number
    not_regular,
    foreign_owner,
    writable_by_others,
    too_large,
};

struct ConfigProblem {
    std::uint32_t line = 0;    // from 1; 0 where the file as a whole is meant
    std::uint32_t column = 0;  // from 1
    std::string message;       // English, one sentence
    ConfigMistake mistake = ConfigMistake::syntax;
    std::string subject;
    std::string file;  // where there is one
};

// A value that was taken, and from where: a file and a line, or an environment variable and no line.
struct ConfigSetting {
    std::string key;
    std::string value;
    std::uint32_t line = 0;
    std::string from;
};

// Every key, in the order of the file that is installed.
struct ConfigKey {
    std::string_view name;
    std::string standard;    // its default, as it would be written
    std::string_view takes;  // in words; empty where `values` says it
    std::vector<std::string_view> values;
};
std::vector<ConfigKey> config_keys();

// Reads `text` (TOML 1.0) over `config`; returns what was wrong with it. Keys of the section
// [application.PROGRAM] stand over the others; `program` is the basename of the running program's file. What
// was taken is appended to `taken`, later ones over earlier ones.
std::vector<ConfigProblem> read_config(std::string_view text, Config& config, std::string_view program = {},
                                       std::vector<ConfigSetting>* taken = nullptr);

}  // namespace jpki::p11
