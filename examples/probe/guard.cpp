#include "probe/guard.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "profile/application.hpp"

namespace jpki::probe {

namespace {

constexpr std::uint8_t kSelect = 0xA4;
constexpr std::uint8_t kReadBinary = 0xB0;
constexpr std::uint8_t kVerify = 0x20;

constexpr std::uint16_t kSignatureCertificate = 0x0001;
// What may be selected: certificates, token information, availability, and the PINs' counters. Neither keys
// nor the issuer's files 0009, 0010 and 0016.
constexpr std::initializer_list<std::uint16_t> kFiles{
    kSignatureCertificate, 0x0006, 0x0008, 0x000A, 0x0018, 0x001B};
constexpr std::array<std::span<const std::uint8_t>, 3> kApplications{
    card::kJpkiApplication, card::kCardManager, card::kSurfaceHelper};

constexpr std::array<std::uint8_t, 5> kFirstFour{0x00, kReadBinary, 0x00, 0x00, 0x04};
constexpr std::uint8_t kReadTokenInformation = 0x86;  // P1: by short identifier
constexpr std::uint8_t kShortForm = 0x80;
constexpr std::uint8_t kCurrentPin = 0x80;  // P2
constexpr std::uint8_t kAuthenticationPin = 0x98;

bool is_select_application(ByteView apdu) {
    constexpr std::array<std::uint8_t, 4> kHeader{0x00, kSelect, 0x04, 0x0C};
    return starts_with(apdu, kHeader) && apdu.size() > 5 && apdu[4] == apdu.size() - 5 &&
           std::ranges::any_of(kApplications, [&](auto aid) { return equal(slice(apdu, 5), aid); });
}

bool is_select_file(ByteView apdu) {
    constexpr std::array<std::uint8_t, 5> kHeader{0x00, kSelect, 0x02, 0x0C, 0x02};
    if (apdu.size() != 7 || !starts_with(apdu, kHeader)) return false;
    const auto file = static_cast<std::uint16_t>(apdu[5] << 8U | apdu[6]);
    return std::ranges::find(kFiles, file) != kFiles.end();
}

bool is_read(ByteView apdu) {
    constexpr std::array<std::uint8_t, 2> kHeader{0x00, kReadBinary};
    if (!starts_with(apdu, kHeader)) return false;
    // Five octets, or seven with an extended Le.
    const bool has_only_le = apdu.size() == 5 || (apdu.size() == 7 && apdu[4] == 0x00);
    return has_only_le && ((apdu[2] & kShortForm) == 0 || apdu[2] == kReadTokenInformation);
}

// Exactly four octets: a fifth could be an Lc, and data a PIN.
bool is_counter_query(ByteView apdu) {
    constexpr std::array<std::uint8_t, 3> kHeader{0x00, kVerify, 0x00};
    return apdu.size() == 4 && starts_with(apdu, kHeader) &&
           (apdu[3] == kCurrentPin || apdu[3] == kAuthenticationPin);
}

bool is_for_signature_certificate(ByteView select_file) {
    return select_file[5] == (kSignatureCertificate >> 8U) &&
           select_file[6] == (kSignatureCertificate & 0xFFU);
}

}  // namespace

bool Guard::allows(ByteView apdu) {
    if (is_select_application(apdu)) {
        personal_ = false;
        return true;
    }
    if (is_select_file(apdu)) {
        // A SELECT that fails may leave the file before it selected, so only an application clears this.
        personal_ = personal_ || is_for_signature_certificate(apdu);
        return true;
    }
    if (is_read(apdu)) return !personal_ || equal(apdu, kFirstFour);
    return is_counter_query(apdu);
}

Result<Bytes> GuardedConnection::transmit(ByteView command, TimePoint deadline) {
    if (!guard_.allows(command)) return fail(Errc::internal, "a command that this program must not send");
    return connection_->transmit(command, deadline);
}

}  // namespace jpki::probe
