#include "probe/extensions.hpp"

#include <gtest/gtest.h>

#include "made_der.hpp"
#include "scripted_connection.hpp"

namespace jpki::probe {
namespace {

using card::testing::hex;
using testing::der;
using testing::joined;
using testing::text;

Bytes extension(const char* identifier, bool critical, const Bytes& value) {
    const Bytes flag = critical ? hex("0101FF") : Bytes{};
    return der(0x30, joined({hex(identifier), flag, der(0x04, value)}));
}
Bytes attribute(const char* identifier, const Bytes& value) {
    return der(0x31, der(0x30, joined({hex(identifier), value})));
}

Bytes certificate(const Bytes& subject, const Bytes& extensions) {
    const Bytes sha256_rsa = hex("300D06092A864886F70D01010B0500");
    return der(
        0x30,
        joined({der(0x30, joined({hex("A003020102"), hex("02040705D990"), sha256_rsa,
                                  der(0x30, Bytes(40, 0x31)), der(0x30, Bytes(30, 0x17)), der(0x30, subject),
                                  der(0x30, Bytes(294, 0x03)), der(0xA3, der(0x30, extensions))})),
                sha256_rsa, Bytes(256, 0x5A)}));
}

const Bytes& subject() {
    static const Bytes kSubject = joined({attribute("0603550406", text(0x13, "JP")),
                                          attribute("0603550403", text(0x0C, "2023051512345A99901003A"))});
    return kSubject;
}

// As public copies of real certificates have it; the names in it are invented.
Bytes of_a_real_card() {
    const Bytes policy = der(0x30, der(0x30, hex("060B2A83088C9B55080501031E")));
    const Bytes access = der(
        0x30, der(0x30, joined({hex("06082B06010505073001"), text(0x86, "http://ocspauthnorm.jpki.go.jp")})));
    const Bytes issuer_key = der(0x30, joined({der(0x80, Bytes(20, 0x8C)),
                                               der(0xA1, der(0xA4, Bytes(60, 0x31))), der(0x82, {1, 2, 3})}));
    const Bytes city = text(0x0C, "CN=Minamishiken CRLDP");
    return certificate(
        subject(),
        joined({extension("0603551D0F", true, hex("03020780")),
                extension("0603551D25", false, hex("300A06082B06010505070302")),
                extension("0603551D20", true, policy), extension("0603551D12", false, city),
                extension("0603551D1F", false, city), extension("06082B06010505070101", false, access),
                extension("0603551D23", false, issuer_key),
                extension("0603551D0E", false, der(0x04, Bytes(20, 0x11)))}));
}

TEST(ProbeExtensions, AreNamedInTheirOrderWithWhatIsPublishedOfThem) {
    const auto profile = read_profile(of_a_real_card());
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->extensions, "KU! EKU CP! IAN CRLDP AIA AKI SKI");
    EXPECT_EQ(profile->purposes, "clientAuth");
    EXPECT_EQ(profile->policy, "1.2.392.200149.8.5.1.3.30");
    EXPECT_EQ(profile->access, "OCSP ocspauthnorm.jpki.go.jp");
    EXPECT_EQ(profile->issuer_key, "keyid issuer serial");
    EXPECT_EQ(profile->subject, "C CN (UTF8String, 23)");
}

TEST(ProbeExtensions, OfWhatIsNotPublishedOnlyTheKindIsTold) {
    const Bytes anywhere =
        der(0x30, der(0x30, joined({hex("06082B06010505073002"), text(0x86, "ldap://minamishiken.jp/x")})));
    const Bytes below =
        der(0x30, der(0x30, joined({hex("060155"), text(0x86, "http://minamishiken.jpki.go.jp:80/")})));
    const auto of = [](const Bytes& extensions) { return *read_profile(certificate(subject(), extensions)); };
    EXPECT_EQ(of(extension("06082B06010505070101", false, anywhere)).access, "caIssuers elsewhere");
    EXPECT_EQ(of(extension("06082B06010505070101", false, below)).access, "other elsewhere below jpki.go.jp");
    EXPECT_EQ(of(extension("0603551D20", false, der(0x30, der(0x30, hex("06032A0304"))))).policy, "other");
    EXPECT_EQ(
        of(extension("0603551D20", false, der(0x30, der(0x30, hex("060B2A83088C9B55080501036E"))))).policy,
        "other");
    EXPECT_EQ(of(extension("0603551D25", true, hex("300A06082B06010505070399"))).purposes, "other");
    EXPECT_EQ(of(extension("06032A0304", true, {})).extensions, "other!");
    EXPECT_EQ(of(extension("0603551D0F", false, {})).purposes, "none");
    const auto named = read_profile(certificate(attribute("0603550403", text(0x13, "SHIKEN TARO")), {}));
    EXPECT_EQ(named->subject, "CN (another kind, another length)");
}

TEST(ProbeExtensions, SurviveAnyCutAndAnyWrongByte) {
    Bytes whole = of_a_real_card();
    for (std::size_t size = 0; size <= whole.size(); ++size)
        (void)read_profile(ByteView(whole).first(size));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        const std::uint8_t kept = whole[at];
        for (const unsigned byte : {0x00U, 0x30U, 0x7FU, 0x80U, 0x84U, 0xFFU}) {
            whole[at] = static_cast<std::uint8_t>(byte);
            (void)read_profile(whole);
        }
        whole[at] = kept;
    }
    EXPECT_FALSE(read_profile({}));
    EXPECT_FALSE(read_profile(Bytes(64, 0xFF)));
}

}  // namespace
}  // namespace jpki::probe
