// Everything a command can see and change: the image, the volatile session, the oracle. Private to the card.
// Created by Card, passed to the command functions of commands.hpp.
// It decides who may do what (security status, file lookup), never what a command answers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "virtual/card.hpp"
#include "virtual/image/rsa_key.hpp"

namespace jpki::vcard {

// An application's index in the image, and an EF of it.
using FileName = std::pair<std::size_t, std::uint16_t>;

// What power-off forgets. Indices point into Image::applications and Application::files.
struct Session {
    std::optional<std::size_t> application{};  // the current DF; nothing in the power-on state
    std::optional<std::size_t> file{};         // the current EF
    // The status is per PIN EF, and can outlive the selection.
    std::set<FileName> verified{};
    Bytes pending{};  // what GET RESPONSE has still to fetch
    bool powered = false;
    bool cold = false;   // no command since power-up
    bool fresh = false;  // no application was selected since power-up
};

struct CardState {
    explicit CardState(Image from);

    bool is(Switch which, std::string_view value) const { return image.personality.is(which, value); }

    // Whether this card, with its personality, has the application.
    bool has(const Application& application) const;
    // The file of the current application; nothing when it or the application is missing.
    std::optional<std::size_t> find_file(std::uint16_t id) const;
    std::optional<std::size_t> find_short(std::uint8_t short_id) const;
    // The current application's name; nothing after power-up.
    std::string_view where() const;
    Application* application();
    File* file();

    // The EF as READ BINARY sees it: with filler, cut, absent or spoilt as the personality says.
    Bytes content(const File& file) const;
    bool exists(const File& file) const;

    bool may_use(const File& file) const;  // in the current application, by its guard
    const RsaKey* key(const File& file) const;
    unsigned tries_left(const File& pin) const;
    bool blocked(const File& pin) const { return pin.tries_max != 0 && tries_left(pin) == 0; }
    // False, and nothing changes, for what is no PIN file or has no such counter.
    bool set_tries_left(File* pin, unsigned tries);
    bool verified(const File& pin) const;
    void set_verified(const File& pin, bool now);
    // The security status of this application, or of every other one, is lost.
    void forget(std::size_t which);
    void forget_others(std::size_t kept);

    bool save() const { return !save_image || save_image(image); }

    PinOracle& pin_oracle(const File& pin);
    KeyOracle& key_oracle(const File& key);

    Image image;
    std::map<FileName, RsaKey> keys;
    Session session;
    Oracle oracle;
    std::size_t next_index = 0;
    ApduLog log;
    FaultBefore fault_before;
    FaultAfter fault_after;
    SaveImage save_image;
};

}  // namespace jpki::vcard
