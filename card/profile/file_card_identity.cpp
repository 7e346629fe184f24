// Which card this is, and of which family: found out at the beginning of a lease, in as few commands as the
// card allows. A card that is not the one it was ends the lease.
#include <utility>

#include "profile/file_card.hpp"
#include "profile/serial_number.hpp"

namespace jpki::card {

namespace {

// The file is absent or protected, as opposed to: it could not be read this time.
bool is_not_there(const Error& error) {
    return error.code == Errc::file_not_found || error.code == Errc::security_status;
}

}  // namespace

Status FileCard::open() {
    for (KeyState& purpose : purposes_)
        purpose.verified = purpose.may_be_open = false;
    identity_checked_ = false;
    login_tried_ = false;
    JPKI_TRY(select_our_application());
    if (files_.forms() == SfiForms::unknown_to_card || !identity_is_certificate_) return {};

    // One read does it all: it shows whether the card knows short identifiers (nothing is current), it is the
    // identity, it gives the certificate's length, and it is the certificate's first part.
    // Later leases read only what must be the same.
    const FileId file = profile_->purpose(profile_->identity_purpose).certificate(CertRole::user);
    const ByteRange part = identity_.empty() ? ByteRange{0, FileReader::kChunk} : mark_;
    JPKI_TRY_ASSIGN(const Response answer,
                    files_.read_by_sfi(file, static_cast<std::uint8_t>(part.from), part.count));
    if (!answer.sw.ok_or_end_of_file() || (identity_.empty() && !looks_like_certificate(answer.data))) {
        files_.forget_current();
        files_.set_forms(SfiForms::unknown_to_card);
        return {};
    }
    files_.set_forms(SfiForms::known);
    return identity_.empty() ? take_identity(answer.data) : check_identity(answer.data);
}

Status FileCard::check_identity(ByteView found) {
    if (!equal(slice(identity_, mark_.from, mark_.count), found))
        return fail(Errc::card_removed, "another person's card is in the reader");
    identity_checked_ = true;
    return {};
}

Status FileCard::take_identity(Bytes found) {
    if (found.empty()) return fail(Errc::malformed_answer, "nothing on the card tells it from others");
    identity_checked_ = true;
    const std::optional<ByteRange> serial = identity_is_certificate_ ? serial_number_of(found) : std::nullopt;
    mark_ = serial && serial->from <= FileReader::kSfiReach ? *serial : ByteRange{0, found.size()};
    CertificateFile& certificate = state(profile_->identity_purpose).certificates[index_of(CertRole::user)];
    if (looks_like_certificate(found)) JPKI_TRY(certificate.accept({0, found}));
    identity_ = std::move(found);
    return {};
}

void FileCard::recognise(ByteView token_information) {
    constexpr std::size_t kLabelSize = 32;
    const ByteView field = slice(token_information, 0, kLabelSize);
    std::string_view label(reinterpret_cast<const char*>(field.data()), field.size());
    const std::size_t end = label.find_last_not_of(std::string_view(" \0", 2));
    label = label.substr(0, end == std::string_view::npos ? 0 : end + 1);
    for (const Profile* other : others_) {
        if (other->token_label == label) profile_ = other;
    }
}

Result<Bytes> FileCard::read_identity() {
    if (identity_is_certificate_) {
        const FileId file = profile_->purpose(profile_->identity_purpose).certificate(CertRole::user);
        const ByteRange wanted = identity_.empty() ? ByteRange{0, FileReader::kChunk} : mark_;
        auto part = files_.read(file, wanted.from, wanted.count);
        if (part && !is_blank(part->data)) return to_bytes(slice(part->data, wanted.from - part->from));
        if (!part && !is_not_there(part.error())) return fail(part.error());
        // What was there before is not missing now: that would make another person's card of it.
        if (!identity_.empty())
            return fail(Errc::card_failure, "the card does not show what it showed before",
                        part ? 0 : part.error().detail);
    }
    // No authentication certificate, or one behind its PIN: perhaps another family, which the token
    // information names. It and the beginning of a CA's certificate at least tell families and generations
    // apart.
    JPKI_TRY_ASSIGN(FileReader::Part information,
                    files_.read(profile_->token_information, 0, FileReader::kChunk));
    recognise(information.data);
    Bytes identity = std::move(information.data);
    const FileId authority = profile_->purpose(KeyPurpose::signature).certificate(CertRole::authority);
    const auto issuer = files_.read(authority, 0, FileReader::kChunk);
    if (issuer) append(identity, issuer->data);
    if (!issuer && !is_not_there(issuer.error())) return fail(issuer.error());
    identity_is_certificate_ = false;
    return identity;
}

Result<ByteView> FileCard::identify() {
    if (!identity_checked_) {
        auto found = read_identity();
        if (!found) return fail(needing_no_login(fail(found.error())).error());
        JPKI_TRY(identity_.empty() ? take_identity(std::move(*found)) : check_identity(*found));
    }
    return ByteView(identity_);
}

}  // namespace jpki::card
