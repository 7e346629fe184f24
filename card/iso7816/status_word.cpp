#include "iso7816/status_word.hpp"

#include <array>

namespace jpki::card {

namespace {

struct Row {
    std::uint16_t value;
    std::uint16_t mask;
    Errc code;
    const char* text;
};

// Of a command that carried a PIN; first match wins.
constexpr std::array kPinRows{
    Row{0x63C0, 0xFFFF, Errc::pin_locked, "63C0: no try left"},
    Row{0x63C0, 0xFFF0, Errc::pin_incorrect, "63Cx: the PIN is wrong"},
    Row{0x6983, 0xFFFF, Errc::pin_locked, "6983: the PIN is blocked"},
    Row{0x6984, 0xFFFF, Errc::pin_locked, "6984: the PIN is blocked"},
    Row{0x6982, 0xFFFF, Errc::card_failure, "6982 to a login"},
};

// First match wins.
constexpr std::array kRows{
    Row{0x6982, 0xFFFF, Errc::security_status, "6982: not logged in on the card"},
    Row{0x6A82, 0xFFFF, Errc::file_not_found, "6A82: no such file or application"},
    Row{0x6700, 0xFFFF, Errc::wrong_length, "6700: wrong length"},
    Row{0x6C00, 0xFF00, Errc::wrong_length, "6Cxx: wrong Le"},
    Row{0x6A86, 0xFFFF, Errc::wrong_parameters, "6A86: wrong P1 or P2"},
    Row{0x6A80, 0xFFFF, Errc::wrong_parameters, "6A80: wrong data"},
    Row{0x6A88, 0xFFFF, Errc::wrong_parameters, "6A88: no such key or PIN"},
    Row{0x6B00, 0xFFFF, Errc::wrong_parameters, "6B00: offset outside the file"},
    Row{0x6985, 0xFFFF, Errc::wrong_parameters, "6985: conditions of use not satisfied"},
    Row{0x6986, 0xFFFF, Errc::card_failure, "6986: no file selected"},
    Row{0x6D00, 0xFFFF, Errc::unsupported_command, "6D00: unknown INS"},
    Row{0x6E00, 0xFFFF, Errc::unsupported_command, "6E00: unknown CLA"},
    Row{0x6880, 0xFFF0, Errc::unsupported_command, "688x: channel or secure messaging not supported"},
};

}  // namespace

std::optional<std::uint8_t> StatusWord::tries_left() const {
    if ((value_ & 0xFFF0U) == 0x63C0U) return static_cast<std::uint8_t>(value_ & 0x0FU);
    if (value_ == 0x6983 || value_ == 0x6984) return std::uint8_t{0};
    return std::nullopt;
}

Error StatusWord::pin_error() const {
    for (const Row& row : kPinRows) {
        if ((value_ & row.mask) == row.value) return Error{row.code, value_, row.text};
    }
    return error();
}

Error StatusWord::error() const {
    for (const Row& row : kRows) {
        if ((value_ & row.mask) == row.value) return Error{row.code, value_, row.text};
    }
    return Error{Errc::card_failure, value_, "unexpected status word"};
}

}  // namespace jpki::card
