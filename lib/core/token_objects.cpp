#include "core/token.hpp"
#include "mechanism/signature_input.hpp"

namespace jpki::p11 {

namespace {

// The key of every known user certificate stands within this many octets: three reads by SELECT, and two by
// short identifier after the one that gave the identity. Where it does not, more is read.
constexpr std::size_t kKeyReach = 767;
constexpr std::size_t kKeyStep = 256;

// The card does not have the object after all, as opposed to: it could not be read this time.
bool means_missing(Errc code) { return code == Errc::file_not_found || code == Errc::malformed_answer; }

// Nobody is logged in, so private objects are not there (PKCS#11 3.2 §5.7.5 knows no better code).
bool means_public(Errc code) { return code == Errc::security_status || code == Errc::user_not_logged_in; }

}  // namespace

Result<std::shared_ptr<const crypto::KeyFacts>> Token::read_key(Card& card, const Ticket& ticket) {
    for (std::size_t reach = kKeyReach;; reach += kKeyStep) {
        JPKI_TRY_ASSIGN(const ByteView prefix, card.read_certificate(ticket.seat, CertRole::user, reach));
        JPKI_TRY_ASSIGN(auto facts, crypto::parse_certificate_prefix(prefix));
        if (facts) return std::make_shared<const crypto::KeyFacts>(std::move(*facts));
        if (reach >= card.certificate_size(ticket.seat, CertRole::user))
            return fail(Errc::malformed_answer, "a certificate without a key");
    }
}

Result<crypto::Validity> Token::read_validity_at_card(Card& card, const Ticket& ticket) {
    if (ticket.profile->certificates[index_of(CertRole::user)].needs_login)
        JPKI_TRY(ensure_login(card, ticket));
    for (std::size_t reach = 1;;) {
        JPKI_TRY_ASSIGN(const ByteView prefix, card.read_certificate(ticket.seat, CertRole::user, reach));
        JPKI_TRY_ASSIGN(const auto found, crypto::parse_validity_prefix(prefix));
        if (found) return *found;
        if (prefix.size() >= card.certificate_size(ticket.seat, CertRole::user))
            return fail(Errc::malformed_answer, "a certificate without its validity");
        reach = prefix.size() + 1;
    }
}

Result<Bytes> Token::sign_on_card(Card& card, const Ticket& ticket, SignScheme scheme, ByteView input) {
    JPKI_TRY(ensure_login(card, ticket));
    auto signature = card.sign(ticket.seat, scheme, input);
    // 6982: nothing was signed. A login of an earlier call that the card has lost is renewed, once.
    if (failed_with(signature, Errc::security_status) && !*ticket.renewal) {
        JPKI_TRY(ensure_login(card, ticket));
        signature = card.sign(ticket.seat, scheme, input);
    }
    // And one that was made in this very call: ask the user again.
    if (failed_with(signature, Errc::security_status))
        return fail(Errc::user_not_logged_in, "the card lost the login");
    return signature;
}

ObjectStore::Objects Token::visible() {
    const Lock lock(mutex_);
    settle_locked();
    ObjectStore::Objects seen;
    for (const auto& object : state_.store->objects()) {
        if (!object->is_private || state_.logged_in) seen.push_back(object);
    }
    return seen;
}

std::shared_ptr<const Object> Token::find(CK_OBJECT_HANDLE handle) {
    const Lock lock(mutex_);
    settle_locked();
    auto object = state_.store->find(handle);
    return object && (!object->is_private || state_.logged_in) ? object : nullptr;
}

Result<std::shared_ptr<const Object>> Token::find_key(CK_OBJECT_HANDLE handle) {
    const Lock lock(mutex_);
    settle_locked();
    auto object = state_.store->find(handle);
    if (!object || !object->is_key()) return fail(Errc::key_handle_invalid);
    if (object->is_private && !state_.logged_in)
        return fail(Errc::user_not_logged_in, "the key is there, but nobody is logged in");
    return object;
}

std::size_t Token::signature_size() {
    const Lock lock(mutex_);
    settle_locked();
    return state_.key ? state_.key->key->size() : profile().key.modulus_bits / std::size_t{8};
}

void Token::note_key(std::shared_ptr<const crypto::KeyFacts> key) {
    if (!key || state_.key) return;
    state_.key = std::move(key);
    state_.store = state_.store->with([&held = std::as_const(state_.key)](Object& object) {
        if (object.is_key()) object.key = held;
        return true;
    });
}

void Token::note_missing(CertRole role) {
    state_.store = state_.store->with([role](const Object& object) {
        if (role == CertRole::authority) return object.kind != ObjectKind::ca_certificate;
        // A key without its certificate is of no use: its signatures could not be checked.
        return object.kind != ObjectKind::user_certificate && !object.is_key();
    });
}

Status Token::load_key(Incarnation session) {
    Ticket along;
    bool needs_login = false;
    std::uint64_t login = 0;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        along = ticket();
        needs_login = profile().certificates[index_of(CertRole::user)].needs_login;
        login = login_number_;
    }
    if (along.key) return {};
    const auto renewal = along.renewal;
    auto found = reader_->run(session, reader_->environment().timing.operation,
                              [along = std::move(along), needs_login](
                                  CardLease& lease) -> Result<std::shared_ptr<const crypto::KeyFacts>> {
                                  JPKI_TRY(check_identity(lease.card(), along));
                                  if (needs_login) JPKI_TRY(ensure_login(lease.card(), along));
                                  return read_key(lease.card(), along);
                              });
    const Lock lock(mutex_);
    JPKI_TRY(check_session(session));
    if (!failed_with(found, Errc::timed_out)) note_renewal(*renewal);
    if (!found && means_missing(found.error().code)) note_missing(CertRole::user);
    if (!found) return fail(noted(found.error()));
    JPKI_TRY(still_logged_in(needs_login, login));
    note_key(std::move(*found));
    return {};
}

