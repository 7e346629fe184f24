// Reads the list of readers that PC/SC hands over (PC/SC part 5 §3.2.1: names that end in a zero byte, one
// more zero byte at the end). Pure and bounded: whatever the bytes are, nothing outside of them is read.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace jpki::card::pcsc {

constexpr std::size_t kMaximumReaders = 64;      // pcsc-lite 1.9.9 knows 16
constexpr std::size_t kMaximumReaderName = 128;  // MAX_READERNAME of pcsclite.h, the zero byte included

// The names in `bytes`, in their order. What cannot be a name (too long, cut off at the end, said twice) is
// left out, and so is everything after kMaximumReaders.
std::vector<std::string> parse_reader_names(std::span<const char> bytes);

}  // namespace jpki::card::pcsc
