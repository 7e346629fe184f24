// Commands that use a key: signatures, and the question whether the card makes those of PSS. None is sent
// twice but where the card has said that it did nothing.
#include <array>

#include "profile/file_card.hpp"

namespace jpki::card {

namespace {

constexpr std::uint8_t kSignPkcs1 = 0x00;  // P1 of COMPUTE DIGITAL SIGNATURE (docs/cards.md, "Commands")
constexpr std::uint8_t kSignPss = 0x04;

}  // namespace

Result<Response> FileCard::compute_signature(KeyPurpose purpose, std::uint8_t p1, ByteView data) {
    const FileId key = profile_->purpose(purpose).key;
    std::uint8_t p2 = kCurrentFile;
    if (files_.forms() == SfiForms::known && !sfi_sign_refused_) {
        files_.forget_current();
        p2 = by_short_id(key);
    } else {
        JPKI_TRY(files_.select(key));
    }
    return channel_.send_once(Command::case4({0x80, 0x2A, p1, p2}, data, Command::kMaximumExpected));
}

Result<Response> FileCard::sign_command(KeyPurpose purpose, std::uint8_t p1, ByteView data) {
    JPKI_TRY_ASSIGN(Response answer, compute_signature(purpose, p1, data));
    if (answer.sw.value() == 0x6982) state(purpose).verified = false;
    if (answer.sw.value() != 0x6A86 || files_.forms() != SfiForms::known || sfi_sign_refused_) return answer;
    // Short identifiers for files, but perhaps not for keys: nothing was signed, so the long form may follow.
    sfi_sign_refused_ = true;
    return compute_signature(purpose, p1, data);
}

Result<Bytes> FileCard::sign(KeyPurpose purpose, SignScheme scheme, ByteView data) {
    if (data.empty() || data.size() > Command::kMaximumData)
        return fail(Errc::data_length, "the card signs 1 to 245 bytes");
    const std::uint8_t p1 = scheme == SignScheme::pss_sha256 ? kSignPss : kSignPkcs1;
    JPKI_TRY_ASSIGN(Response answer, sign_command(purpose, p1, data));
    if (!answer.sw.ok()) return fail(answer.sw.error());
    return std::move(answer.data);
}

Result<PssAnswer> FileCard::probe_pss() {
    if (profile_->family.tokens[index_of(KeyPurpose::authentication)] == nullptr) return PssAnswer::unknown;
    // No SHA-256 value has this length: no card makes a signature of it, whoever is logged in.
    constexpr std::array<std::uint8_t, 31> kNoHash{};
    JPKI_TRY_ASSIGN(const Response answer, sign_command(KeyPurpose::authentication, kSignPss, kNoHash));
    switch (answer.sw.value()) {
        case 0x6A86: return PssAnswer::unknown;  // P1 is not known
        case 0x9000:
        case 0x6700:
        case 0x6985: return PssAnswer::known;      // it minds the length only
        case 0x6982: return PssAnswer::undecided;  // it may look at the login before it looks at P1
        default: forget_verified(); return PssAnswer::undecided;
    }
}

}  // namespace jpki::card
