// The textual form of a certificate or a public key (RFC 7468), for --ca-out. It encodes only, whatever it is
// given. Called by tools/vcard/main.cpp.
#pragma once

#include <string>
#include <string_view>

#include "waist/bytes.hpp"

namespace jpki::vcard {

// `label` is what stands after BEGIN and END.
std::string pem(std::string_view label, ByteView der);

}  // namespace jpki::vcard
