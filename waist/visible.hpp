// Text from outside (certificates, cards, readers, files, other programs) as a screen, a log or a field of
// fixed width may hold it: what would be obeyed there, or would not be seen, becomes an escape that is.
// Whoever shows such text goes through this; it allocates nothing but strings that are asked for, and knows
// no locale.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "waist/code_points.hpp"

namespace jpki {

struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;  // in bytes; 0: no UTF-8 begins here
};

// The first code point of `text` (RFC 3629: shortest form, no surrogates).
inline CodePoint code_point_of(std::string_view text) noexcept {
    if (text.empty()) return {};
    const auto byte = [text](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80U) return {first, 1};
    const std::size_t size = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
    if (first < 0xC2U || first > 0xF4U || text.size() < size) return {};
    char32_t value = first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        value = value << 6U | (byte(i) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    return value < kLeast.at(size) || value > 0x10FFFF || surrogate ? CodePoint{} : CodePoint{value, size};
}

// Nobody sees it where it stands, or it makes a terminal do something.
inline bool is_hidden(char32_t value) noexcept {
    const auto& all = code_points::kHidden;
    return (std::upper_bound(all.begin(), all.end(), value) - all.begin()) % 2 != 0;
}

inline bool is_mark(char32_t value) noexcept {
    const auto& all = code_points::kMarks;
    return (std::upper_bound(all.begin(), all.end(), value) - all.begin()) % 2 != 0;
}

// Whether ends of lines are ours, or came from outside like all the rest.
enum class LineEnds : std::uint8_t { kept, shown };

// One character after the other, each as it is or as its escape: \n, \xNN (a control of ASCII, or a byte
// that is not UTF-8), \u{N}. Shown twice it stays as it is.
class VisibleText {
  public:
    explicit VisibleText(std::string_view text, LineEnds ends = LineEnds::shown) noexcept
        : rest_(text), ends_(ends) {}

    // Empty at the end. Valid until the next call.
    [[nodiscard]] std::string_view next() noexcept {
        if (rest_.empty()) return {};
        const CodePoint point = code_point_of(rest_);
        const std::string_view bytes = rest_.substr(0, std::max<std::size_t>(point.size, 1));
        rest_.remove_prefix(bytes.size());
        if (point.size == 0) {
            begin_anew();
            return escape("\\x", static_cast<std::uint8_t>(bytes.front()), 2, "");
        }
        if (point.value == '\n' && ends_ == LineEnds::kept) {
            begin_anew();
            return bytes;
        }
        return must_be_shown(point.value) ? escaped(point.value) : bytes;
    }

  private:
    // More of them, one upon another, would be drawn over the lines around.
    static constexpr int kMostMarks = 2;

    void begin_anew() noexcept {
        marks_ = kMostMarks;
        blank_ = false;
    }

    bool must_be_shown(char32_t value) noexcept {
        if (is_hidden(value)) return true;
        if (is_mark(value)) return marks_++ >= kMostMarks;
        marks_ = 0;
        // Many blanks put what follows at the beginning of a terminal's next line.
        const bool before = blank_;
        blank_ = value == ' ' || value == U'\u3000';
        return before && blank_ && ends_ == LineEnds::shown;
    }

    std::string_view escaped(char32_t value) noexcept {
        const bool blank = blank_;
        begin_anew();
        blank_ = blank && (value == ' ' || value == U'\u3000');
        switch (value) {
            case '\n': return "\\n";
            case '\r': return "\\r";
            case '\t': return "\\t";
            default: break;
        }
        return value < 0x80 ? escape("\\x", value, 2, "") : escape("\\u{", value, 1, "}");
    }

    std::string_view escape(std::string_view before, char32_t value, int least_digits,
                            std::string_view after) noexcept {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        std::size_t size = before.copy(escape_.data(), before.size());
        int digits = least_digits;
        while (value >> (4U * static_cast<unsigned>(digits)) != 0)
            ++digits;
        while (digits-- > 0)
            escape_.at(size++) = kDigits[value >> (4U * static_cast<unsigned>(digits)) & 0xFU];
        size += after.copy(&escape_.at(size), after.size());
        return {escape_.data(), size};
    }

    std::string_view rest_;
    LineEnds ends_;
    int marks_ = kMostMarks;
    bool blank_ = false;
    std::array<char, 16> escape_{};
};

// Longer than any name, address or path that means well.
constexpr std::size_t kMostShown = 2000;

// Text from outside, for a place within a line; no more than `most` bytes of it, and `cut` where it was
// longer.
inline std::string visible(std::string_view text, std::size_t most = kMostShown, std::string_view cut = "…") {
    std::string shown;
    VisibleText all(text);
    for (std::string_view piece = all.next(); !piece.empty(); piece = all.next()) {
        if (shown.size() + piece.size() > most) return shown.append(cut);
        shown += piece;
    }
    return shown;
}

// Lines of ours, with whatever got into them.
inline std::string visible_lines(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    VisibleText all(text, LineEnds::kept);
    for (std::string_view piece = all.next(); !piece.empty(); piece = all.next())
        shown += piece;
    return shown;
}

}  // namespace jpki
