// See apdu_log.hpp. A line: index, command name, header, Lc and Le where present, status word, answer length.
#include "virtual/apdu_log.hpp"

#include <fcntl.h>

#include "virtual/apdu.hpp"
#include "virtual/descriptor.hpp"
#include "waist/visible.hpp"

namespace jpki::vcard {
namespace {

constexpr std::uint8_t kInsSelect = 0xA4;
constexpr std::ptrdiff_t kMostLines = 200000;  // in memory: a card may live for weeks

std::string describe(ByteView command) {
    const std::optional<Apdu> apdu = parse_apdu(command);
    // A malformed command may have anything anywhere: its length is all that is safe to show.
    if (!apdu) return "malformed length=" + std::to_string(command.size());
    std::string text = to_hex(command.first(4));
    if (!apdu->data.empty()) {
        text += " Lc=" + std::to_string(apdu->data.size()) + " ";
        text += apdu->ins == kInsSelect ? to_hex(apdu->data) : "**";
    }
    if (apdu->ne != 0) text += " Le=" + std::to_string(apdu->ne);
    if (apdu->extended) text += " extended";
    return text;
}

Descriptor open_for_append(const std::string& path) {
    return Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

}  // namespace

bool ApduLog::open(const std::string& path) {
    if (!open_for_append(path)) return false;
    path_ = path;
    return true;
}

void ApduLog::exchange(std::size_t index, std::string_view name, ByteView command, ByteView answer) {
    std::string line = std::to_string(index) + " " + std::string(name) + " " + describe(command);
    if (answer.size() < 2) {
        line += " -> mute";
    } else {
        line += " -> SW=" + to_hex(answer.last(2)) + " length=" + std::to_string(answer.size() - 2);
    }
    add(std::move(line));
}

void ApduLog::event(std::string_view what) { add("* " + visible(what)); }

void ApduLog::add(std::string line) {
    if (!path_.empty()) {
        // Opened for each line, so that the file may be rotated or removed while the card is in the reader.
        // A diary that cannot be written must not stop the card.
        const Descriptor file = open_for_append(path_);
        if (file) static_cast<void>(write_all(file, line + "\n"));
    }
    if (std::ssize(lines_) == kMostLines) lines_.erase(lines_.begin(), lines_.begin() + kMostLines / 2);
    lines_.push_back(std::move(line));
}

}  // namespace jpki::vcard
