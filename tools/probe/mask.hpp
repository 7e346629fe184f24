// From a card's answer to what may be published of it: the only place of this program that looks at the
// bytes. What it returns is made of the words and numbers of mask.cpp, never of the answer itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iso7816/status_word.hpp"
#include "probe/table.hpp"
#include "waist/secret.hpp"

namespace jpki::probe {

// A word for programs, and what is told by it.
struct ToldValue {
    std::string_view key;
    std::string value;
};

class Masker {
  public:
    // The answer's bytes without its status word. Of the authentication certificate they are kept, wiped,
    // until all of it has come.
    std::vector<ToldValue> look(const Command& command, card::StatusWord sw, ByteView answer);

  private:
    void forget();
    std::vector<ToldValue> head(ByteView answer, bool personal);
    std::vector<ToldValue> part(std::size_t offset, card::StatusWord sw, ByteView answer);
    void keep(std::size_t offset, ByteView answer, std::vector<ToldValue>& found);
    // How long the file is, where this answer shows it.
    [[nodiscard]] std::string end(std::size_t offset, card::StatusWord sw, ByteView answer) const;

    SecretBytes content_;
    std::optional<std::size_t> certificate_size_;  // 0: the file is blank; nothing: not known
    std::size_t read_until_ = 0;                   // from the file's beginning, without a gap
};

// Whether length and 6Cxx of an answer may be told: of a file that is no longer than its certificate they
// would tell how long the names in it are.
bool length_may_be_told(Mask mask, std::size_t length, const std::vector<ToldValue>& findings);

// The public names of card families and what they are called in reports; nothing for another label.
std::optional<std::string_view> family_of(std::string_view label);

// Kinds of characters and how many: "A4 9_12" is four capitals, a digit, twelve blanks.
std::string shape_of(ByteView field);

// Of an ATR without its first byte, which is 3B: all of it where it is a published one, or "another".
std::string published_atr(ByteView without_first);
// What an ATR may show: published ones as they are; of others the bytes that could be a card's own as "..".
std::string masked_atr(ByteView atr);
enum class Interface : std::uint8_t { unknown, contact, contactless };
Interface interface_of(ByteView atr);
// "yes", "no" or "not said", of chaining and extended length (ISO 7816-4 §12.1.1.9, third software function
// table).
std::string declared_by(ByteView atr);

// What a driver calls its reader reaches a terminal and a page: without characters that would move a cursor,
// turn a line round or end a block.
std::string printable_reader(std::string_view name);
// The same without a serial number, which reader names may carry.
std::string masked_reader(std::string_view name);

}  // namespace jpki::probe
