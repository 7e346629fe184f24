// Status words and the one table that turns them into errors (ISO 7816-4 §5.6; meanings on JPKI cards:
// docs/cards.md, "Commands").
#pragma once

#include <cstdint>
#include <optional>

#include "waist/result.hpp"

namespace jpki::card {

class StatusWord {
  public:
    constexpr StatusWord() = default;
    constexpr explicit StatusWord(std::uint16_t value) : value_(value) {}
    constexpr StatusWord(std::uint8_t sw1, std::uint8_t sw2)
        : value_(static_cast<std::uint16_t>((sw1 << 8U) | sw2)) {}

    [[nodiscard]] constexpr std::uint16_t value() const { return value_; }
    [[nodiscard]] constexpr std::uint8_t sw1() const { return static_cast<std::uint8_t>(value_ >> 8U); }
    [[nodiscard]] constexpr std::uint8_t sw2() const { return static_cast<std::uint8_t>(value_ & 0xFFU); }

    [[nodiscard]] constexpr bool ok() const { return value_ == 0x9000; }
    // 6282: the end of the file came before Le bytes were read; what was read is good.
    [[nodiscard]] constexpr bool ok_or_end_of_file() const { return ok() || value_ == 0x6282; }
    // 61xx: xx more bytes wait for GET RESPONSE (00 = 256).
    [[nodiscard]] constexpr bool more_data() const { return sw1() == 0x61; }
    // 6Cxx: the command is to be sent again with Le = xx.
    [[nodiscard]] constexpr bool wrong_expected() const { return sw1() == 0x6C; }
    // 63Cx: x tries left. Only this form says a number; 6983 and 6984 say none are left.
    [[nodiscard]] std::optional<std::uint8_t> tries_left() const;

    // The error this status word stands for; must not be asked of 9000.
    [[nodiscard]] Error error() const;
    // The same for a command that carried a PIN: only there do 63Cx, 6983 and 6984 speak of it.
    [[nodiscard]] Error pin_error() const;

    friend constexpr bool operator==(StatusWord, StatusWord) = default;

  private:
    std::uint16_t value_ = 0;
};

}  // namespace jpki::card
