// What is in the readers, as the holder of a card sees it: one card with one or two keys, each with its PIN
// and its certificate. Looking spends no try and needs no PIN.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certificate.hpp"
#include "module.hpp"

namespace jpki::app {

enum class Purpose { authentication, signature, other };

// One token.
struct KeySeat {
    CK_SLOT_ID slot = 0;
    Purpose purpose = Purpose::other;
    std::string label;
    std::string serial;
    CK_FLAGS flags = 0;  // of CK_TOKEN_INFO
    CK_ULONG shortest_pin = 0;
    CK_ULONG longest_pin = 0;
    std::optional<JPKI_TOKEN_STATUS> status;  // of our own module
    // What can be read without a PIN.
    std::optional<Certificate> certificate;
    std::optional<Certificate> authority;

    // Nothing when nobody says.
    [[nodiscard]] std::optional<unsigned long> tries_left() const;
    [[nodiscard]] bool locked() const { return (flags & CKF_USER_PIN_LOCKED) != 0; }
};

struct Reader {
    std::string name;
    std::string model;     // of the card; empty: none
    bool foreign = false;  // a card that the module does not know
    std::vector<KeySeat> seats;
};

// The reader's own name: our module has two slots for one.
std::string reader_of(const CK_SLOT_INFO& info);

// All readers, or the one with this name: the cards in others are left alone. Throws Failure(no_card) when
// there is none of this name.
std::vector<Reader> look(const Module& module, const std::string& reader_name = {});

// The only seat with this purpose in any reader, or in the one with this name. Throws Failure: no_card, or
// usage when there are several.
KeySeat find_seat(const Module& module, Purpose purpose, const std::string& reader_name = {});

// The user's certificate and its authority's, as far as they can be read in this session.
void read_certificates(const Session& session, KeySeat& seat);

}  // namespace jpki::app
