// What may go wrong with one command: on the link (PC/SC), in its status word, in the shape of its answer.
#pragma once

#include <span>
#include <string>

#include "stage.hpp"

namespace jpki::campaign {

struct Fault {
    std::string name;
    enum class Kind : std::uint8_t { link, card } kind;
    std::string row;       // card: of a fault plan, without its number
    std::size_t link = 0;  // link: of the table in faults.cpp
};

// 16 of the link, 53 status words and an empty success, 16 shapes.
std::span<const Fault> faults();
std::span<const Fault> link_faults();

// Strikes at the commands counted from now, at most two of them, and the stage's mend() ends it.
void arm(Stage& stage, const Fault& fault, std::size_t at, const Fault* second = nullptr,
         std::size_t second_at = 0);

}  // namespace jpki::campaign
