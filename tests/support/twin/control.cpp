#include "control.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <sstream>
#include <string_view>
#include <vector>

namespace jpki::testing::twin {
namespace {

using Numbers = std::array<std::size_t, 2>;

std::uint8_t byte(std::size_t number) { return static_cast<std::uint8_t>(number & 0xFFU); }

struct Command {
    std::string_view name;
    std::size_t least;  // numbers that it takes
    std::size_t most;
    void (*change)(Plan& plan, const Numbers& numbers);
};

constexpr std::array<Command, 8> kCommands{{
    {"mute-up", 1, 2, [](Plan& plan, const Numbers& n) { plan.mute_ups = n[0], plan.mute_ups_from = n[1]; }},
    {"empty", 1, 2,
     [](Plan& plan, const Numbers& n) { plan.empty = milliseconds(n[0]), plan.empty_from = n[1]; }},
    {"wrong-check", 1, 1, [](Plan& plan, const Numbers& n) { plan.wrong_every = n[0]; }},
    {"patience", 1, 1, [](Plan& plan, const Numbers& n) { plan.patience = milliseconds(n[0]); }},
    {"slow", 1, 1, [](Plan& plan, const Numbers& n) { plan.byte = microseconds(n[0]); }},
    {"refuse-pps", 0, 0, [](Plan& plan, const Numbers&) { plan.refuse_pps = true; }},
    {"mute", 1, 1, [](Plan& plan, const Numbers& n) { plan.mute_at = byte(n[0]); }},
    {"lose", 1, 1, [](Plan& plan, const Numbers& n) { plan.lose_at = byte(n[0]); }},
}};

constexpr std::size_t kMost = 600'000;

}  // namespace

std::string control_answer(Reader& reader, const std::string& line) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    if (line == "status") return reader.status();
    if (line == "insert" || line == "remove") {
        reader.put_in(line == "insert");
        return "ok";
    }
    if (line == "release") {
        reader.faults().release();
        return "ok";
    }
    const auto command = std::ranges::find(kCommands, name, &Command::name);
    if (command == kCommands.end()) return "error: no such command";
    Numbers numbers{};
    std::size_t count = 0;
    for (std::size_t number = 0; count < numbers.size() && words >> std::setbase(0) >> number; ++count)
        numbers[count] = number;
    const bool whole = words.rdbuf()->in_avail() <= 0 || words.eof();
    const bool small = std::ranges::all_of(numbers, [](std::size_t number) { return number <= kMost; });
    if (!whole || !small || count < command->least || count > command->most)
        return "error: see twin/control.hpp";
    reader.faults().change([&](Plan& plan, Counts&) { command->change(plan, numbers); });
    return "ok";
}

}  // namespace jpki::testing::twin
