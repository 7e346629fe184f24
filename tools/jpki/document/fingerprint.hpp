// A fingerprint as people paste it: from an office's page, from another program, from a mail, in one line or
// in several words. Called by commands/ca.cpp. It takes what can only be meant in one way, and guesses
// nothing: a letter that looks like a digit is pointed out, never replaced.
#pragma once

#include <string>
#include <string_view>

namespace jpki::app {

// Its 40 (SHA-1) or 64 (SHA-256) digits, upper case; or Failure, which says what is in the way.
std::string fingerprint_digits(std::string_view pasted);

}  // namespace jpki::app
