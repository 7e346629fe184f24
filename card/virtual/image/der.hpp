// A writer of DER (X.690), for the certificates that personalisation makes.
// Called by the certificates and the other applications. Everything returns finished bytes, so a certificate
// reads like its ASN.1. It reads nothing, and checks nothing but what it could not encode.
#pragma once

#include <initializer_list>
#include <string_view>

#include "waist/bytes.hpp"

namespace jpki::vcard::der {

Bytes tlv(std::uint8_t tag, ByteView content);

Bytes sequence(std::initializer_list<Bytes> parts);
Bytes sequence(const std::vector<Bytes>& parts);
Bytes set(const Bytes& only_member);
// [number] EXPLICIT, or IMPLICIT around something constructed.
Bytes context(unsigned number, ByteView content);
// [number] IMPLICIT around something primitive.
Bytes context_primitive(unsigned number, ByteView content);

Bytes oid(std::string_view dotted);
Bytes integer(ByteView big_endian_magnitude);
Bytes boolean_true();
Bytes null();
Bytes octet_string(ByteView content);
Bytes bit_string(ByteView content, unsigned unused_bits = 0);
Bytes utf8(std::string_view text);
Bytes printable(std::string_view text);
Bytes ia5(std::string_view text);
// `day` is YYYY-MM-DD, `clock` HHMMSS; UTCTime until 2049 (RFC 5280 §4.1.2.5). Throws ImageError on a bad
// day.
Bytes time(std::string_view day, std::string_view clock);

}  // namespace jpki::vcard::der