// What was read behind a login that has ended meanwhile is not kept.
Status Token::still_logged_in(bool needed, std::uint64_t login) const {
    if (needed && login != login_number_) return fail(Errc::user_not_logged_in, "the login ended meanwhile");
    return {};
}

std::optional<crypto::Validity> Token::read_validity() {
    Ticket along;
    Incarnation incarnation = 0;
    bool needs_login = false;
    std::uint64_t login = 0;
    {
        const Lock lock(mutex_);
        settle_locked();
        if (state_.validity) return state_.validity;
        const bool hidden = profile().certificates[index_of(CertRole::user)].needs_login && !state_.logged_in;
        if (!state_.identified || hidden) return std::nullopt;
        incarnation = state_.incarnation;
        along = ticket();
        needs_login = profile().certificates[index_of(CertRole::user)].needs_login;
        login = login_number_;
    }
    const auto renewal = along.renewal;
    const auto found = reader_->run(incarnation, reader_->environment().timing.operation,
                                    [along = std::move(along)](CardLease& lease) -> Result<crypto::Validity> {
                                        JPKI_TRY(check_identity(lease.card(), along));
                                        return read_validity_at_card(lease.card(), along);
                                    });
    const Lock lock(mutex_);
    if (!check_session(incarnation)) return std::nullopt;
    if (!failed_with(found, Errc::timed_out)) note_renewal(*renewal);
    if (found && !still_logged_in(needs_login, login)) return std::nullopt;
    if (found) return state_.validity = *found;
    if (means_missing(found.error().code)) note_missing(CertRole::user);
    (void)noted(found.error());
    return std::nullopt;
}

