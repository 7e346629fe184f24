// What goes wrong between a card and whoever uses it, command by command: a list of rows (fault_row.hpp) that
// is armed on a card. Used by the card's slot and, in-process, by tests; not by several threads at a time.
// The card itself knows nothing of it: it works through the card's two fault hooks and takes both.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "virtual/card.hpp"
#include "virtual/fault_row.hpp"

namespace jpki::vcard {

// What the world around the card has to do with a fault; called in the midst of Card::transmit(), once the
// card has been powered off or reset. Those that are left out do nothing.
struct FaultHands {
    std::function<void()> leave{};
    std::function<void()> bounce{};  // left out: the card is powered up again at once
    std::function<void(bool cold)> reset{};
    std::function<void(std::chrono::milliseconds)> delay{};
};

class FaultPlan {
  public:
    FaultPlan();

    // A row's commands are counted from here on, or from arm(), whichever is later. Throws FaultError.
    void add(std::string_view row);
    // Many rows, one a line; `#` begins a remark. Throws FaultError with the line's number.
    void add_all(std::string_view text);
    void clear();

    // Counts anew. The card stays where it is as long as it is used; it may outlive the plan.
    void arm(Card& card);
    // The same plan on another card, counted on.
    void move_to(Card& card);

    FaultHands& hands();
    // How often a row of this plan has acted.
    std::size_t fired() const;
    // An array of rows, each with the commands that it has seen and how often it has acted.
    std::string to_json() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace jpki::vcard
