// What the card has seen and where it stands, for tests to compare with what the user asked for.
// Written by the commands, read through Card::oracle() and the control socket; it holds numbers, never
// bytes. It never influences an answer.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace jpki::vcard {

struct PinOracle {
    unsigned verifies = 0;  // VERIFY commands that carried a PIN, whatever came of them
    unsigned failed = 0;    // of these: wrong ones; each of them spent a try
    unsigned blocked = 0;   // of these: refused unseen because the PIN was blocked
    unsigned queries = 0;   // VERIFY without data: counter asked, nothing spent
    unsigned changes = 0;   // CHANGE REFERENCE DATA that took effect
    unsigned tries_left = 0;
    unsigned tries_max = 0;
    bool verified = false;  // the security status, now
};

struct KeyOracle {
    unsigned signatures = 0;          // answered with a signature (or, under `lie`, with something else)
    std::array<unsigned, 6> by_p1{};  // the same, by P1 00..05
    unsigned refused = 0;             // sign commands answered with an error
};

struct Oracle {
    PinOracle auth_pin;
    PinOracle sign_pin;
    PinOracle other_pins;  // every PIN of the other applications; counters and status are not filled in
    KeyOracle auth_key;
    KeyOracle sign_key;
    KeyOracle other_keys;   // key files that no holder can use
    unsigned selects = 0;   // SELECT commands of any kind
    std::size_t apdus = 0;  // everything that reached the card, faults included
    unsigned power_ups = 0;
    unsigned power_offs = 0;
    unsigned resets = 0;       // warm resets
    unsigned unwitnessed = 0;  // commands that no public source saw a card answer, executed or not
    unsigned faults = 0;       // rows of a fault plan that acted
    bool powered = false;

    // One line, keys as the members here.
    std::string to_json() const;
};

}  // namespace jpki::vcard
