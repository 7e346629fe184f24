#include "common/words.hpp"

#include <cerrno>
#include <system_error>

namespace jpki::app {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string line;
    for (const std::string& word : words)
        line.append(line.empty() ? "" : between).append(word);
    return line;
}

std::string reason_of(int error) {
    switch (error) {
#define JPKI_REASON(code, english, japanese) \
    case code: return std::string(Words{english, japanese}.spoken());
#include "reasons.def"
#undef JPKI_REASON
        default: return std::generic_category().message(error);
    }
}

}  // namespace jpki::app
