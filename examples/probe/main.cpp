// `jpki-probe`: the holder of a card lets it answer what public sources leave open, by reading only.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <exception>

#include "common/new_file.hpp"
#include "common/own_module.hpp"
#include "pcsc/functions.hpp"
#include "pcsc/reader_system.hpp"
#include "probe/atr.hpp"
#include "probe/console.hpp"
#include "probe/guide.hpp"
#include "probe/layout.hpp"
#include "probe/text.hpp"

namespace jpki::probe {

namespace {

struct Options {
    Wishes wishes;
    std::string file;
    bool to_file = false;
    bool json = false;
    bool dry_run = false;
    bool guide = false;
    bool force = false;
};

std::string as_text(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_out(const std::string& page) {
    if (std::fwrite(page.data(), 1, page.size(), stdout) != page.size() || std::fflush(stdout) != 0)
        throw Failure{Exit::failed, say(Text::cannot_write, "stdout", app::reason_of(errno))};
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    (void)::localtime_r(&now, &parts);
    std::array<char, 16> day{};
    (void)std::strftime(day.data(), day.size(), "%Y-%m-%d", &parts);
    return day.data();
}

// Before the card is asked anything: a report that cannot be kept is none. True: replace what is there.
bool may_replace(const Options& options, User& user) {
    if (::access(options.file.c_str(), F_OK) != 0 || options.force) return options.force;
    const auto answer =
        options.wishes.yes ? std::nullopt : user.ask(say(Text::question_replace, options.file));
    if (!answer)
        throw Failure{Exit::refused, say(Text::file_exists, options.file), say(Text::file_exists_advice)};
    if (*answer != 'y') throw Failure{Exit::cancelled, say(Text::said_no)};
    return true;
}

void keep(const std::string& page, const std::string& file, bool replace) {
    const int error = app::write_whole(file, page, replace);
    if (error == EEXIST)
        throw Failure{Exit::refused, say(Text::file_exists, file), say(Text::file_exists_advice)};
    if (error != 0) throw Failure{Exit::failed, say(Text::cannot_write, file, app::reason_of(error))};
}

void probe(Options& options) {
    if (options.dry_run) {
        if (options.guide) {
            write_out(options.json ? as_text(guide_as_json(app::own_module()))
                                   : guide_as_text(app::own_module()));
        } else {
            write_out(options.json ? as_text(plan_as_json()) : plan_as_text());
        }
        return;
    }
    // What is said meanwhile fills the screen.
    options.to_file = options.to_file || options.guide;
    if (options.to_file && options.file.empty())
        options.file = options.json ? "jpki-probe-report.json" : "jpki-probe-report.md";
    Console user;
    const bool replace = options.to_file && may_replace(options, user);

    SilentLog log;
    const auto readers = card::pcsc::make_pcsc_reader_system(log, card::pcsc::libpcsclite(log));
    const Guided guided = options.guide
                              ? guide(*readers, atr_of, user, options.wishes, {.module = app::own_module()})
                              : Guided{ask_card(*readers, atr_of, user, options.wishes), {}};
    const Found& found = guided.found;
    const Report report{.version = JPKI_VERSION,
                        .date = today(),
                        .library = pcsc_lite_version(),
                        .surroundings = found.surroundings,
                        .verdicts = judge(found.run.record, found.surroundings),
                        .record = &found.run.record,
                        .steps = guided.results};
    const std::string page = options.json ? as_text(to_json(report)) : to_markdown(report);
    if (options.to_file) {
        keep(page, options.file, replace);
        user.tell("\n" + say(Text::written, options.file) + "\n");
        if (options.guide) user.tell("\n" + hanging("", text(Text::guide_end)));
    } else {
        write_out(page);
    }
}

// Errors are JSON as well when the answer would have been.
int tell(const Failure& failure, bool json) {
    if (json) {
        const Json error{
            {"error",
             {{"exit", static_cast<int>(failure.exit)}, {"what", failure.what}, {"advice", failure.advice}}}};
        (void)std::fputs(as_text(error).c_str(), stdout);
    } else {
        (void)std::fputs(("jpki-probe: " + failure.what + "\n").c_str(), stderr);
        if (!failure.advice.empty()) (void)std::fputs((failure.advice + "\n").c_str(), stderr);
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
        lines += fmt::format("  {}  {}\n", number, meaning.spoken());
    return lines;
}

int main_of(int argc, char** argv) {
    app::choose_language(argc, argv);
    Options options;
    std::string language;
    CLI::App app(say(Text::help_program), "jpki-probe");
    app.set_help_flag("-h,--help", say(Text::help_help));
    app.set_version_flag("--version", "jpki-probe " JPKI_VERSION, say(Text::help_version));
    app.add_option("--reader", options.wishes.reader, say(Text::help_reader))->type_name("NAME");
    auto* report =
        app.add_option("--report", options.file, say(Text::help_report))->type_name("FILE")->expected(0, 1);
    app.add_flag("--json", options.json, say(Text::help_json));
    app.add_flag("--guide", options.guide, say(Text::help_guide));
    app.add_flag("--dry-run", options.dry_run, say(Text::help_dry_run));
    app.add_flag("--yes", options.wishes.yes, say(Text::help_yes));
    app.add_flag("--force", options.force, say(Text::help_force));
    app.add_option("--language", language, say(Text::help_language))->check(CLI::IsMember({"en", "ja"}));
    app.footer(footer());
    try {
        app.parse(argc, argv);
        options.to_file = report->count() > 0;
        probe(options);
        return static_cast<int>(Exit::ok);
    } catch (const CLI::ParseError& wrong) {
        const int status = app.exit(wrong);
        return status == 0 ? 0 : static_cast<int>(Exit::usage);
    } catch (const Failure& failure) {
        return tell(failure, options.json);
    } catch (const std::bad_alloc&) {
        return tell({Exit::failed, say(Text::no_memory)}, options.json);
    } catch (const std::exception& unexpected) {
        return tell({Exit::failed, say(Text::unexpected, unexpected.what())}, options.json);
    }
}

// Who is started with one of the first three closed would write into whatever is opened next, which is the
// line to pcscd. Opened for reading only: what is written there is an error, as it would be without.
void keep_first_three() {
    int file = 0;
    while ((file = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0 && file <= STDERR_FILENO) {
    }
    if (file >= 0) (void)::close(file);
}

}  // namespace

int start(int argc, char** argv) {
    keep_first_three();
    return main_of(argc, argv);
}

}  // namespace jpki::probe

int main(int argc, char** argv) { return jpki::probe::start(argc, argv); }
