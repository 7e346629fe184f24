// The Log port over a file: opened without following links, made 0600, appended to line by line, bounded in
// size. A file of others, or that others can write, is left alone.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "waist/log.hpp"

namespace jpki::p11 {

// A log that writes nowhere when `path` is empty or cannot be opened safely.
std::unique_ptr<Log> open_log(const std::string& path, LogLevel level);

}  // namespace jpki::p11
