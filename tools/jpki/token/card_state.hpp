// What is with the card in a reader, under one name for programs and in one sentence for people. All commands
// ask here; how the state was found out is holder.cpp's affair.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/failure.hpp"
#include "text/finding.hpp"
#include "token/module.hpp"

namespace jpki::app {

// Where several readers have none that can be used, the state that stands last is told.
enum class CardState { none, foreign, failing, silent, busy, present };

struct CardStatus {
    CardState state = CardState::none;
    std::uint32_t code = 0;           // of PC/SC (SCARD_...), or SW1 SW2; 0: neither
    std::vector<std::string> others;  // programs that use cards, where the card is busy
    std::string atr;                  // hexadecimal, where somebody has looked
};

std::string_view name_of(CardState state);
// With the codes that PC/SC has, as they are looked up: 0x8010...
std::string text_of_code(std::uint32_t code);

// After the module answered `rv` for this slot's token: by its vendor interface, else by `rv`.
CardStatus card_status(const Module& module, CK_SLOT_ID slot, CK_RV rv);

// What is so and what to do; not for a card that is present.
Finding finding_of(const CardStatus& status, const std::string& reader);
// The same as the end of a command.
Failure failure_of(const CardStatus& status, const std::string& reader);

}  // namespace jpki::app
