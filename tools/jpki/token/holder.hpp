// What is in the readers, as the holder of a card sees it: one card with one or two keys, each with its PIN
// and its certificate. Looking spends no try and needs no PIN, and asks the card for no more than it shows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "document/certificate.hpp"
#include "token/card_state.hpp"
#include "token/module.hpp"
#include "waist/key_purpose.hpp"

namespace jpki::app {

// One token.
struct Token {
    CK_SLOT_ID slot = 0;
    std::string reader;                 // its name
    std::optional<KeyPurpose> purpose;  // nothing: of another module, which does not say
    std::string label;
    std::string model;  // of the card
    std::string serial;
    CK_FLAGS flags = 0;  // of CK_TOKEN_INFO
    CK_ULONG shortest_pin = 0;
    CK_ULONG longest_pin = 0;
    std::optional<JPKI_TOKEN_STATUS> status;  // of our own module
    std::optional<Validity> validity;         // where it can be read without a PIN
    // Filled by read_certificate().
    std::optional<Certificate> certificate;
    std::optional<Certificate> authority;

    // Nothing when nobody says.
    [[nodiscard]] std::optional<unsigned long> tries_left() const;
    [[nodiscard]] bool locked() const { return (flags & CKF_USER_PIN_LOCKED) != 0; }
};

struct Reader {
    CK_SLOT_ID slot = 0;  // its first; tells one reader from another
    std::string name;     // as places.hpp has it
    std::string own_name;
    std::string model;  // of the card; empty: none that the module knows
    CardStatus card;
    std::vector<Token> tokens;
};

// All readers, or the one with this name: the cards in others are left alone. Throws Failure: no_card when
// there is none of this name, usage when it is the own name of several.
std::vector<Reader> look(const Module& module, const std::string& reader_name = {});
// All at this moment, without waiting for readers that a service just started has yet to find.
std::vector<Reader> look_now(const Module& module);

// The only token with this purpose in any reader, or in the one with this name. Throws Failure: no_card or
// failed by the state of the card, or usage when there are several.
Token find_token(const Module& module, KeyPurpose purpose, const std::string& reader_name = {});

// Of token.slot, from the card in it now: CKR_OK, or what the module says instead.
CK_RV read_token(const Module& module, Token& token);

// Why none of these has a card that can be used: no reader at all, or what is with the cards.
Failure no_token(const std::vector<Reader>& readers);

enum class Whose { user, authority };
// As far as it can be read in this session.
void read_certificate(const Session& session, Token& token, Whose whose);

}  // namespace jpki::app
