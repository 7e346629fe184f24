// The world of one case: the library linked in, its readers virtual, one or two cards in them, everything
// else at its default, and time running a hundred times as fast. Made anew for every case.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "virtual/card.hpp"
#include "virtual/image/image.hpp"
#include "waist/log.hpp"
#include "wiring.hpp"

namespace jpki::campaign {

// Nobody would type these by chance: a log or a dump that holds one holds a PIN.
inline constexpr std::string_view kAuthPin = "7391";
inline constexpr std::string_view kSignPin = "QZ7K91XW";
inline constexpr std::string_view kNewAuthPin = "1937";

enum class Person : std::uint8_t { first, second };

struct Setting {
    bool threads = true;
    std::vector<std::string> personality;  // "sfi=no"
};

// The image of a person's card with the PINs above; made once.
const vcard::Image& image_of(Person person);

// Remembers whether a line held a PIN, and nothing of the lines.
class Listener final : public Log {
  public:
    [[nodiscard]] bool enabled(LogLevel /*level*/) const noexcept override { return true; }
    void write(LogLevel level, std::string_view line) noexcept override;
    [[nodiscard]] bool heard_a_pin() const noexcept { return heard_; }

  private:
    std::atomic<bool> heard_ = false;
};

class Stage {
  public:
    explicit Stage(const Setting& setting);
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage();

    testing::VirtualReaders readers;
    Listener log;

    [[nodiscard]] std::shared_ptr<vcard::Card> card() const { return card_; }
    [[nodiscard]] Person person() const noexcept { return person_; }
    // A new card with its person's image, in the first reader.
    void insert(Person person);
    // The same with another content of one file.
    void insert_with(vcard::Role role, const Bytes& content);
    void remove() { readers.remove(); }

    // The world is whole again: service running, reader plugged in, a card in it, nothing armed. A card that
    // is still in stays as it is.
    void mend();

    vcard::Oracle oracle();
    // What another program could sign with: true when the card gave it a signature, with either key, in any
    // way. Waits for its turn like everybody.
    bool another_client_can_sign();

  private:
    void insert_image(vcard::Image image);

    std::vector<std::string> personality_;
    std::shared_ptr<vcard::Card> card_;
    Person person_ = Person::first;
};

// The first reader's two slots; the second reader stays empty.
inline constexpr unsigned long kAuth = 0;
inline constexpr unsigned long kSign = 1;
inline constexpr const char* kSecondReader = "Virtual PCD 00 01";

}  // namespace jpki::campaign
