// pkcs11.conf as an immutable value. A file that is wrong never keeps the module from working: every problem
// becomes a warning with line and column, and the default stands in its place.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jpki/log.hpp"

namespace jpki::p11 {

enum class WorkerThreads : std::uint8_t { automatic, never, always };
enum class LastTry : std::uint8_t { refuse, allow };
// Which seats a program sees as tokens. `automatic`: both, or the authentication seat alone in hosts that ask
// the PIN of every token they find.
enum class View : std::uint8_t { automatic, both, authentication, signature };

// Whether a signature with the signature key needs a password of its own.
enum class Confirm : std::uint8_t { never, every_signature };

struct Config {
    WorkerThreads worker_threads = WorkerThreads::automatic;
    LastTry last_try = LastTry::refuse;
    View tokens = View::automatic;
    Confirm confirm = Confirm::never;
    // How long a login lasts without a call; max: as long as the card is in.
    std::chrono::steady_clock::duration auth_idle = std::chrono::hours(8);
    std::chrono::steady_clock::duration sign_idle = std::chrono::seconds(60);
    std::string log_file;  // empty: no log
    LogLevel log_level = LogLevel::warning;
};

struct ConfigProblem {
    std::uint32_t line = 0;    // from 1; 0 where the file as a whole is meant
    std::uint32_t column = 0;  // from 1
    std::string message;       // English, one sentence
};

// Reads `text` (TOML 1.0) over `config`; returns what was wrong with it. Keys of the section
// [application.PROGRAM] stand over the others; `program` is the basename of the running program's file.
std::vector<ConfigProblem> read_config(std::string_view text, Config& config, std::string_view program = {});

}  // namespace jpki::p11
