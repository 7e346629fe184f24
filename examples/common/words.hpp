// Sentences in two languages. Each program has its own, as rows of its texts.def.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "common/language.hpp"

namespace jpki::app {

struct Words {
    std::string_view english;
    std::string_view japanese;

    [[nodiscard]] std::string_view spoken() const noexcept {
        return app::spoken() == Language::japanese ? japanese : english;
    }
};

// A sentence with its {} filled in.
template <class... Arguments>
std::string fill(std::string_view sentence, const Arguments&... arguments) {
    return fmt::vformat(sentence, fmt::make_format_args(arguments...));
}

// Why a system call failed (errno), for the end of a sentence.
std::string reason_of(int error);

}  // namespace jpki::app
