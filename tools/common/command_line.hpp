// The command line of a program: its commands and options, its help, and what is wrong with what was typed,
// in the user's language. The only way to CLI11, which takes long to compile and speaks English only; of its
// messages no more is known than the names of options in them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace jpki::app {

// An option, or an argument where its name has no hyphens.
class Option {
  public:
    explicit Option(CLI::Option* option) : option_(option) {}

    Option& required();
    // What stands for its value in the help.
    Option& type(const std::string& name);
    Option& one_of(std::vector<std::string> values);
    Option& between(int least, int most);
    Option& without(const Option& other);
    Option& with_or_without_value();
    // Of several values, one each time that it is named.
    Option& repeated();
    // The same, and the help does not say so.
    Option& gathered();
    // Of several values, all words up to the next option.
    Option& of_words();

    [[nodiscard]] bool given() const;

  private:
    CLI::Option* option_;
};

class Command {
  public:
    explicit Command(CLI::App* app) : app_(app) {}

    // A command below this one.
    Command add(const std::string& name, const std::string& help);
    // One of those below has to be named.
    void needs_command();
    void may_have_command();
    void run(std::function<void()> work);

    // Each fills `value` before run().
    Option option(const std::string& names, std::string& value, const std::string& help);
    Option option(const std::string& names, std::vector<std::string>& value, const std::string& help);
    Option option(const std::string& names, int& value, const std::string& help);
    Option option(const std::string& names, unsigned& value, const std::string& help);
    Option option(const std::string& names, std::uint16_t& value, const std::string& help);
    Option flag(const std::string& names, bool& value, const std::string& help);

    [[nodiscard]] bool named() const;

  private:
    CLI::App* app_;
};

// What is wrong, as a sentence.
struct Misuse {
    std::string what;
    bool of_command = false;  // one was named
    std::string first_word;   // else the first that is not understood; empty: there is none
};

class CommandLine {
  public:
    CommandLine(const std::string& program, const std::string& description);
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    // The options before the first command.
    [[nodiscard]] Command top() const { return Command(app_.get()); }
    // What --version prints, and what it is for.
    void describe_version(const std::string& version, const std::string& help);
    // What --help is for. From then on help is in the user's language, for the commands that are added, too.
    void describe_help(const std::string& help);
    void end_help_with(const std::string& lines);
    // The options of top() may also stand behind a command's name.
    void options_anywhere();

    // Reads it and runs what was named, or returns the page that was asked for instead; empty: none was.
    // Throws Misuse.
    std::string read(int argc, const char* const* argv);

  private:
    std::unique_ptr<CLI::App> app_;
};

}  // namespace jpki::app
