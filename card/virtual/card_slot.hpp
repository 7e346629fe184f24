// The place that a card is put into and taken out of: the card, the file its image lives in, whether it
// is in, and what is to go wrong with it. Called by the program's loop and by the control commands. It saves
// the image after every change of the card's. It knows no socket: the loop asks it whether there should be a
// connection.
#pragma once

#include <chrono>
#include <string>

#include "virtual/fault_plan.hpp"

namespace jpki::vcard {

class CardSlot {
  public:
    using Clock = std::chrono::steady_clock;

    // An empty path keeps the image in memory only, and so those of cards that are put in its place.
    CardSlot(Image image, std::string image_path);
    CardSlot(const CardSlot&) = delete;
    CardSlot& operator=(const CardSlot&) = delete;

    Card& card() { return card_; }
    const Card& card() const { return card_; }
    // Armed on whatever card is in the slot.
    FaultPlan& faults() { return faults_; }
    const std::string& image_path() const { return image_path_; }

    bool inserted() const { return inserted_; }
    // pcscd looks for cards every 400 ms: a card that is back before it looked was never away, but has lost
    // its power. So after leaving, it stays away for a second.
    bool may_connect(Clock::time_point now) const { return inserted_ && now >= away_until_; }
    Clock::time_point away_until() const { return away_until_; }

    void insert() { inserted_ = true; }
    void remove();
    // The card leaves and comes back by itself: how a mute card looks from outside.
    void bounce();
    // Another card in place of this one; throws ImageError and keeps the present card when there is no such
    // image.
    void swap(const std::string& image_path);
    bool save() const;

  private:
    void keep_saved();
    void leave();

    Card card_;
    FaultPlan faults_;
    std::string image_path_;
    bool inserted_ = true;
    Clock::time_point away_until_{};
};

}  // namespace jpki::vcard
