#include "control.hpp"

#include <algorithm>
#include <sstream>

#include "../control_lines.hpp"

namespace jpki::testing::ifd {
namespace {

using std::chrono::milliseconds;

using Announce = std::function<void(bool plugged_in)>;

std::string answer(Reader& reader, const Announce& announce, const std::string& line) {
    std::istringstream words(line);
    std::string command, call_name, stray;
    long number = 0;
    words >> command;
    const bool has_call = command == "slow" || command == "fail";
    if (has_call) words >> call_name;
    if (has_call || command == "mute" || command == "silent" || command == "gap") words >> number;
    if (!words || number < 0 || words >> stray) return "error: see control.hpp";
    const auto call = static_cast<Call>(std::ranges::find(kCallNames, call_name) - kCallNames.begin());
    if (has_call && static_cast<std::size_t>(call) == kCallNames.size()) return "error: no such call";
    if (command == "status") return reader.status();
    if (command == "unplug") {
        reader.unplug();
        announce(false);
    } else if (command == "plug") {
        reader.plug();
        announce(true);
    } else if (command == "slow") {
        reader.slow(call, milliseconds(number));
    } else if (command == "fail") {
        reader.fail(call, number);
    } else if (command == "mute") {
        reader.mute(milliseconds(number));
    } else if (command == "silent") {
        reader.silent(number);
    } else if (command == "gap") {
        reader.gap(milliseconds(number));
    } else if (command == "release") {
        reader.release();
    } else {
        return "error: no such command";
    }
    return "ok";
}

}  // namespace

bool serve_control(Reader& reader, const std::string& socket_path, Announce announce) {
    return serve_lines(socket_path, [&reader, announce = std::move(announce)](const std::string& line) {
        return answer(reader, announce, line);
    });
}

}  // namespace jpki::testing::ifd
