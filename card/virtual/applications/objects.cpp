// See objects.hpp.
#include "virtual/applications/objects.hpp"

#include <algorithm>

namespace jpki::vcard {
namespace {

void append_number(Bytes& to, std::size_t value) {
    to.push_back(static_cast<std::uint8_t>((value >> 8U) & 0xFFU));
    to.push_back(static_cast<std::uint8_t>(value & 0xFFU));
}

void append_length(Bytes& to, std::size_t length) {
    if (length < 0x80) {
        to.push_back(static_cast<std::uint8_t>(length));
        return;
    }
    to.push_back(0x82);
    append_number(to, length);
}

std::size_t header_size(std::size_t length) { return length < 0x80 ? 3 : 5; }

}  // namespace

Bytes object(std::uint16_t tag, ByteView value) {
    Bytes out;
    out.reserve(header_size(value.size()) + value.size());
    append_number(out, tag);
    append_length(out, value.size());
    append(out, value);
    return out;
}

Bytes joined(const std::vector<Bytes>& parts) {
    Bytes out;
    for (const Bytes& part : parts)
        append(out, part);
    return out;
}

Bytes object_with_offsets(std::uint16_t tag, std::uint16_t table_tag, const std::vector<Bytes>& fields) {
    const Bytes content = joined(fields);
    const std::size_t table = 2 * fields.size();
    const std::size_t whole = header_size(table) + table + content.size();
    std::size_t at = header_size(whole) + header_size(table) + table;
    Bytes offsets;
    for (const Bytes& field : fields) {
        append_number(offsets, at);
        at += field.size();
    }
    return object(tag, joined({object(table_tag, offsets), content}));
}

Bytes filled(Bytes content, std::size_t size) {
    content.resize(std::max(content.size(), size), 0xFF);
    return content;
}

Bytes public_key(const RsaKey& key) {
    Bytes out{0x90, 0x03, 0x01, 0x00, 0x01, 0x91};
    const Bytes modulus = key.modulus();
    append_length(out, modulus.size());
    append(out, modulus);
    return out;
}

Bytes signature(const RsaKey& key, ByteView data) { return key.sign_block(sha256_digest_info(sha256(data))); }

Bytes key_id(std::string_view number, std::string_view group) {
    constexpr std::string_view kInvented = "TEST";
    Bytes id = to_bytes(number);
    id.insert(id.end(), {0x08, 0x05});
    append(id, to_bytes(group));
    append(id, to_bytes(kInvented));
    return id;
}

Bytes card_verifiable_certificate(const NamedKey& subject, const NamedKey& issuer) {
    const Bytes body = joined({issuer.id, subject.id, public_key(subject.key)});
    return joined({object(0x5F4E, body), object(0x5F37, signature(issuer.key, body))});
}

}  // namespace jpki::vcard
