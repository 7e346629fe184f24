#include "document/pdf_marks.hpp"

#include <fmt/chrono.h>

#include <array>

namespace jpki::app {

namespace {

constexpr std::string_view kBlanks{"\0\t\n\f\r ", 6};
// More digits than any offset or date field has.
constexpr std::size_t kMostDigits = 15;

// What stands at the beginning of `text`, taken away from it.
std::optional<std::uint64_t> take_number(std::string_view& text, std::size_t digits) {
    std::uint64_t value = 0;
    std::size_t count = 0;
    while (count < digits && count < text.size() && text[count] >= '0' && text[count] <= '9')
        value = value * 10 + static_cast<std::uint64_t>(text[count++] - '0');
    if (count == 0) return std::nullopt;
    text.remove_prefix(count);
    return value;
}

// Exactly so many digits, or the default at the end of the text.
std::optional<unsigned> take_field(std::string_view& text, std::size_t digits, unsigned otherwise) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return otherwise;
    const std::size_t before = text.size();
    const auto value = take_number(text, digits);
    if (!value || before - text.size() != digits) return std::nullopt;
    return static_cast<unsigned>(*value);
}

std::optional<std::chrono::minutes> take_zone(std::string_view text) {
    if (text.empty() || text.front() == 'Z') return std::chrono::minutes(0);
    const char sign = text.front();
    if (sign != '+' && sign != '-') return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_field(text, 2, 0);
    if (!text.empty() && text.front() == '\'') text.remove_prefix(1);
    const auto minutes = take_field(text, 2, 0);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes ahead(*hours * 60 + *minutes);
    return sign == '+' ? ahead : -ahead;
}

}  // namespace

std::optional<CrossReference> newest_cross_reference(std::string_view file) {
    static constexpr std::string_view kStart = "startxref";
    static constexpr std::string_view kTable = "xref";
    const std::size_t at = file.rfind(kStart);
    if (at == std::string_view::npos) return std::nullopt;
    const auto without_blanks = [](std::string_view text) {
        const std::size_t first = text.find_first_not_of(kBlanks);
        return first == std::string_view::npos ? std::string_view() : text.substr(first);
    };
    std::string_view behind = without_blanks(file.substr(at + kStart.size()));
    const auto offset = take_number(behind, kMostDigits);
    if (!offset || *offset == 0 || *offset >= at) return std::nullopt;
    return CrossReference{*offset, !without_blanks(file.substr(*offset)).starts_with(kTable)};
}

std::string pdf_date(Time when) {
    const std::time_t there = std::chrono::system_clock::to_time_t(when + std::chrono::hours(9));
    return fmt::format("D:{:%Y%m%d%H%M%S}+09'00'", fmt::gmtime(there));
}

std::optional<Time> time_of_pdf_date(std::string_view date) {
    using namespace std::chrono;
    if (date.starts_with("D:")) date.remove_prefix(2);
    const auto years = take_field(date, 4, 0);
    // Year, and then as far as the date goes.
    static constexpr std::array<unsigned, 5> kOtherwise{1, 1, 0, 0, 0};
    static constexpr std::array<unsigned, 5> kMost{12, 31, 23, 59, 59};
    std::array<unsigned, 5> fields{};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto field = take_field(date, 2, kOtherwise[i]);
        if (!field || *field > kMost[i]) return std::nullopt;
        fields[i] = *field;
    }
    const auto ahead = take_zone(date);
    if (!years || *years == 0 || !ahead) return std::nullopt;
    const year_month_day day(year(static_cast<int>(*years)), month(fields[0]), std::chrono::day(fields[1]));
    if (!day.ok()) return std::nullopt;
    return sys_days(day) + hours(fields[2]) + minutes(fields[3]) + seconds(fields[4]) - *ahead;
}

}  // namespace jpki::app
