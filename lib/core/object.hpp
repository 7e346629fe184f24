// One PKCS#11 object: an immutable description. What lives on the card is loaded later and then stands in a
// new Object under the same handle.
#pragma once

#include <memory>
#include <string>

#include "core/card_facts.hpp"
#include "jpki/cryptoki.h"

namespace jpki::p11 {

enum class ObjectKind : std::uint8_t { profile, user_certificate, ca_certificate, public_key, private_key };

struct Object {
    CK_OBJECT_HANDLE handle = 0;
    ObjectKind kind = ObjectKind::profile;
    bool is_private = false;           // visible to a logged-in user only
    bool always_authenticate = false;  // private keys: each signature needs a login of its own
    CK_PROFILE_ID profile_id = 0;      // profile objects
    std::string label;
    Bytes id;                                              // CKA_ID
    std::string unique_id;                                 // CKA_UNIQUE_ID, 32 hexadecimal digits
    std::shared_ptr<const crypto::CertFacts> certificate;  // certificates: null until loaded
    std::shared_ptr<const crypto::KeyFacts> key;           // keys: null until loaded
    std::shared_ptr<const KnownCard> card;

    [[nodiscard]] bool is_certificate() const noexcept {
        return kind == ObjectKind::user_certificate || kind == ObjectKind::ca_certificate;
    }
    [[nodiscard]] bool is_key() const noexcept {
        return kind == ObjectKind::public_key || kind == ObjectKind::private_key;
    }
};

}  // namespace jpki::p11
