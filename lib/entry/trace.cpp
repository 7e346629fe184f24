#include "entry/trace.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "entry/rv.hpp"

namespace jpki::p11 {

namespace {

struct Signature {
    std::string_view name;
    std::string_view parameters;  // "(CK_SLOT_ID slotID, CK_SLOT_INFO_PTR pInfo)"
};
constexpr std::array kSignatures{
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) Signature{#name, #parameters},
#include "entry/functions.def"
#undef JPKI_FUNCTION
};

constexpr std::uint32_t kLargestStatusWord = 0xFFFF;

// What may be shown as a number; whatever else there is is a pointer.
constexpr std::array<std::string_view, 9> kNumbers{
    "CK_BBOOL",         "CK_FLAGS",          "CK_MECHANISM_TYPE",
    "CK_OBJECT_HANDLE", "CK_SESSION_HANDLE", "CK_SESSION_VALIDATION_FLAGS_TYPE",
    "CK_SLOT_ID",       "CK_ULONG",          "CK_USER_TYPE"};

// Grows as long as there is room.
class Line {
  public:
    Line& operator<<(std::string_view part) noexcept {
        part = part.substr(0, text_.size() - size_);
        std::ranges::copy(part, text_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += part.size();
        return *this;
    }
    Line& decimal(CK_ULONG value) noexcept {
        std::array<char, 24> digits{};
        (void)std::snprintf(digits.data(), digits.size(), "%lu", value);
        return *this << digits.data();
    }
    Line& hexadecimal(CK_ULONG value, int least_digits = 1) noexcept {
        std::array<char, 24> digits{};
        (void)std::snprintf(digits.data(), digits.size(), "%0*lX", least_digits, value);
        return *this << digits.data();
    }
    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

  private:
    std::array<char, 400> text_{};
    std::size_t size_ = 0;
};

void add_answer(Line& line, const Status& status) noexcept {
    if (status) {
        line << "CKR_OK";
        return;
    }
    const Error& error = status.error();
    const std::string_view text = error.what;
    line << rv_name(error.code);
    if (text.empty() && error.detail == 0) return;
    line << " (" << text;
    if (error.detail != 0) {
        const bool pcsc = error.detail > kLargestStatusWord;
        line << (text.empty() ? "" : "; ") << (pcsc ? "PC/SC " : "SW ");
        line.hexadecimal(error.detail, pcsc ? 8 : 4);
    }
    line << ")";
}

// The next "TYPE NAME" of a parameter list.
std::string_view take_parameter(std::string_view& list) noexcept {
    list.remove_prefix(std::min(list.find_first_not_of("(, "), list.size()));
    const std::string_view taken = list.substr(0, list.find_first_of(",)"));
    list.remove_prefix(taken.size());
    return taken;
}

void add_arguments(Line& line, std::string_view parameters, std::span<const CK_ULONG> arguments) noexcept {
    bool after_text = false;
    line << " [";
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view parameter = take_parameter(parameters);
        const std::string_view type = parameter.substr(0, parameter.find(' '));
        line << (i == 0 ? "" : ", ") << parameter.substr(std::min(type.size() + 1, parameter.size())) << "=";
        if (std::ranges::find(kNumbers, type) == kNumbers.end()) {
            line << (arguments[i] != 0 ? "set" : "NULL");
        } else if (after_text) {
            line << "**";  // perhaps the length of a PIN
        } else if (type == "CK_FLAGS" || type == "CK_MECHANISM_TYPE") {
            (line << "0x").hexadecimal(arguments[i]);
        } else {
            line.decimal(arguments[i]);
        }
        after_text = type == "CK_UTF8CHAR_PTR";
    }
    line << "]";
}

}  // namespace

void trace(Log& log, Fn function, const Status& status, std::span<const CK_ULONG> arguments) noexcept {
    const LogLevel level = status ? LogLevel::trace : LogLevel::info;
    if (!log.enabled(level)) return;
    const Signature& called = kSignatures[static_cast<std::size_t>(function)];
    Line line;
    line << called.name << " -> ";
    add_answer(line, status);
    if (!arguments.empty() && log.enabled(LogLevel::trace)) add_arguments(line, called.parameters, arguments);
    log.write(level, line.text());
}

void trace(Log& log, std::string_view function, const Status& status, LogLevel success) noexcept {
    const LogLevel level = status ? success : LogLevel::info;
    if (!log.enabled(level)) return;
    Line line;
    line << function << " -> ";
    add_answer(line, status);
    log.write(level, line.text());
}

}  // namespace jpki::p11
