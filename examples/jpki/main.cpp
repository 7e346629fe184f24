// `jpki`: what the holder of a card needs. It speaks PKCS#11 to the module, as any other program does.
#include <CLI/App.hpp>
#include <cstdio>
#include <string>

#include "command.hpp"
#include "failure.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

// Errors are JSON as well when the answer would have been.
int report(const Failure& failure, bool json) {
    Waiting::shown();
    if (json) {
        Json error{{"error",
                    {{"exit", static_cast<int>(failure.exit())},
                     {"what", failure.what()},
                     {"advice", failure.advice()}}}};
        if (!failure.object().empty()) error["error"][failure.object()] = {{"state", failure.state()}};
        (void)std::fputs(to_text(error).c_str(), stdout);
    } else {
        (void)std::fputs(("jpki: " + std::string(failure.what()) + "\n").c_str(), stderr);
        if (!failure.advice().empty()) (void)std::fputs((failure.advice() + "\n").c_str(), stderr);
    }
    return static_cast<int>(failure.exit());
}

std::string footer() {
    std::string lines = "\n" + say(Text::exit_codes) + "\n";
    const bool japanese = spoken() == Language::japanese;
#define JPKI_EXIT(name, number, english, japanese_text) \
    lines += fmt::format("  {}  {}\n", number, japanese ? japanese_text : english);
#include "exit_codes.def"
#undef JPKI_EXIT
    return lines;
}

Failure misuse(const CLI::App& app, const CLI::ParseError& wrong) {
    if (!app.get_subcommands().empty())
        return {Exit::usage, say(Text::wrong_usage, wrong.what()), say(Text::usage_advice)};
    const auto unknown = app.remaining();
    return {Exit::usage,
            unknown.empty() ? say(Text::no_command) : say(Text::unknown_command, unknown.front())};
}

int run(int argc, char** argv) {
    choose_language(argc, argv);
    Context context;
    std::string language;
    CLI::App app(say(Text::help_program), "jpki");
    app.set_version_flag("--version", "jpki " JPKI_VERSION);
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
        app.parse(argc, argv);
        return static_cast<int>(Exit::ok);
    } catch (const CLI::ParseError& wrong) {
        if (wrong.get_exit_code() == 0) return app.exit(wrong);  // --help, --version
        return report(misuse(app, wrong), context.json);
    } catch (const Ends& ends) {
        return static_cast<int>(ends.exit);
    } catch (const Failure& failure) {
        return report(failure, context.json);
    } catch (const std::bad_alloc&) {
        return report(Failure(Exit::failed, say(Text::no_memory)), context.json);
    }
}

}  // namespace

}  // namespace jpki::app

int main(int argc, char** argv) { return jpki::app::run(argc, argv); }
