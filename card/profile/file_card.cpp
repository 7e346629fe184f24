#include "profile/file_card.hpp"

#include <utility>

namespace jpki::card {

namespace {

constexpr std::size_t kMaximumPin = 16;  // VERIFY's data field (docs/cards.md, "PINs")

}  // namespace

Status FileCard::needing_no_login(Status status) {
    if (!failed_with(status, Errc::security_status)) return status;
    return fail(Errc::card_failure, "6982 to a command that needs no login", status.error().detail);
}

void FileCard::on_reset() noexcept {
    files_.forget_current();
    forget_verified();
    identity_checked_ = false;
    powered_up_ = true;
}

Status FileCard::select_application(std::span<const std::uint8_t> aid) {
    files_.forget_current();
    return channel_.require(Command::case3({0x00, 0xA4, 0x04, 0x0C}, aid)).map([](const Bytes&) {});
}

// Of a success nothing else is asked, in as many words: GCC 14 makes one branch of "failed, and with this
// code", looks at the code first, and memcheck reports that there is none.
Status FileCard::select_our_application() {
    Status selected = select_application(profile_->aid);
    const bool first = std::exchange(powered_up_, false);
    if (selected) return {};
    // Seen once on a real card: 6F00 to the first command after power-up, success when repeated
    // (docs/cards.md).
    if (first && failed_with(selected, Errc::card_failure)) {
        selected = select_application(profile_->aid);
        if (selected) return {};
    }
    if (failed_with(selected, Errc::file_not_found) || failed_with(selected, Errc::unsupported_command) ||
        failed_with(selected, Errc::wrong_parameters))
        return fail(Errc::not_jpki, "no JPKI application on this card", selected.error().detail);
    return needing_no_login(selected);
}

Result<StatusWord> FileCard::query_counter(KeyPurpose purpose, bool by_sfi) {
    const FileId pin = profile_->purpose(purpose).pin;
    if (by_sfi) {
        files_.forget_current();
    } else {
        const Status selected = files_.select(pin);
        if (failed_with(selected, Errc::file_not_found)) return StatusWord(0x6A, 0x82);
        JPKI_TRY(needing_no_login(selected));
    }
    const std::uint8_t p2 = by_sfi ? by_short_id(pin) : kCurrentFile;
    JPKI_TRY_ASSIGN(const Response answer, channel_.send(Command::case1({0x00, 0x20, 0x00, p2})));
    if (by_sfi && (answer.sw.value() & 0xFFF0U) == 0x63C0U) state(purpose).sfi_pin_proven = true;
    return answer.sw;
}

Result<PinCounter> FileCard::read_counter(KeyPurpose purpose) {
    JPKI_TRY_ASSIGN(StatusWord answer, query_counter(purpose, files_.forms() == SfiForms::known));
    // Some cards may answer 9000 while somebody is logged in.
    if (answer.tries_left() || (answer.ok() && is_verified(purpose))) return PinCounter{answer.tries_left()};
    // Not reported: leaving the application and coming back ends a login that is none of ours, and asking by
    // SELECT rules the short form out as the reason.
    forget_verified();
    (void)select_neutral();
    JPKI_TRY(select_our_application());
    JPKI_TRY_ASSIGN(answer, query_counter(purpose, false));
    return PinCounter{answer.tries_left()};
}

void FileCard::forget_verified() noexcept {
    for (KeyState& purpose : purposes_)
        purpose.verified = false;
}

Result<StatusWord> FileCard::send_pin(const Header& header, const SecretBytes& pin) {
    JPKI_TRY_ASSIGN(const Response answer, channel_.send_once(Command::case3_sensitive(header, pin)));
    return answer.sw;
}

Status FileCard::verify(KeyPurpose purpose, const PinSource& pin) {
    const auto* secret = std::get_if<const SecretBytes*>(&pin);
    if (secret == nullptr) return fail(Errc::function_not_supported, "no PIN pad support");
    if ((*secret)->empty()) return fail(Errc::pin_malformed, "an empty PIN would be a counter query");
    if ((*secret)->size() > kMaximumPin) return fail(Errc::pin_malformed, "a PIN longer than any card's");
    const FileId file = profile_->purpose(purpose).pin;
    std::uint8_t p2 = kCurrentFile;
    if (state(purpose).sfi_pin_proven) {
        files_.forget_current();
        p2 = by_short_id(file);
    } else {
        JPKI_TRY(needing_no_login(files_.select(file)));
    }
    state(purpose).verified = false;
    const bool was_open = std::exchange(state(purpose).may_be_open, true);
    login_tried_ = true;
    JPKI_TRY_ASSIGN(const StatusWord answer, send_pin({0x00, 0x20, 0x00, p2}, **secret));
    if (answer.ok()) {
        state(purpose).verified = true;
        return {};
    }
    const Status sent = fail(answer.pin_error());
    // A wrong PIN opens nothing, nor need it close what an earlier one opened; after any other answer, and
    // after none, nobody knows.
    if (failed_with(sent, Errc::pin_incorrect) || failed_with(sent, Errc::pin_locked))
        state(purpose).may_be_open = was_open;
    return sent;
}

Status FileCard::change_pin(KeyPurpose purpose, const SecretBytes& new_pin) {
    if (!is_verified(purpose))
        return fail(Errc::security_status, "the old PIN was not verified in this lease");
    if (new_pin.empty() || new_pin.size() > kMaximumPin) return fail(Errc::pin_length);
    // Only the form with the PIN file current has witnesses (docs/cards.md, "Commands").
    JPKI_TRY(needing_no_login(files_.select(profile_->purpose(purpose).pin)));
    JPKI_TRY_ASSIGN(const StatusWord answer, send_pin({0x00, 0x24, 0x01, kCurrentFile}, new_pin));
    if (!answer.ok())
        return fail(answer.error());  // 63Cx would be no try of a PIN that was right just before
    return {};
}

Result<ByteView> FileCard::read_certificate(KeyPurpose purpose, CertRole role, std::size_t at_least) {
    CertificateFile& certificate = state(purpose).certificates[index_of(role)];
    const Status grown = certificate.grow(files_, profile_->purpose(purpose).certificate(role), at_least);
    if (!grown) {
        certificate = {};
        return fail(grown.error());
    }
    return certificate.bytes();
}

std::size_t FileCard::certificate_size(KeyPurpose purpose, CertRole role) const noexcept {
    return purposes_[index_of(purpose)].certificates[index_of(role)].size();
}

}  // namespace jpki::card
