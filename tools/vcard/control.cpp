// See control.hpp. The commands are a table, so that the help cannot forget one.
#include "vcard/control.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "virtual/json_text.hpp"

namespace jpki::vcard {
namespace {

constexpr std::string_view kOk = "ok";

std::string error(std::string_view why) { return "error: " + std::string(why); }

std::string status(ControlState& state, std::string_view) {
    const Card& card = state.slot.card();
    const auto boolean = [](bool value) { return std::string(value ? "true" : "false"); };
    std::string out =
        "{\"inserted\": " + boolean(state.slot.inserted()) + ", \"connected\": " + boolean(state.connected) +
        ", \"powered\": " + boolean(card.powered()) + ", \"image\": " + json_string(state.slot.image_path()) +
        ", \"person\": " + std::to_string(card.image().person) +
        ", \"family\": " + json_string(family_info(card.image().family).name) + ", \"personality\": {";
    for (std::size_t i = 0; i < personality_switches().size(); ++i) {
        out.append(i == 0 ? "" : ", ").append(json_string(personality_switches()[i].name)).append(": ");
        out.append(json_string(card.image().personality.get(static_cast<Switch>(i))));
    }
    return out + "}}";
}

std::string oracle(ControlState& state, std::string_view) { return state.slot.card().oracle().to_json(); }

std::string remove(ControlState& state, std::string_view) {
    state.slot.remove();
    return std::string(kOk);
}

std::string insert(ControlState& state, std::string_view) {
    state.slot.insert();
    return std::string(kOk);
}

std::string set(ControlState& state, std::string_view assignment) {
    if (!state.slot.card().set(assignment)) {
        return error("no such switch, value or set, or the image cannot be saved");
    }
    return std::string(kOk);
}

// `whose` is auth, sign, or a file as the image names it, such as text.0011.
bool set_tries(Card& card, std::string_view whose, unsigned count) {
    if (whose == "auth" || whose == "sign")
        return card.set_tries_left(whose == "auth" ? Role::kAuthPin : Role::kSignPin, count);
    const std::size_t dot = std::min(whose.find('.'), whose.size());
    const std::string_view digits = whose.substr(std::min(dot + 1, whose.size()));
    std::uint16_t id = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, wrong] = std::from_chars(digits.data(), end, id, 16);
    return digits.size() == 4 && wrong == std::errc() && stop == end &&
           card.set_tries_left(whose.substr(0, dot), id, count);
}

std::string tries(ControlState& state, std::string_view argument) {
    const std::size_t space = std::min(argument.find(' '), argument.size());
    const std::string_view whose = argument.substr(0, space);
    const std::string_view digits = argument.substr(std::min(space + 1, argument.size()));
    unsigned count = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, wrong] = std::from_chars(digits.data(), end, count);
    const bool well_formed = !whose.empty() && !digits.empty() && wrong == std::errc() && stop == end;
    if (!well_formed) return error("tries auth|sign|FILE NUMBER");
    if (!set_tries(state.slot.card(), whose, count)) {
        return error("no such PIN, too many tries, or the image cannot be saved");
    }
    return std::string(kOk);
}

std::string swap(ControlState& state, std::string_view path) {
    if (path.empty()) return error("swap IMAGE");
    try {
        state.slot.swap(std::string(path));
    } catch (const ImageError& wrong) {
        return error(wrong.what());
    }
    return std::string(kOk);
}

std::string reset_oracle(ControlState& state, std::string_view) {
    state.slot.card().reset_oracle();
    return std::string(kOk);
}

std::string log(ControlState& state, std::string_view) {
    std::string out;
    for (const std::string& line : state.slot.card().log().lines())
        out.append(line).append("\n");
    return out + ".";
}

std::string fault(ControlState& state, std::string_view row) {
    try {
        state.slot.faults().add(row);
    } catch (const FaultError& wrong) {
        return error(wrong.what());
    }
    return std::string(kOk);
}

std::string faults(ControlState& state, std::string_view) { return state.slot.faults().to_json(); }

std::string clear_faults(ControlState& state, std::string_view) {
    state.slot.faults().clear();
    return std::string(kOk);
}

std::string quit(ControlState& state, std::string_view) {
    state.quit = true;
    return std::string(kOk);
}

struct ControlCommand {
    std::string_view name;
    std::string_view argument;
    std::string_view meaning;
    std::string (*run)(ControlState&, std::string_view);
};

constexpr std::array<ControlCommand, 13> kCommands{{
    {"status", "", "where the card is and what its personality is, as JSON", status},
    {"oracle", "", "what the card has seen: PINs, tries, signatures, as JSON", oracle},
    {"remove", "", "take the card out of the reader", remove},
    {"insert", "", "put the card into the reader", insert},
    {"set", "KEY=VALUE|SET", "set a personality switch, or a set of them", set},
    {"tries", "auth|sign|FILE NUMBER", "set a retry counter; of another PIN by its file, such as text.0011",
     tries},
    {"swap", "IMAGE", "take the card out and put another one in", swap},
    {"reset-oracle", "", "start counting anew", reset_oracle},
    {"log", "", "the exchanges so far, PINs masked, then a line with a dot", log},
    {"fault", "AT KIND [ARGUMENT]", "let something go wrong, counted from now", fault},
    {"faults", "", "what is planned and how often it has happened, as JSON", faults},
    {"faults-clear", "", "let nothing go wrong any more", clear_faults},
    {"quit", "", "save and end", quit},
}};

}  // namespace

std::string control_answer(ControlState& state, std::string_view line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view argument = line.substr(std::min(space + 1, line.size()));
    const auto command = std::ranges::find(kCommands, line.substr(0, space), &ControlCommand::name);
    if (command == kCommands.end()) return error("no such command");
    if (command->argument.empty() && !argument.empty()) return error("this command takes no argument");
    return command->run(state, argument);
}

std::string control_help() {
    std::string out;
    for (const ControlCommand& command : kCommands) {
        std::string usage(command.name);
        if (!command.argument.empty()) usage.append(" ").append(command.argument);
        usage.resize(std::max<std::size_t>(usage.size(), 28), ' ');
        out.append("  ").append(usage).append(" ").append(command.meaning).append("\n");
    }
    return out;
}

}  // namespace jpki::vcard
