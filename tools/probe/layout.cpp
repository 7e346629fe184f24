#include "probe/layout.hpp"

#include <algorithm>

#include "waist/visible.hpp"

namespace jpki::probe {

namespace {

struct Character {
    std::size_t bytes;
    std::size_t columns;
};

// The first character of a text that is not empty. Bytes that are no UTF-8 take one column each.
Character first_of(std::string_view text) {
    const CodePoint point = code_point_of(text);
    if (point.size <= 1) return {1, 1};
    // East Asian scripts, their punctuation and fullwidth forms (Unicode Standard Annex 11), as far as this
    // program writes them.
    constexpr char32_t kFirstWide = 0x2E80;
    return {point.size, point.value >= kFirstWide ? std::size_t{2} : std::size_t{1}};
}

// What may not be parted: a word, or one wide character with the punctuation behind it.
std::string_view take_piece(std::string_view& text) {
    constexpr std::string_view kNeverFirst[] = {"、", "。", "）", "」", "ー"};
    constexpr std::string_view kNeverLast[] = {"（", "「"};
    const Character first = first_of(text);
    std::size_t end = first.bytes;
    if (first.columns == 1) {
        while (end < text.size() && text[end - 1] != ' ' && first_of(text.substr(end)).columns == 1)
            ++end;
    }
    for (bool found = true; found;) {
        found = false;
        for (const std::string_view mark : kNeverFirst) {
            if (!text.substr(end).starts_with(mark)) continue;
            end += mark.size();
            found = true;
        }
    }
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(end);
    const bool opens = std::ranges::any_of(kNeverLast, [&](auto mark) { return piece.ends_with(mark); });
    if (!opens || text.empty()) return piece;
    return {piece.data(), piece.size() + take_piece(text).size()};
}

std::string_view without_blanks_behind(std::string_view text) {
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character one = first_of(text);
        columns += one.columns;
        text.remove_prefix(one.bytes);
    }
    return columns;
}

std::string padded(std::string_view text, std::size_t columns) {
    const std::size_t taken = columns_of(text);
    return std::string(text) + std::string(columns > taken ? columns - taken : 0, ' ');
}

std::string hanging(std::string_view head, std::string_view text) {
    const std::size_t indent = columns_of(head);
    std::string page;
    std::string line(head);
    std::size_t taken = indent;
    while (!text.empty()) {
        const std::string_view piece = take_piece(text);
        const std::size_t needed = columns_of(without_blanks_behind(piece));
        if (taken + needed > kPageColumns && taken > indent) {
            page += std::string(without_blanks_behind(line)) + '\n';
            line.assign(indent, ' ');
            taken = indent;
        }
        line += piece;
        taken += columns_of(piece);
    }
    return page + std::string(without_blanks_behind(line)) + '\n';
}

}  // namespace jpki::probe
