// Makes the objects of one key from the family's data, without reading the card.
#pragma once

#include "core/object_store.hpp"

namespace jpki::p11 {

// `always_authenticate`: of the private key. `identity`: what tells this card from others; goes into
// CKA_UNIQUE_ID as a hash. `ca_certificates`: whether the CA's is among the objects.
std::shared_ptr<const ObjectStore> build_objects(const TokenProfile& token, KeyPurpose purpose,
                                                 ByteView identity, bool always_authenticate = false,
                                                 bool ca_certificates = true);

}  // namespace jpki::p11
