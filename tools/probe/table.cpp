#include "probe/table.hpp"

namespace jpki::probe {

namespace {

constexpr Command kCommands[] = {
#define JPKI_COMMAND(id, phase, fact, mask, when, bytes, english, japanese) \
    {#id, phase, Fact::fact, Mask::mask, When::when, Apdu(bytes), {english, japanese}},
#include "commands.def"
#undef JPKI_COMMAND
};

constexpr FactRow kFacts[] = {
#define JPKI_FACT(id, english, japanese) {#id, {english, japanese}},
#define JPKI_ANSWER(fact, state, id, english, japanese)
#include "facts.def"
#undef JPKI_ANSWER
#undef JPKI_FACT
};

constexpr AnswerRow kAnswers[] = {
#define JPKI_FACT(id, english, japanese)
#define JPKI_ANSWER(fact, state, id, english, japanese) {#id, Fact::fact, State::state, {english, japanese}},
#include "facts.def"
#undef JPKI_ANSWER
#undef JPKI_FACT
};

constexpr NotAsked kNotAsked[] = {
#define JPKI_NOT_ASKED(id, what, what_japanese, why, why_japanese) \
    {#id, {what, what_japanese}, {why, why_japanese}},
#include "not_asked.def"
#undef JPKI_NOT_ASKED
};

}  // namespace

std::span<const Command> commands() { return kCommands; }
std::span<const FactRow> facts() { return kFacts; }
std::span<const AnswerRow> answers() { return kAnswers; }
std::span<const NotAsked> not_asked() { return kNotAsked; }
const FactRow& row_of(Fact fact) { return kFacts[static_cast<std::size_t>(fact)]; }
const AnswerRow& row_of(Answer answer) { return kAnswers[static_cast<std::size_t>(answer)]; }

std::string spaced_hex(ByteView bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += ' ';
        text += to_hex(ByteView(&byte, 1));
    }
    return text;
}

}  // namespace jpki::probe
