// `jpki`: what the holder of a card needs. It speaks PKCS#11 to the module, as any other program does.
#include <unistd.h>

#include <CLI/App.hpp>
#include <exception>
#include <string>

#include "commands/command.hpp"
#include "common/output.hpp"
#include "common/usage.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

// Errors are JSON as well when the answer would have been.
int report(const Failure& failure, bool json) {
    Waiting::shown();
    // Where there is no way out for JSON, a person may be told all the same.
    bool told = false;
    if (json) {
        Json error{{"error",
                    {{"exit", static_cast<int>(failure.exit())},
                     {"what", failure.what()},
                     {"advice", failure.advice()}}}};
        if (!failure.object().empty()) error["error"][failure.object()] = {{"state", failure.state()}};
        told = put(STDOUT_FILENO, json_text(error)) == 0;
    }
    if (!told) {
        (void)show(STDERR_FILENO, "jpki: " + std::string(failure.what()) + "\n");
        if (!failure.advice().empty()) (void)show(STDERR_FILENO, failure.advice() + "\n");
    }
    return static_cast<int>(failure.exit());
}

std::string footer() {
    std::string lines = "\n" + say(Text::exit_codes) + "\n";
    const bool japanese = spoken() == Language::japanese;
#define JPKI_EXIT(name, number, english, japanese_text) \
    lines += fill("  {}  {}\n", number, japanese ? japanese_text : english);
#include "text/exit_codes.def"
#undef JPKI_EXIT
    return lines;
}

Failure misuse(const CLI::App& app, const CLI::ParseError& wrong) {
    if (!app.get_subcommands().empty()) return {Exit::usage, misuse_of(app, wrong), say(Text::usage_advice)};
    const auto unknown = app.remaining();
    return {Exit::usage,
            unknown.empty() ? say(Text::no_command) : say(Text::unknown_command, unknown.front())};
}

// What is asked for by --help and --version.
std::string page_of(const CLI::App& app, const CLI::ParseError& asked) {
    return asked.get_name() == "CallForVersion" ? std::string(asked.what()) + "\n" : app.help();
}

int parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& asked) {
        if (asked.get_exit_code() != 0) throw misuse(app, asked);
        write(page_of(app, asked));
    }
    return static_cast<int>(Exit::ok);
}

int run(int argc, char** argv) {
    choose_language(argc, argv);
    Context context;
    std::string language;
    CLI::App app(say(Text::help_program), "jpki");
    speak_in_help(app);
    app.set_version_flag("--version", "jpki " JPKI_VERSION, say(Text::help_version));
    app.add_option("--module", context.module_path, say(Text::help_module))->type_name("FILE");
    app.add_option("--reader", context.reader, say(Text::help_reader))->type_name("NAME");
    app.add_flag("--json", context.json, say(Text::help_json));
    app.add_option("--language", language, say(Text::help_language))->check(CLI::IsMember({"en", "ja"}));
    app.set_help_flag("-h,--help", say(Text::help_help));
    app.footer(footer());
    app.require_subcommand(1);
    // The options above may also stand behind the command's name.
    app.fallthrough();
    add_status(app, context);
    add_cert(app, context);
    add_uri(app, context);
    add_ca(app, context);
    add_pin(app, context);
    add_watch(app, context);
    add_config(app, context);
    add_sign(app, context);
    add_verify(app, context);
    add_doctor(app, context);
    try {
        return parse(app, argc, argv);
    } catch (const Ends& ends) {
        return static_cast<int>(ends.exit);
    } catch (const Failure& failure) {
        return report(failure, context.json);
    } catch (const std::bad_alloc&) {
        return report(Failure(Exit::failed, say(Text::no_memory)), context.json);
    } catch (const std::exception&) {
        // What a library says of itself helps nobody who reads this.
        return report(Failure(Exit::failed, say(Text::unexpected), say(Text::unexpected_advice)),
                      context.json);
    }
}

}  // namespace

}  // namespace jpki::app

int main(int argc, char** argv) {
    jpki::app::keep_first_three();
    return jpki::app::run(argc, argv);
}
