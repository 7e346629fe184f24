#include "probe/certificate.hpp"

#include <gtest/gtest.h>

#include "made_der.hpp"
#include "scripted_connection.hpp"

namespace jpki::probe {
namespace {

using card::testing::hex;
using testing::der;
using testing::joined;
using testing::text;

Bytes certificate(const Bytes& key, const Bytes& validity) {
    const Bytes sha256_rsa = hex("300D06092A864886F70D01010B0500");
    const Bytes name = der(0x30, Bytes(40, 0x31));
    return der(0x30, joined({der(0x30, joined({hex("A003020102"), hex("02040705D990"), sha256_rsa, name,
                                               der(0x30, validity), name, key})),
                             sha256_rsa, Bytes(256, 0x5A)}));
}

const Bytes& utc_times() {
    static const Bytes kTimes = joined({text(0x17, "240122000000Z"), text(0x17, "330305145959Z")});
    return kTimes;
}

Bytes rsa_key(std::size_t bytes) {
    Bytes modulus(bytes + 1, 0xA5);
    modulus[0] = 0x00;
    Bytes bits{0x00};
    append(bits, der(0x30, joined({der(0x02, modulus), hex("0203010001")})));
    return der(0x30, joined({hex("300D06092A864886F70D0101010500"), der(0x03, bits)}));
}

TEST(ProbeCertificate, NamesTheKeyAndTheYears) {
    const CertificateHead head = read_head(certificate(rsa_key(256), utc_times()));
    EXPECT_EQ(head.key, "RSA 2048");
    EXPECT_EQ(head.signature, "sha256WithRSAEncryption");
    EXPECT_EQ(head.from, "2024");
    EXPECT_EQ(head.until, "2033");
    EXPECT_EQ(read_head(certificate(rsa_key(128), utc_times())).key, "RSA 1024");
}

// The next cards are to have such keys.
TEST(ProbeCertificate, NamesCurves) {
    const auto ec = [](const char* curve) {
        return read_head(
                   certificate(der(0x30, joined({der(0x30, joined({hex("06072A8648CE3D0201"), hex(curve)})),
                                                 der(0x03, Bytes(98, 0x04))})),
                               utc_times()))
            .key;
    };
    EXPECT_EQ(ec("06052B81040022"), "EC P-384");
    EXPECT_EQ(ec("06082A8648CE3D030107"), "EC P-256");
    EXPECT_EQ(ec("06052B81040099"), "EC");
}

TEST(ProbeCertificate, KnowsBothKindsOfTimes) {
    const CertificateHead head = read_head(
        certificate(rsa_key(256), joined({text(0x18, "20491231235959Z"), text(0x18, "20540305145959Z")})));
    EXPECT_EQ(head.from, "2049");
    EXPECT_EQ(head.until, "2054");
    EXPECT_EQ(
        read_head(certificate(rsa_key(256), joined({text(0x17, "990122000000Z"), text(0x17, "Taro")}))).from,
        "1999");
    EXPECT_EQ(
        read_head(certificate(rsa_key(256), joined({text(0x17, "990122000000Z"), text(0x17, "Taro")}))).until,
        "?");
}

TEST(ProbeCertificate, SurvivesAnyCutAndAnyWrongByte) {
    Bytes whole = certificate(rsa_key(256), utc_times());
    for (std::size_t size = 0; size <= whole.size(); ++size)
        (void)read_head(ByteView(whole).first(size));
    // Cut where the second part of it ends on a card, it still tells everything.
    EXPECT_EQ(read_head(ByteView(whole).first(256)).key, "RSA 2048");
    for (std::size_t at = 0; at < 200; ++at) {
        const std::uint8_t kept = whole[at];
        for (unsigned byte = 0; byte < 256; ++byte) {
            whole[at] = static_cast<std::uint8_t>(byte);
            (void)read_head(whole);
        }
        whole[at] = kept;
    }
    EXPECT_EQ(read_head({}).key, "unknown");
}

}  // namespace
}  // namespace jpki::probe
