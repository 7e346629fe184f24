// The tables of this program as data: which commands it sends (commands.def), what they tell (facts.def), and
// what it leaves alone (not_asked.def). No control flow here, and no byte of any card.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "common/words.hpp"
#include "waist/bytes.hpp"

namespace jpki::probe {

using app::Words;

enum class Fact : std::uint8_t {
#define JPKI_FACT(id, english, japanese) id,
#define JPKI_ANSWER(fact, state, id, english, japanese)
#include "facts.def"
#undef JPKI_ANSWER
#undef JPKI_FACT
};

enum class Answer : std::uint8_t {
#define JPKI_FACT(id, english, japanese)
#define JPKI_ANSWER(fact, state, id, english, japanese) id,
#include "facts.def"
#undef JPKI_ANSWER
#undef JPKI_FACT
};

enum class State : std::uint8_t { answered, open };

// What of an answer may be told besides its status word and its length (mask.hpp).
enum class Mask : std::uint8_t {
    nothing,
    tries,
    label,
    model,
    serial,
    numbers,
    bytes,
    start,  // of a file that may be personal
    atr,
    head,         // of the authentication certificate
    head_public,  // of a certificate that is nobody's
    part          // what follows, and what ends its file
};

enum class When : std::uint8_t {
    begins,       // opens a phase: sent once more when it is answered 6F00, and without 9000 nothing goes on
    powers_up,    // opens a phase, too, with the card just powered down and up; nothing rests on its answer
    always,       // whatever came before
    if_selected,  // only when the SELECT before it in this phase succeeded
};

class Apdu {
  public:
    static constexpr std::size_t kMost = 16;

    // Of hexadecimal digits and blanks; anything else does not compile.
    consteval explicit Apdu(std::string_view text) {
        for (std::size_t i = 0; i < text.size();) {
            if (text[i] == ' ') {
                ++i;
                continue;
            }
            bytes_.at(size_++) = static_cast<std::uint8_t>(digit(text.at(i)) << 4U | digit(text.at(i + 1)));
            i += 2;
        }
    }
    [[nodiscard]] constexpr ByteView bytes() const { return {bytes_.data(), size_}; }

  private:
    static consteval unsigned digit(char c) {
        if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
        if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
        throw "not a hexadecimal digit";
    }
    std::array<std::uint8_t, kMost> bytes_{};
    std::size_t size_ = 0;
};

struct Command {
    std::string_view id;
    unsigned phase;  // commands of one phase go in one transaction
    Fact fact;
    Mask mask;
    When when;
    Apdu apdu;
    Words why;

    // Of a READ BINARY.
    [[nodiscard]] constexpr std::size_t offset() const {
        return std::size_t{apdu.bytes()[2]} << 8U | apdu.bytes()[3];
    }
};

struct FactRow {
    std::string_view id;
    Words title;
};

struct AnswerRow {
    std::string_view id;
    Fact fact;
    State state;
    Words sentence;
};

struct NotAsked {
    std::string_view id;
    Words what;
    Words because;
};

std::span<const Command> commands();
std::span<const FactRow> facts();
std::span<const NotAsked> not_asked();
const FactRow& row_of(Fact fact);
const AnswerRow& row_of(Answer answer);
std::span<const AnswerRow> answers();

// "00 A4 04 0C"
std::string spaced_hex(ByteView bytes);

}  // namespace jpki::probe
