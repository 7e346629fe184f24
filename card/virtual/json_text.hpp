// A string as JSON has it, for the answers of the control commands.
#pragma once

#include <string>
#include <string_view>

namespace jpki::vcard {

inline std::string json_string(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out = "\"";
    for (const char character : text) {
        const auto octet = static_cast<unsigned char>(character);
        if (octet < 0x20) {
            out.append("\\u00").append({kDigits[octet >> 4U], kDigits[octet & 0x0FU]});
        } else {
            if (character == '"' || character == '\\') out += '\\';
            out += character;
        }
    }
    return out + "\"";
}

}  // namespace jpki::vcard
