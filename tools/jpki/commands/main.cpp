// `jpki`: what the holder of a card needs. It speaks PKCS#11 to the module, as any other program does.
#include <unistd.h>

#include <exception>
#include <string>

#include "commands/command.hpp"
#include "common/command_line.hpp"
#include "common/output.hpp"
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

Failure failure_of(const Misuse& misuse) {
    if (misuse.of_command) return {Exit::usage, misuse.what, say(Text::usage_advice)};
    return {Exit::usage, misuse.first_word.empty() ? say(Text::no_command)
                                                   : say(Text::unknown_command, misuse.first_word)};
}

int read(CommandLine& line, int argc, char** argv) {
    try {
        if (const std::string page = line.read(argc, argv); !page.empty()) write(page);
    } catch (const Misuse& misuse) {
        throw failure_of(misuse);
    }
    return static_cast<int>(Exit::ok);
}

int run(int argc, char** argv) {
    choose_language(argc, argv);
    Context context;
    std::string language;
    CommandLine line("jpki", say(Text::help_program));
    line.describe_version("jpki " JPKI_VERSION, say(Text::help_version));
    Command app = line.top();
    app.option("--module", context.module_path, say(Text::help_module)).type("FILE");
    app.option("--reader", context.reader, say(Text::help_reader)).type("NAME");
    app.flag("--json", context.json, say(Text::help_json));
    app.option("--language", language, say(Text::help_language)).one_of({"en", "ja"});
    line.describe_help(say(Text::help_help));
    line.end_help_with(footer());
    line.options_anywhere();
    app.needs_command();
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
        return read(line, argc, argv);
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
