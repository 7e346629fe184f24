// A DER value taken apart and put together again, right or wrong: lengths follow the content unless one is
// forced.
#pragma once

#include <optional>
#include <vector>

#include "waist/bytes.hpp"

namespace jpki::campaign {

struct DerNode {
    std::uint8_t tag = 0;
    Bytes content;                  // of a primitive value, or of one that is not taken apart
    std::vector<DerNode> children;  // of a constructed one
    std::optional<Bytes> length;    // the length bytes, where they are to lie

    [[nodiscard]] Bytes encode() const;
};

// Well-formed input only: the virtual card's own certificates.
DerNode parse_der(ByteView der);
Bytes der_length(std::size_t length);

}  // namespace jpki::campaign
