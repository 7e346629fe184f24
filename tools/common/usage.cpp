#include "common/usage.hpp"

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>
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

}  // namespace

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

void speak_in_help(CLI::App& app) {
    for (const auto& [label, words] : kLabels)
        app.get_formatter()->label(label, std::string(words.spoken()));
}

}  // namespace jpki::app
