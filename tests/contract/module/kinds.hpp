// Every kind of card that a reader may hold, a row each: how the virtual card becomes one, and what programs
// must find in it. The kind_*_test.cpp files ask each row for all of it; a further kind is a further row.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "world.hpp"

// After the PKCS#11 header, which the world has.
#include "jpki/jpki_pkcs11.h"

namespace jpki::testing {

// One token of a kind: the facts that tests compare with what the module says.
struct PurposeFacts {
    CK_SLOT_ID slot = kAuth;
    std::string label;                    // of the token
    std::string objects;                  // what the objects' labels begin with
    CK_BYTE id = 0;                       // CKA_ID of the key and its certificate
    CK_BYTE authority_id = 0;             // CKA_ID of the CA's certificate
    vcard::Role certificate{};            // where the image keeps it
    vcard::Role authority{};              //
    vcard::Role pin_file{};               //
    CK_ULONG bits = 2048;                 // of the key
    bool certificate_needs_login = true;  // before it, neither the certificate nor the public key is there
    bool certificate_missing = false;     // absent, blank or garbage: the key is of no use
    bool blocked = false;                 // no try is left
    unsigned tries = 0;                   // of a PIN that was never entered wrong
    CK_ULONG shortest_pin = 0;
    CK_ULONG longest_pin = 0;
    std::string_view pin;
    std::vector<std::string_view> wrong_pins;       // of the right form
    std::vector<std::string_view> impossible_pins;  // never sent; the first is one too short, the second one
                                                    // too long, the third has a wrong character
    std::vector<std::string_view> new_pins;         // of the shortest and, where that differs, longest form

    [[nodiscard]] bool signs() const { return !blocked && !certificate_missing; }
    // The profile that promises all certificates without a login.
    [[nodiscard]] bool public_certificates() const { return !certificate_needs_login; }
};

struct Kind {
    std::string name;
    std::shared_ptr<vcard::Card> (*make)() = nullptr;
    std::vector<std::pair<const char*, const char*>> settings;  // of the virtual card's personality
    std::string model;                                          // CK_TOKEN_INFO, without padding
    CK_ULONG family = 0;                                        // JPKI_FAMILY_...
    bool pss = true;                                            // the card knows it and lets itself be asked
    std::vector<PurposeFacts> purposes;
};

std::vector<Kind> kinds();

// gtest prints parameters with this; the bytes of a row would say nothing.
inline void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

// A test under every kind: the card is in, the module initialised and quick. A test file names its tests
// TEST_P(<its class>, ...) and calls JPKI_UNDER_EVERY_KIND once.
class EveryKind : public World, public ::testing::WithParamInterface<Kind> {
  protected:
    void SetUp() override;

    static const std::vector<PurposeFacts>& purposes() { return GetParam().purposes; }
    // Of the slot's PIN, and of the key behind it.
    vcard::PinOracle pin_oracle(const PurposeFacts& purpose);
    vcard::KeyOracle key_oracle(const PurposeFacts& purpose);
    // VERIFY commands with a PIN in them, to any PIN.
    unsigned verifies();

    static JPKI_TOKEN_STATUS vendor_status(CK_SLOT_ID slot);
    static std::vector<CK_MECHANISM_TYPE> mechanisms(CK_SLOT_ID slot);
    static CK_RV change_pin(CK_SESSION_HANDLE session, std::string_view from, std::string_view to);
    // The user's certificate as the card holds it, readable or not.
    Bytes certificate(const PurposeFacts& purpose) { return card->image().certificate(purpose.certificate); }
};

#define JPKI_UNDER_EVERY_KIND(suite)                                     \
    INSTANTIATE_TEST_SUITE_P(Kinds, suite, ::testing::ValuesIn(kinds()), \
                             [](const auto& tested) { return tested.param.name; })

}  // namespace jpki::testing
