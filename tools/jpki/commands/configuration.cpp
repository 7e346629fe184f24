// `jpki config check` and `jpki config show`: pkcs11.conf as the module reads it, by the same parser.
#include "config/config_files.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "commands/command.hpp"
#include "common/own_module.hpp"
#include "document/input.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

using p11::ConfigKey;
using p11::ConfigMistake;
using p11::ConfigProblem;
using p11::ConfigSetting;
using p11::LoadedConfig;

// As much as the module takes.
constexpr std::size_t kMostOfConfig = std::size_t{1} << 16U;

std::string_view name_of(ConfigMistake mistake) {
    switch (mistake) {
        case ConfigMistake::syntax: return "syntax";
        case ConfigMistake::unknown_key: return "unknown_key";
        case ConfigMistake::value: return "value";
        case ConfigMistake::section: return "section";
        case ConfigMistake::too_deep: return "too_deep";
        case ConfigMistake::unreadable: return "unreadable";
        case ConfigMistake::not_regular: return "not_regular";
        case ConfigMistake::foreign_owner: return "foreign_owner";
        case ConfigMistake::writable_by_others: return "writable_by_others";
        case ConfigMistake::too_large: return "too_large";
    }
    return "";
}

// As TOML writes it: JSON's escapes are among its own.
std::string in_quotes(std::string_view value) {
    std::string quoted = json_text(std::string(value), -1);
    quoted.pop_back();  // the end of the line
    return quoted;
}

std::string values_of(std::string_view name) {
    const auto keys = p11::config_keys();
    const auto key = std::ranges::find(keys, name, &ConfigKey::name);
    if (key == keys.end()) return {};
    // The keys without a list of values are times and a file's name.
    if (key->values.empty())
        return say(name.ends_with("_idle") ? Text::config_takes_time : Text::config_takes_text);
    std::string list;
    for (const std::string_view value : key->values)
        list += (list.empty() ? "" : ", ") + in_quotes(value);
    return list;
}

std::string why_unreadable(const ConfigProblem& problem) {
    return reason_of(static_cast<int>(std::strtol(problem.subject.c_str(), nullptr, 10)));
}

std::string sentence_of(const ConfigProblem& problem) {
    switch (problem.mistake) {
        case ConfigMistake::syntax: return say(Text::config_syntax);
        case ConfigMistake::unknown_key: return say(Text::config_unknown_key, problem.subject);
        case ConfigMistake::value:
            return say(Text::config_value, problem.subject, values_of(problem.subject));
        case ConfigMistake::section: return say(Text::config_section);
        case ConfigMistake::too_deep: return say(Text::config_too_deep, problem.subject);
        case ConfigMistake::unreadable: return say(Text::config_unreadable, why_unreadable(problem));
        case ConfigMistake::not_regular: return say(Text::config_not_regular);
        case ConfigMistake::foreign_owner: return say(Text::config_foreign_owner);
        case ConfigMistake::writable_by_others: return say(Text::config_writable);
        case ConfigMistake::too_large: return say(Text::config_too_large);
    }
    return problem.message;
}

// A name that begins a line must not read as a sentence of ours.
std::string as_path(const std::string& file) {
    const bool begins_as_one = file.starts_with('/') || file.starts_with("./") || file.starts_with("../");
    return begins_as_one ? file : "./" + file;
}

// As compilers write it, so that editors find the place.
std::string line_of(const ConfigProblem& problem) {
    const std::string file = as_path(problem.file);
    if (problem.line == 0) return fill("{}: {}\n", file, sentence_of(problem));
    return fill("{}:{}:{}: {}\n", file, problem.line, problem.column, sentence_of(problem));
}

bool is_there(const std::string& file) {
    std::error_code ignored;
    return std::filesystem::exists(file, ignored);
}

Json json_of(const std::vector<ConfigProblem>& problems) {
    Json all = Json::array();
    for (const ConfigProblem& problem : problems)
        all.push_back({{"file", problem.file},
                       {"line", problem.line},
                       {"column", problem.column},
                       {"mistake", name_of(problem.mistake)},
                       {"message", sentence_of(problem)}});
    return all;
}

