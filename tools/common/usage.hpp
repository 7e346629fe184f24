// What is wrong with a command line, and the frame of a page of help, in the user's language: CLI11 has
// English only. It knows CLI11's messages no further than the names of options in them.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace jpki::app {

// A sentence.
std::string misuse_of(const CLI::App& app, const CLI::ParseError& wrong);

// "Usage", "Options" and the like, for this command and those that are added to it later.
void speak_in_help(CLI::App& app);

}  // namespace jpki::app
