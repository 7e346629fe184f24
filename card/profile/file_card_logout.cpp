// How a lease ends: no key may stay usable (docs/adr/0005). The way out is another application; that it works
// is proven once for each key of a card, and where it does not, cutting the power is left.
#include <algorithm>

#include "profile/file_card.hpp"

namespace jpki::card {

namespace {

constexpr std::uint8_t kSignPkcs1 = 0x00;  // P1 of COMPUTE DIGITAL SIGNATURE
constexpr std::size_t kPadding = 11;       // the least of a type-1 block (RFC 8017 section 9.2)
constexpr std::size_t kRandomValue = 32;

}  // namespace

bool FileCard::select_neutral() {
    return std::ranges::any_of(profile_->neutral_aids, [this](std::span<const std::uint8_t> aid) {
        return select_application(aid).has_value();
    });
}

// Uses no key. 6982 can only come from a card that knows of no login.
FileCard::LogoutProof FileCard::try_guarded_certificate(KeyPurpose purpose) {
    const FileId file = profile_->purpose(purpose).certificate(CertRole::user);
    Result<Response> answer = fail(Errc::internal);
    if (files_.forms() == SfiForms::known) {
        answer = files_.read_by_sfi(file, 0, 1);
    } else {
        const Status selected = files_.select(file);
        if (failed_with(selected, Errc::security_status)) return LogoutProof::works;
        if (!selected) return LogoutProof::unknown;
        answer = channel_.send(Command::case2({0x00, 0xB0, 0x00, 0x00}, 1));
    }
    if (!answer) return LogoutProof::unknown;
    if (answer->sw.value() == 0x6982) return LogoutProof::works;
    return answer->sw.ok_or_end_of_file() ? LogoutProof::fails : LogoutProof::unknown;
}

FileCard::LogoutProof FileCard::try_authentication_key() {
    const auto proof_in = [](const Result<Response>& answer) {
        if (!answer) return LogoutProof::unknown;
        if (answer->sw.value() == 0x6982) return LogoutProof::works;
        return answer->sw.ok() ? LogoutProof::fails : LogoutProof::unknown;
    };
    // First with one byte more than the key can take: no card can make a signature of it.
    const TokenProfile& token = *profile_->family.tokens[index_of(KeyPurpose::authentication)];
    const std::size_t too_long = token.key.modulus_bits / std::size_t{8} - kPadding + 1;
    if (too_long <= Command::kMaximumData) {
        const auto answer = compute_signature(KeyPurpose::authentication, kSignPkcs1, Bytes(too_long));
        const LogoutProof found = proof_in(answer);
        if (found != LogoutProof::unknown) return found;
        // Only a card that minds the length before the login is asked again, with a length that is right.
        if (!answer || (answer->sw.value() != 0x6700 && answer->sw.value() != 0x6985)) return found;
    }
    std::array<std::uint8_t, kRandomValue> value{};
    random_->fill(value);
    return proof_in(compute_signature(KeyPurpose::authentication, kSignPkcs1, value));
}

FileCard::LogoutProof FileCard::try_what_needs_a_login(KeyPurpose purpose) {
    const TokenProfile* token = profile_->family.tokens[index_of(purpose)];
    if (token == nullptr) return LogoutProof::unknown;
    if (token->certificates[index_of(CertRole::user)].needs_login) return try_guarded_certificate(purpose);
    // The signature key is never used for a proof.
    return purpose == KeyPurpose::authentication ? try_authentication_key() : LogoutProof::unknown;
}

// True: whatever was logged in is not any more, for certain.
bool FileCard::leave_application() {
    const auto is_open = [](const KeyState& purpose) { return purpose.may_be_open; };
    const auto fails = [](const KeyState& purpose) { return purpose.logout_proof == LogoutProof::fails; };
    if (std::ranges::any_of(purposes_,
                            [&](const KeyState& purpose) { return is_open(purpose) && fails(purpose); }))
        return false;
    if (!select_neutral()) return false;
    bool back = false;
    for (const KeyPurpose purpose : kKeyPurposes) {
        KeyState& left = state(purpose);
        if (!left.may_be_open || left.logout_proof == LogoutProof::works) continue;
        if (!back && !select_our_application()) return false;
        back = true;
        const LogoutProof found = try_what_needs_a_login(purpose);
        // Where the login itself is not certain, the answer says how this card was left, not what works on
        // it.
        if (left.verified || found == LogoutProof::fails) left.logout_proof = found;
        if (log_->enabled(LogLevel::info)) {
            log_->write(LogLevel::info, found == LogoutProof::works
                                            ? "selecting another application logs this card out"
                                            : "this card is logged out by powering it down");
        }
        if (found != LogoutProof::works) return false;
    }
    return true;
}

void FileCard::forget_login() {
    for (const KeyPurpose purpose : kKeyPurposes) {
        state(purpose).verified = state(purpose).may_be_open = false;
        const TokenProfile* token = profile_->family.tokens[index_of(purpose)];
        if (token == nullptr) continue;
        for (const CertRole role : kCertRoles) {
            if (token->certificates[index_of(role)].needs_login)
                state(purpose).certificates[index_of(role)] = {};
        }
    }
}

Disposition FileCard::close(TimePoint deadline) {
    if (!login_tried_) return Disposition::leave;
    channel_.leave_by(deadline);
    const bool left = logout_ == Logout::application && leave_application();
    forget_login();
    return left ? Disposition::leave : Disposition::unpower;
}

}  // namespace jpki::card
