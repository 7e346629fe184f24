#include "probe/guard.hpp"

#include <algorithm>
#include <array>

#include "profile/application.hpp"

namespace jpki::probe {

struct OpenedApplication {
    std::span<const std::uint8_t> aid;
    std::span<const std::uint16_t> files;  // that may be selected in it
    bool may_be_read;
};

namespace {

constexpr std::uint8_t kSelect = 0xA4;
constexpr std::uint8_t kReadBinary = 0xB0;
constexpr std::uint8_t kVerify = 0x20;

constexpr std::uint16_t kSignatureCertificate = 0x0001;
// Certificates, token information, availability, and the PINs' counters. Neither keys nor the issuer's files
// 0009, 0010 and 0016.
constexpr std::array<std::uint16_t, 7> kJpkiFiles{
    kSignatureCertificate, 0x0002, 0x0006, 0x0008, 0x000A, 0x0018, 0x001B};
// A key that cards are issued with locked; not the holder's PIN beside it.
constexpr std::array<std::uint16_t, 1> kHelperFiles{0x0012};
constexpr std::array<OpenedApplication, 3> kApplications{{
    {card::kJpkiApplication, kJpkiFiles, true},
    {card::kCardManager, {}, false},
    {card::kSurfaceHelper, kHelperFiles, false},
}};
constexpr const OpenedApplication& kJpki = kApplications[0];

constexpr std::array<std::array<std::uint8_t, 5>, 2> kGetData{
    {{0x00, 0xCA, 0x00, 0x66, 0x00}, {0x00, 0xCA, 0x5F, 0x51, 0x00}}};
constexpr std::array<std::uint8_t, 5> kFirstFour{0x00, kReadBinary, 0x00, 0x00, 0x04};
constexpr std::uint8_t kReadTokenInformation = 0x86;  // P1: by short identifier
constexpr std::uint8_t kShortForm = 0x80;
constexpr std::uint8_t kCurrentPin = 0x80;  // P2
constexpr std::uint8_t kAuthenticationPin = 0x98;

const OpenedApplication* selected_by(ByteView apdu) {
    constexpr std::array<std::uint8_t, 4> kHeader{0x00, kSelect, 0x04, 0x0C};
    if (!starts_with(apdu, kHeader) || apdu.size() <= 5 || apdu[4] != apdu.size() - 5) return nullptr;
    const auto found = std::ranges::find_if(
        kApplications, [&](const OpenedApplication& one) { return equal(slice(apdu, 5), one.aid); });
    return found == kApplications.end() ? nullptr : &*found;
}

// 0: no SELECT of a file. (None has this identifier.)
std::uint16_t file_selected_by(ByteView apdu) {
    constexpr std::array<std::uint8_t, 5> kHeader{0x00, kSelect, 0x02, 0x0C, 0x02};
    if (apdu.size() != 7 || !starts_with(apdu, kHeader)) return 0;
    return static_cast<std::uint16_t>(apdu[5] << 8U | apdu[6]);
}

bool is_read(ByteView apdu) {
    constexpr std::array<std::uint8_t, 2> kHeader{0x00, kReadBinary};
    if (!starts_with(apdu, kHeader)) return false;
    // Five bytes, or seven with an extended Le.
    const bool has_only_le = apdu.size() == 5 || (apdu.size() == 7 && apdu[4] == 0x00);
    return has_only_le && ((apdu[2] & kShortForm) == 0 || apdu[2] == kReadTokenInformation);
}

// Exactly four bytes: a fifth could be an Lc, and data a PIN.
bool is_counter_query(ByteView apdu, std::uint8_t reference) {
    constexpr std::array<std::uint8_t, 3> kHeader{0x00, kVerify, 0x00};
    return apdu.size() == 4 && starts_with(apdu, kHeader) && apdu[3] == reference;
}

bool is_ok(ByteView answer) {
    return answer.size() >= 2 && answer[answer.size() - 2] == 0x90 && answer.back() == 0x00;
}

}  // namespace

bool Guard::allows(ByteView apdu) {
    if (const OpenedApplication* application = selected_by(apdu)) {
        in_ = application;
        personal_ = false;
        return true;
    }
    if (std::ranges::any_of(kGetData, [&](const auto& one) { return equal(apdu, one); })) return true;
    if (in_ == nullptr) return false;
    if (const std::uint16_t file = file_selected_by(apdu); file != 0) {
        if (std::ranges::find(in_->files, file) == in_->files.end()) return false;
        // A SELECT that fails may leave the file before it selected, so only an application clears this.
        personal_ = personal_ || (in_ == &kJpki && file == kSignatureCertificate);
        return true;
    }
    if (is_read(apdu)) return in_->may_be_read && (!personal_ || equal(apdu, kFirstFour));
    return (is_counter_query(apdu, kCurrentPin) && !in_->files.empty()) ||
           (is_counter_query(apdu, kAuthenticationPin) && in_ == &kJpki);
}

void Guard::answered(ByteView apdu, ByteView answer) {
    // Which application is then selected is not known.
    if (selected_by(apdu) != nullptr && !is_ok(answer)) forget();
}

void Guard::forget() {
    in_ = nullptr;
    personal_ = false;
}

Result<Begun> GuardedConnection::begin(TimePoint deadline) {
    auto begun = connection_->begin(deadline);
    if (begun && begun->was_reset) guard_.forget();
    return begun;
}

Result<Bytes> GuardedConnection::transmit(ByteView command, TimePoint deadline) {
    if (!guard_.allows(command)) return fail(Errc::internal, "a command that this program must not send");
    auto answer = connection_->transmit(command, deadline);
    guard_.answered(command, answer ? ByteView(*answer) : ByteView());
    return answer;
}

}  // namespace jpki::probe
