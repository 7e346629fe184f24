#include "config/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>
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
    std::span<const Choice> choices;                  // the texts it takes; none: any text
    bool (*apply_text)(Config&, const std::string&);  // for keys without choices
    std::string_view takes;                           // the same in words
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

constexpr std::array<Choice, 2> kConfirm{{
    {"never", [](Config& c) { c.confirm = Confirm::never; }},
    {"every-signature", [](Config& c) { c.confirm = Confirm::every_signature; }},
}};

// "90s", "15m", "8h" or "never"; at most a year.
std::optional<std::chrono::steady_clock::duration> parse_duration(const std::string& text) {
    if (text == "never") return std::chrono::steady_clock::duration::max();
    constexpr std::int64_t kYear = 366LL * 24 * 3600;
    std::int64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [unit, problem] = std::from_chars(text.data(), end, count);
    if (problem != std::errc() || unit + 1 != end || count <= 0 || count > kYear) return std::nullopt;
    const std::int64_t seconds = *unit == 's' ? 1 : *unit == 'm' ? 60 : *unit == 'h' ? 3600 : 0;
    if (seconds == 0 || count > kYear / seconds) return std::nullopt;
    return std::chrono::seconds(count * seconds);
}

template <auto Member>
bool set_duration(Config& config, const std::string& text) {
    const auto parsed = parse_duration(text);
    if (parsed) config.*Member = *parsed;
    return parsed.has_value();
}

constexpr std::string_view kDuration = "a time like \"90s\", \"15m\" or \"8h\", or \"never\"";

constexpr std::array<Key, 8> kKeys{{
    {"worker_threads", kWorkerThreads, nullptr, {}},
    {"last_try", kLastTry, nullptr, {}},
    {"tokens", kTokens, nullptr, {}},
    {"confirm", kConfirm, nullptr, {}},
    {"auth_idle", {}, &set_duration<&Config::auth_idle>, kDuration},
    {"sign_idle", {}, &set_duration<&Config::sign_idle>, kDuration},
    {"log_level", kLogLevel, nullptr, {}},
    {"log_file",
     {},
     [](Config& c, const std::string& text) {
         c.log_file = text;
         return true;
     },
     "a text in quotes"},
}};
constexpr std::string_view kApplications = "application";

std::string expected(const Key& key) {
    std::string text = "\"" + std::string(key.name) + "\" takes ";
    if (key.choices.empty()) return text + std::string(key.takes);
    for (std::size_t i = 0; i < key.choices.size(); ++i) {
        if (i != 0) text += i + 1 == key.choices.size() ? " or " : ", ";
        text += "\"" + std::string(key.choices[i].text) + "\"";
    }
    return text;
}

bool apply(const Key& key, const std::string& text, Config& config) {
    if (key.choices.empty()) return key.apply_text(config, text);
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

std::vector<ConfigProblem> read_config(std::string_view text, Config& config, std::string_view program) {
    Problems problems;
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        problems.push_back(problem_at(parsed.error().source(), std::string(parsed.error().description())));
        return problems;
    }
    const toml::table& table = parsed.table();
    for (const auto& [name, value] : table) {
        if (name.str() != kApplications) read_value(name, value, config, problems);
    }
    // Every section is judged, so that a mistake is found on whatever program's behalf it was made; one
    // counts.
    const auto applications = table.find(kApplications);
    if (applications == table.end()) return problems;
    const toml::table* sections = applications->second.as_table();
    if (sections == nullptr) {
        problems.push_back(problem_at(applications->second.source(), "write [application.PROGRAM]"));
        return problems;
    }
    for (const auto& [name, section] : *sections) {
        const toml::table* keys = section.as_table();
        if (keys == nullptr) {
            problems.push_back(problem_at(section.source(), "write [application.PROGRAM]"));
            continue;
        }
        Config unused;
        for (const auto& [key, value] : *keys)
            read_value(key, value, name.str() == program ? config : unused, problems);
    }
    return problems;
}

}  // namespace jpki::p11
