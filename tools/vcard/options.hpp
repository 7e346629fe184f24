// What the command line of jpki-vcard says. Called by main.cpp only.
// It knows the options and their texts, and opens nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace jpki::vcard {

// Documented in --help.
enum class ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2, kBadImage = 3 };

struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 35963;
    bool allow_remote = false;
    std::string image;
    std::vector<std::string> personality;
    std::string log;
    std::string control;
    std::string ready_file;
    std::string ca_out;
    std::string faults;

    bool make_image = false;
    bool other = false;
    unsigned person = 0;
    std::string family = "mynumber";
    std::string profile = "real";
    std::string not_before;
    std::string not_after;
    std::string auth_pin_file;
    std::string sign_pin_file;
    std::string issuer;

    bool ctl = false;
    std::string ctl_path;
    std::vector<std::string> ctl_words;
};

// True to go on with `options`; false to end with `code` (help was printed, or an error).
bool read_options(int argc, const char* const* argv, Options& options, int& code);

}  // namespace jpki::vcard
