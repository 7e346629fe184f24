#include "pcsc/reader_names.hpp"

#include <algorithm>
#include <string_view>

namespace jpki::card::pcsc {

std::vector<std::string> parse_reader_names(std::span<const char> bytes) {
    std::vector<std::string> names;
    std::string_view rest(bytes.data(), bytes.size());
    while (names.size() < kMaximumReaders) {
        const std::size_t length = rest.find('\0');
        // The list's end, or a last name without one: who knows how it would have gone on.
        if (length == 0 || length == std::string_view::npos) break;
        const std::string_view name = rest.substr(0, length);
        rest.remove_prefix(length + 1);
        if (length >= kMaximumReaderName) continue;
        if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
    }
    return names;
}

}  // namespace jpki::card::pcsc
