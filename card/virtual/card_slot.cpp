// See card_slot.hpp.
#include "virtual/card_slot.hpp"

#include "virtual/image/image_file.hpp"

namespace jpki::vcard {
namespace {

constexpr std::chrono::milliseconds kAway{1000};

}  // namespace

CardSlot::CardSlot(Image image, std::string image_path)
    : card_(std::move(image)), image_path_(std::move(image_path)) {
    keep_saved();
    faults_.hands().leave = [this] { remove(); };
    faults_.hands().bounce = [this] { bounce(); };
    faults_.arm(card_);
}

void CardSlot::keep_saved() {
    if (image_path_.empty()) return;
    card_.on_save([path = image_path_](const Image& image) { return save_image(image, path); });
}

void CardSlot::leave() {
    card_.power_off();
    away_until_ = Clock::now() + kAway;
}

void CardSlot::remove() {
    inserted_ = false;
    leave();
}

void CardSlot::bounce() { leave(); }

void CardSlot::swap(const std::string& image_path) {
    Card other(load_image(image_path));
    leave();
    other.log() = std::move(card_.log());
    other.log().event("SWAP");
    card_ = std::move(other);
    faults_.move_to(card_);
    if (!image_path_.empty()) image_path_ = image_path;
    keep_saved();
    inserted_ = true;
}

bool CardSlot::save() const { return image_path_.empty() || save_image(card_.image(), image_path_); }

}  // namespace jpki::vcard
