// Makes the objects of one seat from the family's data, without reading the card.
#pragma once

#include "core/object_store.hpp"

namespace jpki::p11 {

// `always_authenticate`: of the private key. `identity`: what tells this card from others; goes into
// CKA_UNIQUE_ID as a hash.
std::shared_ptr<const ObjectStore> build_objects(const TokenProfile& token, Seat seat, ByteView identity,
                                                 bool always_authenticate = false);

}  // namespace jpki::p11
