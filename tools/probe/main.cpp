// `jpki-probe`: the holder of a card lets it answer what public sources leave open, by reading only.
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <exception>

#include "common/command_line.hpp"
#include "common/json.hpp"
#include "common/new_file.hpp"
#include "common/output.hpp"
#include "common/own_module.hpp"
#include "pcsc/functions.hpp"
#include "pcsc/reader_system.hpp"
#include "probe/atr.hpp"
#include "probe/console.hpp"
#include "probe/guide.hpp"
#include "probe/layout.hpp"
#include "probe/text.hpp"
#include "waist/visible.hpp"

namespace jpki::probe {

namespace {

struct Options {
    RunOptions run_options;
    std::string file;
    bool to_file = false;
    bool json = false;
    bool dry_run = false;
    bool guide = false;
    bool force = false;
};

// JSON is harmless already, and must stay what it is.
void write_out(const std::string& page, bool json) {
    const int error = json ? app::put(STDOUT_FILENO, page) : app::show(STDOUT_FILENO, page);
    if (error != 0) throw Failure{Exit::failed, say(Text::cannot_write, "stdout", app::reason_of(error))};
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    (void)::localtime_r(&now, &parts);
    std::array<char, 16> day{};
    (void)std::strftime(day.data(), day.size(), "%Y-%m-%d", &parts);
    return day.data();
}

// Of check_place() and write_whole().
void check(int error, const std::string& file) {
    if (error == EEXIST)
        throw Failure{Exit::refused, say(Text::file_exists, file), say(Text::file_exists_advice)};
    if (error == app::kNoRegularFile) throw Failure{Exit::refused, say(Text::no_regular_file, file)};
    if (error != 0) throw Failure{Exit::failed, say(Text::cannot_write, file, app::reason_of(error))};
}

// Before the card is asked anything: a report that cannot be kept is none. True: replace what is there.
bool may_replace(const Options& options, User& user) {
    const int error = app::check_place(options.file, options.force);
    if (error != EEXIST) {
        check(error, options.file);
        return options.force;
    }
    const auto answer =
        options.run_options.yes ? std::nullopt : user.ask(say(Text::question_replace, options.file));
    if (!answer)
        throw Failure{Exit::refused, say(Text::file_exists, options.file), say(Text::file_exists_advice)};
    if (*answer != 'y') throw Failure{Exit::cancelled, say(Text::said_no)};
    check(app::check_place(options.file, true), options.file);
    return true;
}

void keep(const std::string& page, const std::string& file, bool replace) {
    check(app::write_whole(file, page, replace), file);
}

void probe(Options& options) {
    if (options.dry_run) {
        if (options.guide) {
            write_out(options.json ? app::json_text(guide_as_json(app::own_module()))
                                   : guide_as_text(app::own_module()),
                      options.json);
        } else {
            write_out(options.json ? app::json_text(plan_as_json()) : plan_as_text(), options.json);
        }
        return;
    }
    // What is said meanwhile fills the screen.
    options.to_file = (options.to_file || options.guide) && options.file != "-";
    if (options.to_file && options.file.empty())
        options.file = options.json ? "jpki-probe-report.json" : "jpki-probe-report.md";
    Console user;
    const bool replace = options.to_file && may_replace(options, user);

    SilentLog log;
    const auto readers = card::pcsc::make_pcsc_reader_system(log, card::pcsc::libpcsclite(log));
    const Guided guided =
        options.guide ? guide(*readers, atr_of, user, options.run_options, {.module = app::own_module()})
                      : Guided{ask_card(*readers, atr_of, user, options.run_options), {}};
    const Found& found = guided.found;
    const Report report{.version = JPKI_VERSION,
                        .date = today(),
                        .library = pcsc_lite_version(),
                        .surroundings = found.surroundings,
                        .assessments = assess(found.run.record, found.surroundings),
                        .record = &found.run.record,
                        .steps = guided.results};
    const std::string page =
        options.json ? app::json_text(to_json(report)) : visible_lines(to_markdown(report));
    if (options.to_file) {
        keep(page, options.file, replace);
        user.tell("\n" + say(Text::written, options.file) + "\n");
        if (options.guide) user.tell("\n" + hanging("", text(Text::guide_end)));
    } else {
        write_out(page, options.json);
    }
}

// Errors are JSON as well when the answer would have been.
int tell(const Failure& failure, bool json) {
    bool told = false;
    if (json) {
        const Json error{
            {"error",
             {{"exit", static_cast<int>(failure.exit)}, {"what", failure.what}, {"advice", failure.advice}}}};
        told = app::put(STDOUT_FILENO, app::json_text(error)) == 0;
    }
    if (!told) {
        (void)app::show(STDERR_FILENO, "jpki-probe: " + failure.what + "\n");
        if (!failure.advice.empty()) (void)app::show(STDERR_FILENO, failure.advice + "\n");
    }
    return static_cast<int>(failure.exit);
}

std::string footer() {
    std::string lines = "\n" + say(Text::exit_codes) + "\n";
    constexpr std::pair<int, Words> kCodes[] = {
#define JPKI_EXIT(name, number, english, japanese) {number, {english, japanese}},
#include "probe/exit_codes.def"
#undef JPKI_EXIT
    };
    for (const auto& [number, meaning] : kCodes)
        lines += app::fill("  {}  {}\n", number, meaning.spoken());
    return lines;
}

// False: help or the version was asked for, and is told.
bool understand(app::CommandLine& line, int argc, char** argv) {
    try {
        const std::string page = line.read(argc, argv);
        if (!page.empty()) write_out(page, false);
        return page.empty();
    } catch (const app::Misuse& misuse) {
        throw Failure{Exit::usage, misuse.what, say(Text::usage_advice)};
    }
}

int main_of(int argc, char** argv) {
    app::choose_language(argc, argv);
    Options options;
    std::string language;
    app::CommandLine line("jpki-probe", say(Text::help_program));
    line.describe_help(say(Text::help_help));
    line.describe_version("jpki-probe " JPKI_VERSION, say(Text::help_version));
    line.end_help_with(footer());
    app::Command top = line.top();
    top.option("--reader", options.run_options.reader, say(Text::help_reader)).type("NAME");
    app::Option report = top.option("--report", options.file, say(Text::help_report));
    report.type("FILE").with_or_without_value();
    top.flag("--json", options.json, say(Text::help_json));
    top.flag("--guide", options.guide, say(Text::help_guide));
    top.flag("--dry-run", options.dry_run, say(Text::help_dry_run));
    top.flag("--yes", options.run_options.yes, say(Text::help_yes));
    top.flag("--force", options.force, say(Text::help_force));
    top.option("--language", language, say(Text::help_language)).one_of({"en", "ja"});
    try {
        if (understand(line, argc, argv)) {
            options.to_file = report.given();
            probe(options);
        }
        return static_cast<int>(Exit::ok);
    } catch (const Failure& failure) {
        return tell(failure, options.json);
    } catch (const std::bad_alloc&) {
        return tell({Exit::failed, say(Text::no_memory)}, options.json);
    } catch (const std::exception&) {
        // What a library says of itself helps nobody who reads this.
        return tell({Exit::failed, say(Text::unexpected)}, options.json);
    }
}

}  // namespace

int start(int argc, char** argv) {
    app::keep_first_three();
    return main_of(argc, argv);
}

}  // namespace jpki::probe

int main(int argc, char** argv) { return jpki::probe::start(argc, argv); }
