// From a card's answer to what may be published of it: the only place of this program that looks at the
// octets. What it returns is made of the words and numbers of mask.cpp, never of the answer itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iso7816/status_word.hpp"
#include "jpki/secret.hpp"
#include "probe/table.hpp"

namespace jpki::probe {

// A word for programs, and what is told by it.
struct Finding {
    std::string_view key;
    std::string value;
};

class Masker {
  public:
    // The answer's octets without its status word. Of the authentication certificate the beginning is kept,
    // wiped, until its second part has come.
    std::vector<Finding> look(Mask mask, card::StatusWord sw, ByteView answer);

  private:
    std::vector<Finding> head(ByteView answer);
    std::vector<Finding> head_more(ByteView answer);
    [[nodiscard]] std::vector<Finding> filler(ByteView answer) const;

    SecretBytes beginning_;
    std::size_t certificate_size_ = 0;
};

// The public names of card families and what they are called in reports; nothing for another label.
std::optional<std::string_view> family_of(std::string_view label);

// Kinds of characters and how many: "A4 9_12" is four capitals, a digit, twelve blanks.
std::string shape_of(ByteView field);

// What an ATR may show: published ones as they are; of others the octets that could be a card's own as "..".
std::string masked_atr(ByteView atr);
enum class Interface : std::uint8_t { unknown, contact, contactless };
Interface interface_of(ByteView atr);
// "yes", "no" or "not said", of chaining and extended length (ISO 7816-4 §12.1.1.9, third software function
// table).
std::string declared_by(ByteView atr);

// Reader names may carry a serial number.
std::string masked_reader(std::string_view name);

}  // namespace jpki::probe
