// Sentences in two languages. Each program has its own, as rows of its texts.def.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/language.hpp"
#include "waist/visible.hpp"

namespace jpki::app {

struct Words {
    std::string_view english;
    std::string_view japanese;

    [[nodiscard]] std::string_view spoken() const noexcept {
        return app::spoken() == Language::japanese ? japanese : english;
    }
};

// What takes the place of a {}: numbers as they are, and texts as visible() has them, since they may come
// from anywhere. Sentences of ours stay as they are by that; one line each.
template <class T>
auto for_a_sentence(const T& argument) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return visible(argument);
    } else {
        return argument;
    }
}

// A sentence with its {} filled in.
template <class... Arguments>
std::string fill(std::string_view sentence, const Arguments&... arguments) {
    const auto put_together = [sentence](const auto&... shown) {
        return fmt::vformat(sentence, fmt::make_format_args(shown...));
    };
    return put_together(for_a_sentence(arguments)...);
}

// One after another, as a list in a line.
std::string joined(const std::vector<std::string>& words, std::string_view between = ", ");

// Why a system call failed (errno), for the end of a sentence.
std::string reason_of(int error);

}  // namespace jpki::app
