#include "card/registry.hpp"

#include <array>

#include "juki/juki.hpp"
#include "my_number/my_number.hpp"
#include "phone/phone.hpp"
#include "profile/file_card.hpp"

namespace jpki::card {

namespace {

// The first row is assumed of every card that answers to the JPKI application, until something contradicts
// it.
constexpr std::array kFamilies{&kMyNumber, &kJuki, &kAndroid, &kIphone};

class Factory final : public CardFactory {
  public:
    std::unique_ptr<Card> make(Random& random, Log& log, Logout logout) override {
        return std::make_unique<FileCard>(*kFamilies.front(), random, log, logout, kFamilies);
    }
    [[nodiscard]] const CardFamily& assumed_family() const noexcept override {
        return kFamilies.front()->family;
    }
};

}  // namespace

std::unique_ptr<CardFactory> make_card_factory() { return std::make_unique<Factory>(); }

}  // namespace jpki::card
