#include "mechanism/digest_info.hpp"

#include <array>

namespace jpki::p11 {

namespace {

// The AlgorithmIdentifier's OID content bytes; the rest of the prefix follows from the lengths.
constexpr std::array<std::uint8_t, 5> kSha1Oid{0x2B, 0x0E, 0x03, 0x02, 0x1A};
// 2.16.840.1.101.3.4.2.n
constexpr std::array<std::uint8_t, 8> kSha2Arc{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02};

Bytes oid_of(crypto::Hash hash) {
    Bytes oid = to_bytes(ByteView(kSha2Arc));
    switch (hash) {
        case crypto::Hash::sha1: return to_bytes(ByteView(kSha1Oid));
        case crypto::Hash::sha224: oid.push_back(4); break;
        case crypto::Hash::sha256: oid.push_back(1); break;
        case crypto::Hash::sha384: oid.push_back(2); break;
        case crypto::Hash::sha512: oid.push_back(3); break;
    }
    return oid;
}

Bytes wrap(std::uint8_t tag, ByteView content) {
    Bytes out{tag, static_cast<std::uint8_t>(content.size())};  // all lengths here are below 128
    append(out, content);
    return out;
}

}  // namespace

Bytes digest_info(crypto::Hash hash, ByteView value) {
    constexpr std::array<std::uint8_t, 2> kNull{0x05, 0x00};
    Bytes algorithm = wrap(0x06, oid_of(hash));
    append(algorithm, kNull);
    Bytes info = wrap(0x30, algorithm);
    append(info, wrap(0x04, value));
    return wrap(0x30, info);
}

}  // namespace jpki::p11
