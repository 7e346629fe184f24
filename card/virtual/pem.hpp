// The textual form of a certificate (RFC 7468 §5), for --ca-out. It encodes only.
#pragma once

#include <string>

#include "jpki/bytes.hpp"

namespace jpki::vcard {

std::string certificate_pem(ByteView der);

}  // namespace jpki::vcard
