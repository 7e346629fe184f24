#include "config/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <sstream>

namespace jpki::p11 {

namespace {

using Problems = std::vector<ConfigProblem>;

ConfigProblem problem_at(const toml::source_region& where, std::string message) {
    return {static_cast<std::uint32_t>(where.begin.line), static_cast<std::uint32_t>(where.begin.column),
            std::move(message)};
}

struct Choice {
    std::string_view text;
    void (*apply)(Config&);
};

struct Key {
    std::string_view name;
    std::span<const Choice> choices;           // the texts it takes; none: any text
    void (*apply_text)(Config&, std::string);  // for keys without choices
};

constexpr std::array<Choice, 3> kWorkerThreads{{
    {"auto", [](Config& c) { c.worker_threads = WorkerThreads::automatic; }},
    {"never", [](Config& c) { c.worker_threads = WorkerThreads::never; }},
    {"always", [](Config& c) { c.worker_threads = WorkerThreads::always; }},
}};
constexpr std::array<Choice, 2> kLastTry{{
    {"refuse", [](Config& c) { c.last_try = LastTry::refuse; }},
    {"allow", [](Config& c) { c.last_try = LastTry::allow; }},
}};
constexpr std::array<Choice, 4> kTokens{{
    {"auto", [](Config& c) { c.tokens = View::automatic; }},
    {"both", [](Config& c) { c.tokens = View::both; }},
    {"authentication", [](Config& c) { c.tokens = View::authentication; }},
    {"signature", [](Config& c) { c.tokens = View::signature; }},
}};
constexpr std::array<Choice, 5> kLogLevel{{
    {"off", [](Config& c) { c.log_level = LogLevel::off; }},
    {"error", [](Config& c) { c.log_level = LogLevel::error; }},
    {"warning", [](Config& c) { c.log_level = LogLevel::warning; }},
    {"info", [](Config& c) { c.log_level = LogLevel::info; }},
    {"trace", [](Config& c) { c.log_level = LogLevel::trace; }},
}};

constexpr std::array<Key, 5> kKeys{{
    {"worker_threads", kWorkerThreads, nullptr},
    {"last_try", kLastTry, nullptr},
    {"tokens", kTokens, nullptr},
    {"log_level", kLogLevel, nullptr},
    {"log_file", {}, [](Config& c, std::string text) { c.log_file = std::move(text); }},
}};

std::string expected(const Key& key) {
    std::string text = "\"" + std::string(key.name) + "\" takes ";
    if (key.choices.empty()) return text + "a text in quotes";
    for (std::size_t i = 0; i < key.choices.size(); ++i) {
        if (i != 0) text += i + 1 == key.choices.size() ? " or " : ", ";
        text += "\"" + std::string(key.choices[i].text) + "\"";
    }
    return text;
}

bool apply(const Key& key, const std::string& text, Config& config) {
    if (key.choices.empty()) {
        key.apply_text(config, text);
        return true;
    }
    for (const Choice& choice : key.choices) {
        if (choice.text != text) continue;
        choice.apply(config);
        return true;
    }
    return false;
}

void read_value(const toml::key& name, const toml::node& value, Config& config, Problems& problems) {
    const auto* key = std::ranges::find(kKeys, name.str(), &Key::name);
    if (key == kKeys.end()) {
        problems.push_back(
            problem_at(name.source(), "unknown key \"" + std::string(name.str()) + "\", ignored"));
        return;
    }
    const auto text = value.value<std::string>();
    if (!value.is_string() || !text || !apply(*key, *text, config))
        problems.push_back(problem_at(value.source(), expected(*key)));
}

}  // namespace

std::vector<ConfigProblem> read_config(std::string_view text, Config& config) {
    Problems problems;
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        problems.push_back(problem_at(parsed.error().source(), std::string(parsed.error().description())));
        return problems;
    }
    for (const auto& [name, value] : parsed.table())
        read_value(name, value, config, problems);
    return problems;
}

}  // namespace jpki::p11
