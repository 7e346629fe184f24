#include "der_tree.hpp"

#include <stdexcept>

namespace jpki::campaign {

namespace {

constexpr std::uint8_t kConstructed = 0x20;

struct Header {
    std::size_t size;
    std::size_t length;
};

Header read_header(ByteView der) {
    if (der.size() < 2) throw std::invalid_argument("DER ends early");
    if (der[1] < 0x80) return {2, der[1]};
    const std::size_t bytes = der[1] & 0x7FU;
    std::size_t length = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        length = length << 8U | der[2 + i];
    return {2 + bytes, length};
}

}  // namespace

Bytes der_length(std::size_t length) {
    if (length < 0x80) return {static_cast<std::uint8_t>(length)};
    Bytes bytes;
    for (std::size_t rest = length; rest != 0; rest >>= 8U)
        bytes.insert(bytes.begin(), static_cast<std::uint8_t>(rest & 0xFFU));
    bytes.insert(bytes.begin(), static_cast<std::uint8_t>(0x80U | bytes.size()));
    return bytes;
}

DerNode parse_der(ByteView der) {
    const Header header = read_header(der);
    const ByteView inside = der.subspan(header.size, header.length);
    DerNode node{der[0], {}, {}, std::nullopt};
    if ((der[0] & kConstructed) == 0) {
        node.content = to_bytes(inside);
        return node;
    }
    for (ByteView rest = inside; !rest.empty();) {
        const Header child = read_header(rest);
        node.children.push_back(parse_der(rest.first(child.size + child.length)));
        rest = rest.subspan(child.size + child.length);
    }
    return node;
}

Bytes DerNode::encode() const {
    Bytes inside = content;
    for (const DerNode& child : children) {
        const Bytes encoded = child.encode();
        inside.insert(inside.end(), encoded.begin(), encoded.end());
    }
    Bytes out{tag};
    const Bytes bytes = length ? *length : der_length(inside.size());
    out.insert(out.end(), bytes.begin(), bytes.end());
    out.insert(out.end(), inside.begin(), inside.end());
    return out;
}

}  // namespace jpki::campaign
