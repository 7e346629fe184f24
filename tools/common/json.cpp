#include "common/json.hpp"

#include <fmt/format.h>

#include "waist/visible.hpp"

namespace jpki::app {

namespace {

std::string utf8(const std::string& text) {
    std::string valid;
    for (std::string_view rest = text; !rest.empty();) {
        const CodePoint point = code_point_of(rest);
        if (point.size == 0) {
            valid += fmt::format("\\x{:02X}", static_cast<unsigned char>(rest.front()));
        } else {
            valid += rest.substr(0, point.size);
        }
        rest.remove_prefix(std::max<std::size_t>(point.size, 1));
    }
    return valid;
}

Json valid(const Json& json) {
    if (json.is_string()) return utf8(json.get_ref<const std::string&>());
    if (!json.is_structured()) return json;
    Json all = json.is_array() ? Json::array() : Json::object();
    for (const auto& item : json.items()) {
        if (json.is_array()) {
            all.push_back(valid(item.value()));
        } else {
            all[utf8(item.key())] = valid(item.value());
        }
    }
    return all;
}

std::string escape(char32_t value) {
    if (value < 0x10000) return fmt::format("\\u{:04X}", static_cast<unsigned>(value));
    const auto rest = static_cast<unsigned>(value) - 0x10000U;
    return fmt::format("\\u{:04X}\\u{:04X}", 0xD800U | rest >> 10U, 0xDC00U | (rest & 0x3FFU));
}

}  // namespace

std::string json_text(const Json& json, int indent) {
    // Outside of its strings JSON has nothing that would have to be escaped, but ends of lines.
    const std::string dumped = valid(json).dump(indent);
    std::string text;
    text.reserve(dumped.size() + 1);
    char before = '\0';
    for (std::string_view rest = dumped; !rest.empty();) {
        const CodePoint point = code_point_of(rest);
        // A mark would be drawn into the quotation mark before it.
        const bool shown =
            point.value == '\n' || !(is_hidden(point.value) || (is_mark(point.value) && before == '"'));
        shown ? text.append(rest.substr(0, point.size)) : text.append(escape(point.value));
        before = rest.front();
        rest.remove_prefix(point.size);
    }
    return text + "\n";
}

}  // namespace jpki::app
