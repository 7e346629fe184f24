// The switches for everything that public sources dispute about real cards, plus the ways in which a card may
// lie. One table serves the card, `jpki-vcard --help`, the image file and the tests; a new switch is a new
// row, a new set of them a row of the second table. It holds choices only: what a choice does is written
// where the command is executed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace jpki::vcard {

enum class Switch : std::uint8_t {
    kFamily,
    kBlockedQuery,
    kBlockedVerify,
    kVerifiedQuery,
    kReselect,
    kReset,
    kOtherAid,
    kNeutralAid,
    kSfi,
    kPss,
    kP1Check,
    kSignLength,
    kExtended,
    kShortRead,
    kFiller,
    kTokenInfo,
    kFirstCommand,
    kGetResponse,
    kAuthCert,
    kSignCert,
    kAuthPin,
    kSignPin,
    kPinLength,
    kPinRules,
    kAfterChange,
    kAtr,
    kContactAtr,
    kLowerCertificate,
    kSignCaFile,
    kCommands,
    kLie,
    kCount,
};

struct SwitchInfo {
    std::string_view name;
    std::array<std::string_view, 8> values;  // the default image's value first; unused places are empty
    std::string_view meaning;                // one sentence

    constexpr std::size_t value_count() const {
        std::size_t count = 0;
        while (count < values.size() && !values[count].empty())
            ++count;
        return count;
    }
};

// Every switch, in the order of the enumeration.
std::span<const SwitchInfo> personality_switches();

// A card that somebody saw, as the switches that make this one like it; the others stay as they are.
struct PersonalitySet {
    std::string_view name;
    std::string_view meaning;                  // one sentence
    std::array<std::string_view, 6> settings;  // "name=value"; unused places are empty
};
std::span<const PersonalitySet> personality_sets();

class Personality {
  public:
    // False, and nothing changes, when there is no such switch or no such value. Case does not matter.
    bool set(std::string_view name, std::string_view value);
    // "name=value", or the name of a set.
    bool set(std::string_view assignment);

    std::string_view get(Switch which) const;
    bool is(Switch which, std::string_view value) const { return get(which) == value; }
    bool is_default(Switch which) const { return chosen_[static_cast<std::size_t>(which)] == 0; }

    bool operator==(const Personality&) const = default;

  private:
    std::array<std::uint8_t, static_cast<std::size_t>(Switch::kCount)> chosen_{};
};

}  // namespace jpki::vcard
