// See fault_row.hpp. Kinds and shapes are tables, so that the help cannot forget one.
#include "virtual/fault_row.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>

namespace jpki::vcard {
namespace {

constexpr std::size_t kSwBytes = 2;
constexpr const char* kBlanks = " \t\r";
constexpr std::chrono::milliseconds kLongestDelay{600'000};

enum class Argument : std::uint8_t { kNone, kSw, kHex, kDelay, kShape, kPower };

struct KindInfo {
    std::string_view name;
    FaultAction action;
    bool executed;
    Argument argument;
    std::string_view usage;
    std::string_view meaning;
};

constexpr std::array<KindInfo, 14> kKinds{{
    {"sw", FaultAction::kAnswer, false, Argument::kSw, "XXXX", "not executed, this status word"},
    {"sw-after", FaultAction::kAnswer, true, Argument::kSw, "XXXX", "executed, this status word, no data"},
    {"mute", FaultAction::kMute, false, Argument::kNone, "",
     "not executed, no answer (vpcd cannot wait for one: as bounce)"},
    {"mute-after", FaultAction::kMute, true, Argument::kNone, "", "executed, no answer (as bounce-after)"},
    {"leave", FaultAction::kLeave, false, Argument::kNone, "", "not executed, the card leaves the reader"},
    {"leave-after", FaultAction::kLeave, true, Argument::kNone, "", "executed, then it leaves, no answer"},
    {"bounce", FaultAction::kBounce, false, Argument::kNone, "",
     "not executed, the card leaves for a second"},
    {"bounce-after", FaultAction::kBounce, true, Argument::kNone, "",
     "executed, then it leaves for a second, no answer"},
    {"reset", FaultAction::kReset, false, Argument::kPower, "[warm|cold]",
     "executed after a reset or loss of power that nobody hears of"},
    {"reset-after", FaultAction::kReset, true, Argument::kPower, "[warm|cold]",
     "executed and answered, then such a reset"},
    {"delay", FaultAction::kDelay, true, Argument::kDelay, "MS", "executed, answered so many ms later"},
    {"data", FaultAction::kData, true, Argument::kHex, "HEX", "executed, these data before its status word"},
    {"answers", FaultAction::kAnswer, true, Argument::kHex, "HEX",
     "executed, this answer, status word and all"},
    {"shape", FaultAction::kShape, true, Argument::kShape, "SHAPE [SEED]", "executed, its answer bent"},
}};

struct ShapeInfo {
    std::string_view name;
    FaultShape shape;
    std::string_view meaning;
};

constexpr std::array<ShapeInfo, 15> kShapes{{
    {"empty", FaultShape::kEmpty, "no byte at all"},
    {"one-byte", FaultShape::kOneByte, "the first byte only"},
    {"sw-only", FaultShape::kSwOnly, "no data"},
    {"half", FaultShape::kHalf, "half of the data"},
    {"minus-one", FaultShape::kMinusOne, "one byte of data less (without data: half a status word)"},
    {"plus-one", FaultShape::kPlusOne, "one byte of data more"},
    {"257", FaultShape::k257, "as many bytes, the status word among them"},
    {"258", FaultShape::k258, "likewise"},
    {"4096", FaultShape::k4096, "likewise"},
    {"65538", FaultShape::k65538, "likewise (vpcd carries 65535)"},
    {"zeros", FaultShape::kZeros, "data all 00 (without data: the status word)"},
    {"ones", FaultShape::kOnes, "data all FF (without data: the status word)"},
    {"random", FaultShape::kRandom,
     "data of noise, the same for the same SEED (without data: the status word)"},
    {"previous", FaultShape::kPrevious, "the answer to the command before"},
    {"other", FaultShape::kOther, "the last answer to a command with another instruction"},
}};

[[noreturn]] void wrong(const std::string& why) { throw FaultError(why); }

// Takes the first word off the line.
std::string_view word(std::string_view& line) {
    const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
    const std::size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    const std::string_view found = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return found;
}

template <typename Number>
Number number(std::string_view text, const char* what, int base = 10) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || error != std::errc() || stop != end) {
        wrong(std::string(what) + " is no number: " + std::string(text));
    }
    return value;
}

Bytes bytes(std::string_view text) {
    if (text.empty() || text.size() % 2 != 0) wrong("bytes take two hexadecimal digits each");
    Bytes out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        out.push_back(number<std::uint8_t>(text.substr(i, 2), "a byte", 16));
    }
    return out;
}

void read_time(FaultRow& row, std::string_view text) {
    constexpr std::string_view kIns = "INS=";
    if (text.starts_with(kIns)) {
        const std::size_t colon = std::min(text.find(':'), text.size());
        row.ins = number<std::uint8_t>(text.substr(kIns.size(), colon - kIns.size()), "the instruction", 16);
        text.remove_prefix(std::min(colon + 1, text.size()));
    }
    row.onwards = text.ends_with('+');
    if (row.onwards) text.remove_suffix(1);
    row.at = number<std::size_t>(text, "AT");
}

