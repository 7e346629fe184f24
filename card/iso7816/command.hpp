// Command APDUs as ISO 7816-4 §5.1 and ISO 7816-3 §12.1 know them: four cases, short form only (no JPKI
// operation needs more than 255 bytes out or 256 in: docs/cards.md, "Commands"). A command that carries a PIN
// lives in a locked page.
#pragma once

#include "waist/bytes.hpp"
#include "waist/secret.hpp"

namespace jpki::card {

struct Header {
    std::uint8_t cla;
    std::uint8_t ins;
    std::uint8_t p1;
    std::uint8_t p2;
};

class Command {
  public:
    static constexpr std::size_t kMaximumData = 255;
    static constexpr std::size_t kMaximumExpected = 256;

    // Case 1: no data either way. The PIN counter's query is this, a type of its own, so that a VERIFY whose
    // data got lost cannot be mistaken for one.
    static Command case1(Header header);
    // Case 2: `expected` bytes wanted, 1 to 256.
    static Command case2(Header header, std::size_t expected);
    // Case 3: 1 to 255 bytes of data.
    static Command case3(Header header, ByteView data);
    // Case 3 with data that must not be seen: no copy outside its own locked page, masked in every trace.
    static Command case3_sensitive(Header header, const SecretBytes& data);
    // Case 4: data and an expected answer.
    static Command case4(Header header, ByteView data, std::size_t expected);

    [[nodiscard]] ByteView bytes() const { return sensitive() ? secret_.view() : ByteView(plain_); }
    [[nodiscard]] const Header& header() const { return header_; }
    [[nodiscard]] bool sensitive() const { return secret_.size() != 0; }
    [[nodiscard]] std::size_t data_length() const { return data_length_; }

    // The same command with another Le, for a card that answered 6Cxx (ISO 7816-4 §5.6).
    [[nodiscard]] Command with_expected(std::size_t expected) const;
    [[nodiscard]] bool expects_data() const { return has_expected_; }

  private:
    explicit Command(Header header);

    Header header_;
    Bytes plain_;
    SecretBytes secret_;
    std::size_t data_length_ = 0;
    bool has_expected_ = false;
};

}  // namespace jpki::card
