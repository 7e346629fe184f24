#include "profile/file_card.hpp"

#include <algorithm>
#include <utility>

#include "profile/serial_number.hpp"
#include "waist/tlv.hpp"

namespace jpki::card {

namespace {

constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kCurrentFile = 0x80;  // P2: the file that is current holds the PIN or the key
constexpr std::uint8_t kSignPkcs1 = 0x00;    // P1 of COMPUTE DIGITAL SIGNATURE (docs/cards.md, "Commands")
constexpr std::uint8_t kSignPss = 0x04;
constexpr std::size_t kMaximumPin = 16;  // VERIFY's data field (docs/cards.md, "PINs")

std::uint8_t by_short_id(FileId file) { return static_cast<std::uint8_t>(kCurrentFile | file.sfi); }

// A certificate that is not there reads as nothing or as filler.
bool is_blank(ByteView data) {
    return std::ranges::all_of(data, [](std::uint8_t octet) { return octet == 0xFF; }) ||
           std::ranges::all_of(data, [](std::uint8_t octet) { return octet == 0x00; });
}

// The file is absent or protected, as opposed to: it could not be read this time.
bool is_not_there(const Error& error) {
    return error.code == Errc::file_not_found || error.code == Errc::security_status;
}

// 6982 where nobody can log in first means that something is wrong, not that the user should.
Status needing_no_login(Status status) {
    if (!failed_with(status, Errc::security_status)) return status;
    return fail(Errc::card_failure, "6982 to a command that needs no login", status.error().detail);
}

bool looks_like_certificate(ByteView data) {
    const auto header = parse_tlv_header(data);
    return header && header->tag == kSequence && header->header_length > 2;
}

}  // namespace

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

Status FileCard::open() {
    for (SeatState& seat : seats_)
        seat.verified = seat.may_be_open = false;
    identity_checked_ = false;
    login_tried_ = false;
    JPKI_TRY(select_our_application());
    if (files_.forms() == SfiForms::unknown_to_card || !identity_is_certificate_) return {};

    // One read does it all: it shows whether the card knows short identifiers (nothing is current), it is the
    // identity, it gives the certificate's length, and it is the certificate's first part.
    // Later leases read only what must be the same.
    const FileId file = profile_->seat(profile_->identity_seat).certificate(CertRole::user);
    const Octets part = identity_.empty() ? Octets{0, FileReader::kChunk} : mark_;
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
    const std::optional<Octets> serial = identity_is_certificate_ ? serial_number_of(found) : std::nullopt;
    mark_ = serial && serial->from <= FileReader::kSfiReach ? *serial : Octets{0, found.size()};
    Contents& certificate = state(profile_->identity_seat).certificates[index_of(CertRole::user)];
    if (looks_like_certificate(found)) JPKI_TRY(accept_part(certificate, {0, found}));
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
        const FileId file = profile_->seat(profile_->identity_seat).certificate(CertRole::user);
        const Octets wanted = identity_.empty() ? Octets{0, FileReader::kChunk} : mark_;
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
    const FileId authority = profile_->seat(Seat::signature).certificate(CertRole::authority);
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

Result<StatusWord> FileCard::query_counter(Seat seat, bool by_sfi) {
    const FileId pin = profile_->seat(seat).pin;
    if (by_sfi) {
        files_.forget_current();
    } else {
        const Status selected = files_.select(pin);
        if (failed_with(selected, Errc::file_not_found)) return StatusWord(0x6A, 0x82);
        JPKI_TRY(needing_no_login(selected));
    }
    const std::uint8_t p2 = by_sfi ? by_short_id(pin) : kCurrentFile;
    JPKI_TRY_ASSIGN(const Response answer, channel_.send(Command::case1({0x00, 0x20, 0x00, p2})));
    if (by_sfi && (answer.sw.value() & 0xFFF0U) == 0x63C0U) state(seat).sfi_pin_proven = true;
    return answer.sw;
}

Result<PinCounter> FileCard::read_counter(Seat seat) {
    JPKI_TRY_ASSIGN(StatusWord answer, query_counter(seat, files_.forms() == SfiForms::known));
    // Some cards may answer 9000 while somebody is logged in.
    if (answer.tries_left() || (answer.ok() && is_verified(seat))) return PinCounter{answer.tries_left()};
    // Not reported: leaving the application and coming back ends a login that is none of ours, and asking by
    // SELECT rules the short form out as the reason.
    forget_verified();
    (void)select_neutral();
    JPKI_TRY(select_our_application());
    JPKI_TRY_ASSIGN(answer, query_counter(seat, false));
    return PinCounter{answer.tries_left()};
}

void FileCard::forget_verified() noexcept {
    for (SeatState& seat : seats_)
        seat.verified = false;
}

Result<StatusWord> FileCard::send_pin(const Header& header, const SecretBytes& pin) {
    JPKI_TRY_ASSIGN(const Response answer, channel_.send_once(Command::case3_sensitive(header, pin)));
    return answer.sw;
}

Status FileCard::verify(Seat seat, const PinSource& pin) {
    const auto* secret = std::get_if<const SecretBytes*>(&pin);
    if (secret == nullptr) return fail(Errc::function_not_supported, "no PIN pad support");
    if ((*secret)->empty()) return fail(Errc::pin_malformed, "an empty PIN would be a counter query");
    if ((*secret)->size() > kMaximumPin) return fail(Errc::pin_malformed, "a PIN longer than any card's");
    const FileId file = profile_->seat(seat).pin;
    std::uint8_t p2 = kCurrentFile;
    if (state(seat).sfi_pin_proven) {
        files_.forget_current();
        p2 = by_short_id(file);
    } else {
        JPKI_TRY(needing_no_login(files_.select(file)));
    }
    state(seat).verified = false;
    const bool was_open = std::exchange(state(seat).may_be_open, true);
    login_tried_ = true;
    JPKI_TRY_ASSIGN(const StatusWord answer, send_pin({0x00, 0x20, 0x00, p2}, **secret));
    if (answer.ok()) {
        state(seat).verified = true;
        return {};
    }
    const Status sent = fail(answer.pin_error());
    // A wrong PIN opens nothing, nor need it close what an earlier one opened; after any other answer, and
    // after none, nobody knows.
    if (failed_with(sent, Errc::pin_incorrect) || failed_with(sent, Errc::pin_locked))
        state(seat).may_be_open = was_open;
    return sent;
}

Status FileCard::change_pin(Seat seat, const SecretBytes& new_pin) {
    if (!is_verified(seat)) return fail(Errc::security_status, "the old PIN was not verified in this lease");
    if (new_pin.empty() || new_pin.size() > kMaximumPin) return fail(Errc::pin_length);
    // Only the form with the PIN file current has witnesses (docs/cards.md, "Commands").
    JPKI_TRY(needing_no_login(files_.select(profile_->seat(seat).pin)));
    JPKI_TRY_ASSIGN(const StatusWord answer, send_pin({0x00, 0x24, 0x01, kCurrentFile}, new_pin));
    if (!answer.ok())
        return fail(answer.error());  // 63Cx would be no try of a PIN that was right just before
    return {};
}

Status FileCard::accept_part(Contents& contents, FileReader::Part part) {
    if (part.from + part.data.size() <= contents.prefix.size()) {
        return fail(contents.prefix.empty() ? Errc::file_not_found : Errc::malformed_answer,
                    "the file ends before its certificate does");
    }
    append(contents.prefix, slice(part.data, contents.prefix.size() - part.from));
    if (contents.total != 0) return {};
    if (is_blank(contents.prefix))
        return fail(Errc::file_not_found, "the certificate file holds only filler");
    const auto header = parse_tlv_header(contents.prefix);
    if (!header || header->tag != kSequence || header->total() > FileReader::kMaximumFile)
        return fail(Errc::malformed_answer, "the certificate file does not begin with a certificate");
    contents.total = header->total();
    return {};
}

Status FileCard::grow(FileId file, Contents& contents, std::size_t at_least) {
    // Every round brings an octet or fails, so it ends. Half as much again as the longest file takes is
    // enough for a card that answers in smaller pieces, and keeps one that answers in crumbs from holding us
    // for good.
    constexpr unsigned kMaximumReads = 3 * (FileReader::kMaximumFile / FileReader::kChunk + 1) / 2;
    while (contents.total == 0 || contents.prefix.size() < std::min(at_least, contents.total)) {
        if (++contents.reads > kMaximumReads)
            return fail(Errc::malformed_answer, "the card brings its certificate in too small pieces");
        const std::size_t have = contents.prefix.size();
        const std::size_t want = contents.total == 0 ? FileReader::kChunk : contents.total - have;
        JPKI_TRY_ASSIGN(FileReader::Part part, files_.read(file, have, std::min(want, FileReader::kChunk)));
        JPKI_TRY(accept_part(contents, std::move(part)));
    }
    if (contents.prefix.size() > contents.total) contents.prefix.resize(contents.total);
    return {};
}

Result<ByteView> FileCard::read_certificate(Seat seat, CertRole role, std::size_t at_least) {
    Contents& contents = state(seat).certificates[index_of(role)];
    const Status grown = grow(profile_->seat(seat).certificate(role), contents, at_least);
    if (!grown) {
        contents = {};
        return fail(grown.error());
    }
    return ByteView(contents.prefix);
}

std::size_t FileCard::certificate_size(Seat seat, CertRole role) const noexcept {
    return seats_[index_of(seat)].certificates[index_of(role)].total;
}

Result<Response> FileCard::compute_signature(Seat seat, std::uint8_t p1, ByteView data) {
    const FileId key = profile_->seat(seat).key;
    std::uint8_t p2 = kCurrentFile;
    if (files_.forms() == SfiForms::known && !sfi_sign_refused_) {
        files_.forget_current();
        p2 = by_short_id(key);
    } else {
        JPKI_TRY(files_.select(key));
    }
    return channel_.send_once(Command::case4({0x80, 0x2A, p1, p2}, data, Command::kMaximumExpected));
}

Result<Response> FileCard::sign_command(Seat seat, std::uint8_t p1, ByteView data) {
    JPKI_TRY_ASSIGN(Response answer, compute_signature(seat, p1, data));
    if (answer.sw.value() == 0x6982) state(seat).verified = false;
    if (answer.sw.value() != 0x6A86 || files_.forms() != SfiForms::known || sfi_sign_refused_) return answer;
    // Short identifiers for files, but perhaps not for keys: nothing was signed, so the long form may follow.
    sfi_sign_refused_ = true;
    return compute_signature(seat, p1, data);
}

Result<Bytes> FileCard::sign(Seat seat, SignScheme scheme, ByteView data) {
    if (data.empty() || data.size() > Command::kMaximumData)
        return fail(Errc::data_length, "the card signs 1 to 245 octets");
    const std::uint8_t p1 = scheme == SignScheme::pss_sha256 ? kSignPss : kSignPkcs1;
    JPKI_TRY_ASSIGN(Response answer, sign_command(seat, p1, data));
    if (!answer.sw.ok()) return fail(answer.sw.error());
    return std::move(answer.data);
}

Result<PssAnswer> FileCard::probe_pss() {
    if (profile_->family.tokens[index_of(Seat::authentication)] == nullptr) return PssAnswer::unknown;
    // No SHA-256 value has this length: no card makes a signature of it, whoever is logged in.
    constexpr std::array<std::uint8_t, 31> kNoHash{};
    JPKI_TRY_ASSIGN(const Response answer, sign_command(Seat::authentication, kSignPss, kNoHash));
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