void read_shape(FaultRow& row, std::string_view& rest) {
    const std::string_view name = word(rest);
    const auto found = std::ranges::find(kShapes, name, &ShapeInfo::name);
    if (found == kShapes.end()) wrong("no such shape: " + std::string(name));
    row.shape = found->shape;
    row.name.append(" ").append(name);
    const std::string_view seed = word(rest);
    if (seed.empty()) return;
    if (row.shape != FaultShape::kRandom) wrong("only random takes a seed");
    row.seed = number<std::uint32_t>(seed, "the seed");
}

void read_argument(FaultRow& row, Argument argument, std::string_view& rest) {
    switch (argument) {
        case Argument::kNone: return;
        case Argument::kSw:
            row.bytes = bytes(word(rest));
            if (row.bytes.size() != kSwBytes) wrong("a status word has two bytes");
            return;
        case Argument::kHex: row.bytes = bytes(word(rest)); return;
        case Argument::kDelay:
            row.delay = std::chrono::milliseconds(number<std::uint32_t>(word(rest), "the delay"));
            if (row.delay > kLongestDelay) wrong("a delay lasts ten minutes at most");
            return;
        case Argument::kShape: return read_shape(row, rest);
        case Argument::kPower: {
            const std::string_view power = word(rest);
            row.cold = power == "cold";
            if (!power.empty() && !row.cold && power != "warm") wrong("a reset is warm or cold");
            return;
        }
    }
}

// As long as asked for: cut, or the data repeated.
Bytes of_length(std::size_t length, ByteView data, ByteView sw) {
    Bytes out;
    for (std::size_t i = 0; i < length - kSwBytes; ++i)
        out.push_back(data.empty() ? std::uint8_t{0} : data[i % data.size()]);
    append(out, sw);
    return out;
}

// The data as `byte` gives them, and the status word; an answer without data is filled altogether.
template <typename Byte>
Bytes filled(ByteView data, ByteView sw, Byte byte) {
    Bytes out(data.empty() ? sw.size() : data.size());
    std::ranges::generate(out, byte);
    if (!data.empty()) append(out, sw);
    return out;
}

}  // namespace

FaultRow parse_fault(std::string_view line) {
    FaultRow row;
    std::string_view rest = line;
    const std::string_view time = word(rest);
    const std::string_view kind = word(rest);
    read_time(row, time);
    const auto found = std::ranges::find(kKinds, kind, &KindInfo::name);
    if (found == kKinds.end()) wrong("no such kind of fault: " + std::string(kind));
    row.action = found->action;
    row.executed = found->executed;
    row.name = std::string(time) + " " + std::string(kind);
    read_argument(row, found->argument, rest);
    if (const std::string_view stray = word(rest); !stray.empty()) wrong("too much: " + std::string(stray));
    const std::size_t begin = line.find_first_not_of(kBlanks);
    row.text = line.substr(begin, line.find_last_not_of(kBlanks) + 1 - begin);
    return row;
}

std::string fault_help() {
    const auto row = [](std::string left, std::string_view meaning) {
        left.resize(std::max<std::size_t>(left.size(), 24), ' ');
        return "  " + left + " " + std::string(meaning) + "\n";
    };
    std::string out = row("AT", "0 is the next command, 1 the one after; 0+ the next and all after it;");
    out += row("", "INS=20:0 the next with instruction 20; rows of one command act in their order");
    for (const KindInfo& kind : kKinds) {
        out += row(std::string(kind.name) + (kind.usage.empty() ? "" : " ") + std::string(kind.usage),
                   kind.meaning);
    }
    for (const ShapeInfo& shape : kShapes)
        out += row("shape " + std::string(shape.name), shape.meaning);
    return out;
}

Bytes shaped(const FaultRow& row, const FaultMaterial& material) {
    const ByteView answer = material.answer;
    const ByteView data = answer.first(answer.size() - std::min(answer.size(), kSwBytes));
    const ByteView sw = answer.subspan(data.size());
    const auto cut_to = [&](std::size_t length) {
        Bytes out = to_bytes(data.first(length));
        append(out, sw);
        return out;
    };
    std::mt19937 noise(row.seed);
    switch (row.shape) {
        case FaultShape::kEmpty: return {};
        case FaultShape::kOneByte: return to_bytes(slice(answer, 0, 1));
        case FaultShape::kSwOnly: return to_bytes(sw);
        case FaultShape::kHalf: return cut_to(data.size() / 2);
        case FaultShape::kMinusOne: return data.empty() ? to_bytes(slice(sw, 0, 1)) : cut_to(data.size() - 1);
        case FaultShape::kPlusOne: return of_length(data.size() + 1 + kSwBytes, data, sw);
        case FaultShape::k257: return of_length(257, data, sw);
        case FaultShape::k258: return of_length(258, data, sw);
        case FaultShape::k4096: return of_length(4096, data, sw);
        case FaultShape::k65538: return of_length(65538, data, sw);
        case FaultShape::kZeros: return filled(data, sw, [] { return std::uint8_t{0x00}; });
        case FaultShape::kOnes: return filled(data, sw, [] { return std::uint8_t{0xFF}; });
        case FaultShape::kRandom:
            return filled(data, sw, [&] { return static_cast<std::uint8_t>(noise() & 0xFFU); });
        case FaultShape::kPrevious: return to_bytes(material.previous);
        case FaultShape::kOther: return to_bytes(material.other);
    }
    return {};
}

}  // namespace jpki::vcard
