// What the files of the other applications are made of: objects with tags of two bytes, tables of offsets,
// public keys, key identifiers and card-verifiable certificates, in the shapes that github soltia48/myna-card
// read from cards. Called by the makers of this folder only. It writes, and knows nothing of what a file is
// for.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "virtual/image/rsa_key.hpp"
#include "waist/bytes.hpp"

namespace jpki::vcard {

// A length of 80 and more takes two bytes, also where one would do: so cards write it.
Bytes object(std::uint16_t tag, ByteView value);
Bytes joined(const std::vector<Bytes>& parts);
// `tag` around a table and the fields. The table (`table_tag`) holds where each field begins, counted from
// the first byte of the whole.
Bytes object_with_offsets(std::uint16_t tag, std::uint16_t table_tag, const std::vector<Bytes>& fields);
// Up to `size` with FF: these files end so, whatever follows certificates on the same card.
Bytes filled(Bytes content, std::size_t size);

// Exponent (90) and modulus (91).
Bytes public_key(const RsaKey& key);
// PKCS#1 v1.5 with SHA-256.
Bytes signature(const RsaKey& key, ByteView data);

// 16 bytes: a number of seven digits, 08 05, a group of three digits, and four bytes that may be anything.
// In them stands that the key is an invented one, so that nobody looks for it among the published keys of
// that number.
Bytes key_id(std::string_view number, std::string_view group = "001");

struct NamedKey {
    Bytes id;
    const RsaKey& key;
};
// Body (5F4E) and signature (5F37), 563 bytes: as GET DATA gives it. In a file the template 7F21 is around
// it.
Bytes card_verifiable_certificate(const NamedKey& subject, const NamedKey& issuer);

}  // namespace jpki::vcard
