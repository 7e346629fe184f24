// pkcs11.conf as an immutable value. A file that is wrong never keeps the module from working: every problem
// becomes a warning with line and column, and the default stands in its place.
#pragma once

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

struct Config {
    WorkerThreads worker_threads = WorkerThreads::automatic;
    LastTry last_try = LastTry::refuse;
    View tokens = View::automatic;
    std::string log_file;  // empty: no log
    LogLevel log_level = LogLevel::warning;
};

struct ConfigProblem {
    std::uint32_t line = 0;    // from 1; 0 where the file as a whole is meant
    std::uint32_t column = 0;  // from 1
    std::string message;       // English, one sentence
};

// Reads `text` (TOML 1.0) over `config`; returns what was wrong with it.
std::vector<ConfigProblem> read_config(std::string_view text, Config& config);

}  // namespace jpki::p11
