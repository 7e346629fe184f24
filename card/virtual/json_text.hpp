// A string as JSON has it, for the answers of the control commands: UTF-8 whatever it is made of, and nothing
// in it that a terminal would obey.
#pragma once

#include <string>
#include <string_view>

#include "waist/visible.hpp"

namespace jpki::vcard {

inline std::string json_string(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out = "\"";
    const auto unit = [&out](unsigned value) {
        out += "\\u";
        for (unsigned shift = 16; shift > 0;)
            out += kDigits[value >> (shift -= 4U) & 0x0FU];
    };
    while (!text.empty()) {
        const CodePoint point = code_point_of(text);
        const std::string_view bytes = text.substr(0, std::max<std::size_t>(point.size, 1));
        text.remove_prefix(bytes.size());
        if (point.size == 0) {
            out.append("\\").append(visible(bytes));
        } else if (point.value > 0xFFFF && is_hidden(point.value)) {
            unit(0xD800U + ((point.value - 0x10000U) >> 10U));
            unit(0xDC00U + (point.value & 0x3FFU));
        } else if (is_hidden(point.value)) {
            unit(point.value);
        } else {
            if (point.value == '"' || point.value == '\\') out += '\\';
            out += bytes;
        }
    }
    return out + "\"";
}

}  // namespace jpki::vcard