Status Token::load_certificate(Incarnation session, CertRole role) {
    Ticket along;
    bool needs_login = false;
    std::uint64_t login = 0;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        along = ticket();
        needs_login = profile().certificates[index_of(role)].needs_login;
        login = login_number_;
    }
    const auto renewal = along.renewal;
    auto found = reader_->run(
        session, reader_->environment().timing.operation,
        [along = std::move(along), needs_login,
         role](CardLease& lease) -> Result<std::shared_ptr<const crypto::CertFacts>> {
            JPKI_TRY(check_identity(lease.card(), along));
            if (needs_login) JPKI_TRY(ensure_login(lease.card(), along));
            JPKI_TRY_ASSIGN(const ByteView der,
                            lease.card().read_certificate(along.seat, role, static_cast<std::size_t>(-1)));
            return crypto::parse_certificate(der);
        });
    const Lock lock(mutex_);
    JPKI_TRY(check_session(session));
    if (!failed_with(found, Errc::timed_out)) note_renewal(*renewal);
    if (!found && means_missing(found.error().code)) note_missing(role);
    // 6982 although we logged in inside this very transaction: the login is gone.
    if (failed_with(found, Errc::security_status) && needs_login) drop_login();
    if (!found) return fail(noted(found.error()));
    JPKI_TRY(still_logged_in(needs_login, login));
    const ObjectKind kind =
        role == CertRole::user ? ObjectKind::user_certificate : ObjectKind::ca_certificate;
    state_.store = state_.store->with([&](Object& object) {
        if (object.kind == kind) object.certificate = *found;
        return true;
    });
    if (role == CertRole::user)
        note_key(
            std::make_shared<const crypto::KeyFacts>(crypto::KeyFacts{(*found)->subject, (*found)->key}));
    return {};
}

Result<std::shared_ptr<const Object>> Token::load(Incarnation session, CK_OBJECT_HANDLE handle) {
    auto object = find(handle);
    if (!object) return fail(Errc::object_handle_invalid);
    Status done;
    if (object->is_certificate() && !object->certificate) {
        done = load_certificate(
            session, object->kind == ObjectKind::user_certificate ? CertRole::user : CertRole::authority);
    } else if (object->is_key() && !object->key) {
        done = load_key(session);
    }
    if (!done &&
        (means_missing(done.error().code) || (object->is_private && means_public(done.error().code))))
        return fail(Errc::object_handle_invalid, done.error().what);
    if (failed_with(done, Errc::security_status))
        return fail(Errc::card_failure, done.error().what, done.error().detail);
    JPKI_TRY(done);
    object = find(handle);
    if (!object) return fail(Errc::object_handle_invalid);
    return object;
}

Result<Bytes> Token::sign(Incarnation session, SignScheme scheme, Bytes input,
                          std::shared_ptr<Confirmation> confirmed) {
    Ticket along;
    std::uint64_t login = 0;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        if (!state_.logged_in) return fail(Errc::user_not_logged_in);
        if (always_authenticates()) {
            // One password, one signature: the operation's own, or else the login's, which is spent with it.
            SecretBytes pin = std::move(confirmed ? confirmed->pin_ : state_.pin);
            if (pin.empty()) return fail(Errc::user_not_logged_in, "every signature needs its own login");
            state_.confirmation_waits = false;
            along = ticket();
            along.pin = std::move(pin);
        } else {
            along = ticket();
        }
        login = login_number_;
    }
    const auto renewal = along.renewal;
    struct Signed {
        Bytes signature;
        std::shared_ptr<const crypto::KeyFacts> key;
    };
    auto made = reader_->run(
        session, reader_->environment().timing.operation,
        [along = std::move(along), scheme, input = std::move(input)](CardLease& lease) -> Result<Signed> {
            Card& card = lease.card();
            JPKI_TRY(check_identity(card, along));
            JPKI_TRY(ensure_login(card, along));
            Signed result{{}, along.key};
            if (!result.key) {
                JPKI_TRY_ASSIGN(result.key, read_key(card, along));
            }
            JPKI_TRY_ASSIGN(result.signature, sign_on_card(card, along, scheme, input));
            if (!verify_signature(*result.key->key, scheme, input, result.signature))
                return fail(Errc::signature_wrong,
                            "the card's signature does not verify; it is not passed on");
            return result;
        });
    const Lock lock(mutex_);
    JPKI_TRY(check_session(session));
    if (!failed_with(made, Errc::timed_out)) note_renewal(*renewal);
    if (failed_with(made, Errc::user_not_logged_in) && state_.logged_in) drop_login();
    if (!made) return fail(noted(made.error()));
    const bool hidden = profile().certificates[index_of(CertRole::user)].needs_login;
    if (still_logged_in(hidden, login)) note_key(std::move(made->key));
    return std::move(made->signature);
}

}  // namespace jpki::p11
