#include "common/command_line.hpp"

#include <CLI/CLI.hpp>
#include <string_view>

#include "common/words.hpp"

namespace jpki::app {

namespace {

enum class Usage {
#define JPKI_USAGE(id, english, japanese) id,
#include "usage.def"
#undef JPKI_USAGE
};

constexpr Words kUsage[] = {
#define JPKI_USAGE(id, english, japanese) {english, japanese},
#include "usage.def"
#undef JPKI_USAGE
};

// In English as CLI11 has them: completions look for them.
constexpr std::pair<const char*, Words> kLabels[] = {
    {"Usage", {"Usage", "使い方"}},
    {"OPTIONS", {"OPTIONS", "オプション"}},
    {"Options", {"Options", "オプション"}},
    {"Positionals", {"Positionals", "引数"}},
    {"Subcommand", {"Subcommand", "サブコマンド"}},
    {"Subcommands", {"Subcommands", "サブコマンド"}},
    {"SUBCOMMAND", {"SUBCOMMAND", "サブコマンド"}},
    {"SUBCOMMANDS", {"SUBCOMMANDS", "サブコマンド"}},
    {"REQUIRED", {"REQUIRED", "（必須）"}},
    {"Excludes", {"Excludes", "併用不可"}},
};

template <class... Arguments>
std::string say(Usage row, const Arguments&... arguments) {
    return app::fill(kUsage[static_cast<std::size_t>(row)].spoken(), arguments...);
}

const CLI::App& innermost(const CLI::App& app) {
    const CLI::App* at = &app;
    while (!at->get_subcommands().empty())
        at = at->get_subcommands().back();
    return *at;
}

const CLI::Option* option_named(const CLI::App& app, const std::string& name) {
    for (const CLI::App* at = &innermost(app); at != nullptr; at = at->get_parent())
        for (const CLI::Option* option : at->get_options())
            if (option->get_name() == name) return option;
    return nullptr;
}

// "TEXT:{cms,pdf,xml}": what stands in the braces.
std::string values_of(const CLI::Option& option) {
    std::string type = option.get_type_name();
    const std::size_t begin = type.find('{');
    const std::size_t end = type.find('}');
    if (begin == std::string::npos || end == std::string::npos) return {};
    std::string values = type.substr(begin + 1, end - begin - 1);
    for (std::size_t at = 0; (at = values.find(',', at)) != std::string::npos; at += 2)
        values.replace(at, 1, ", ");
    return values;
}

std::string misuse_of(const CLI::App& app, const CLI::ParseError& wrong) {
    const std::string kind = wrong.get_name();
    const std::string message = wrong.what();
    const auto up_to = [&message](std::string_view end) { return message.substr(0, message.find(end)); };
    if (kind == "RequiredError") {
        const std::string name = up_to(" is required");
        return option_named(app, name) == nullptr ? say(Usage::no_command) : say(Usage::missing, name);
    }
    if (kind == "ExtrasError") {
        const auto extra = app.remaining(true);
        return extra.empty() ? say(Usage::wrong) : say(Usage::extra, extra.front());
    }
    if (kind == "ExcludesError") {
        const std::string first = up_to(" excludes ");
        return say(Usage::together, first, message.substr(std::min(message.size(), first.size() + 10)));
    }
    constexpr std::string_view kConvert = "Could not convert: ";
    const bool converting = message.starts_with(kConvert);
    const std::string name = converting ? up_to(" = ").substr(kConvert.size()) : up_to(":");
    const CLI::Option* option = option_named(app, name);
    if (option == nullptr) return say(Usage::wrong);
    if (kind == "ArgumentMismatch") return say(option->count() > 1 ? Usage::twice : Usage::no_value, name);
    const std::string values = values_of(*option);
    return values.empty() ? say(Usage::not_a_value, name) : say(Usage::one_of, name, values);
}

// "Usage", "Options" and the like, for this command and those that are added to it later.
void speak_in_help(CLI::App& app) {
    for (const auto& [label, words] : kLabels)
        app.get_formatter()->label(label, std::string(words.spoken()));
}

}  // namespace

Option& Option::required() {
    option_->required();
    return *this;
}

Option& Option::type(const std::string& name) {
    option_->type_name(name);
    return *this;
}

Option& Option::one_of(std::vector<std::string> values) {
    option_->check(CLI::IsMember(std::move(values)));
    return *this;
}

Option& Option::between(int least, int most) {
    option_->check(CLI::Range(least, most));
    return *this;
}

Option& Option::without(const Option& other) {
    option_->excludes(other.option_);
    return *this;
}

Option& Option::with_or_without_value() {
    option_->expected(0, 1);
    return *this;
}

Option& Option::repeated() {
    option_->allow_extra_args(false);
    return *this;
}

Option& Option::gathered() {
    option_->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return *this;
}

Option& Option::of_words() {
    // One of them may be empty.
    option_->expected(1, CLI::detail::expected_max_vector_size);
    return *this;
}

bool Option::given() const { return option_->count() > 0; }

Command Command::add(const std::string& name, const std::string& help) {
    return Command(app_->add_subcommand(name, help));
}

void Command::needs_command() { app_->require_subcommand(1); }

void Command::may_have_command() { app_->require_subcommand(0, 1); }

void Command::run(std::function<void()> work) { app_->callback(std::move(work)); }

Option Command::option(const std::string& names, std::string& value, const std::string& help) {
    return Option(app_->add_option(names, value, help));
}

Option Command::option(const std::string& names, std::vector<std::string>& value, const std::string& help) {
    return Option(app_->add_option(names, value, help));
}

Option Command::option(const std::string& names, int& value, const std::string& help) {
    return Option(app_->add_option(names, value, help));
}

Option Command::option(const std::string& names, unsigned& value, const std::string& help) {
    return Option(app_->add_option(names, value, help));
}

Option Command::option(const std::string& names, std::uint16_t& value, const std::string& help) {
    return Option(app_->add_option(names, value, help));
}

Option Command::flag(const std::string& names, bool& value, const std::string& help) {
    return Option(app_->add_flag(names, value, help));
}

bool Command::named() const { return app_->parsed(); }

CommandLine::CommandLine(const std::string& program, const std::string& description)
    : app_(std::make_unique<CLI::App>(description, program)) {}

CommandLine::~CommandLine() = default;

void CommandLine::describe_version(const std::string& version, const std::string& help) {
    app_->set_version_flag("--version", version, help);
}

void CommandLine::describe_help(const std::string& help) {
    speak_in_help(*app_);
    app_->set_help_flag("-h,--help", help);
}

void CommandLine::end_help_with(const std::string& lines) { app_->footer(lines); }

void CommandLine::options_anywhere() { app_->fallthrough(); }

std::string CommandLine::read(int argc, const char* const* argv) {
    try {
        app_->parse(argc, argv);
    } catch (const CLI::ParseError& end) {
        if (end.get_name() == "CallForVersion") return std::string(end.what()) + "\n";
        if (end.get_exit_code() == 0) return app_->help();
        const auto unknown = app_->remaining();
        throw Misuse{misuse_of(*app_, end), !app_->get_subcommands().empty(),
                     unknown.empty() ? std::string() : unknown.front()};
    }
    return {};
}

}  // namespace jpki::app