Json json_of(const std::vector<std::string>& files) {
    Json all = Json::array();
    for (const std::string& file : files)
        all.push_back({{"path", file}, {"there", is_there(file)}});
    return all;
}

std::string lines_of(const std::vector<std::string>& files) {
    std::string lines;
    for (const std::string& file : files)
        lines += say(is_there(file) ? Text::config_file : Text::config_no_file, file) + "\n";
    return lines;
}

// The module says where its configuration is.
std::string module_of(const Context& context) {
    return context.module_path.empty() ? own_module() : context.module_path;
}

// A file of the user's, or standard input.
void read(const std::string& file, LoadedConfig& loaded) {
    if (file != kStandard) return p11::load_config_file(file, true, loaded);
    const Bytes text = read_file(file, kMostOfConfig);
    const std::string_view bytes(reinterpret_cast<const char*>(text.data()), text.size());
    loaded.problems = p11::read_config(bytes, loaded.config);
    for (ConfigProblem& problem : loaded.problems)
        problem.file = say(Text::standard_input);
}

void check(const std::string& file, const Context& context) {
    LoadedConfig loaded;
    std::vector<std::string> files{file};
    if (file.empty()) {
        files = p11::config_files(module_of(context));
        loaded = p11::load_config({}, module_of(context));
    } else {
        read(file, loaded);
        for (const ConfigProblem& problem : loaded.problems)
            if (problem.mistake == ConfigMistake::unreadable)
                throw Failure(Exit::failed, say(Text::cannot_read, file, why_unreadable(problem)));
    }
    if (context.json) {
        write(Json{{"files", json_of(files)}, {"problems", json_of(loaded.problems)}});
    } else {
        std::string lines;
        for (const ConfigProblem& problem : loaded.problems)
            lines += line_of(problem);
        write(lines + lines_of(files) +
              (loaded.problems.empty() ? say(Text::config_good)
                                       : say(Text::config_bad, loaded.problems.size())) +
              "\n");
    }
    if (!loaded.problems.empty()) throw Ends{Exit::not_verified};
}

void show(const std::string& program, const Context& context) {
    const auto files = p11::config_files(module_of(context));
    const LoadedConfig loaded = p11::load_config(program, module_of(context));
    Json settings = Json::array();
    std::string lines;
    for (const ConfigKey& key : p11::config_keys()) {
        ConfigSetting now{std::string(key.name), key.standard, 0, {}};
        for (const ConfigSetting& taken : loaded.settings)
            if (taken.key == now.key) now = taken;
        std::string from = now.from.empty() ? say(Text::config_default) : now.from;
        if (now.line != 0) from += fmt::format(":{}", now.line);
        lines += fill("{:<32} # {}\n", now.key + " = " + in_quotes(now.value), from);
        settings.push_back({{"key", now.key},
                            {"value", now.value},
                            {"from", now.from.empty() ? Json(nullptr) : Json(now.from)},
                            {"line", now.line == 0 ? Json(nullptr) : Json(now.line)}});
    }
    if (context.json) {
        write(
            Json{{"files", json_of(files)}, {"settings", settings}, {"problems", json_of(loaded.problems)}});
    } else {
        write(lines);
        for (const ConfigProblem& problem : loaded.problems)
            warn(line_of(problem).substr(0, line_of(problem).size() - 1));
    }
}

}  // namespace

void add_config(Command app, Context& context) {
    Command config = app.add("config", say(Text::help_config));
    config.needs_command();
    const auto file = std::make_shared<std::string>();
    Command checked = config.add("check", say(Text::help_config_check));
    checked.option("file", *file, say(Text::help_config_file));
    checked.run([&context, file] { check(*file, context); });
    const auto program = std::make_shared<std::string>();
    Command shown = config.add("show", say(Text::help_config_show));
    shown.option("--program", *program, say(Text::help_config_program)).type("NAME");
    shown.run([&context, program] { show(*program, context); });
}

}  // namespace jpki::app
