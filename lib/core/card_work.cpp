#include "core/card_work.hpp"

#include <algorithm>

#include "mechanism/signature_input.hpp"

namespace jpki::p11 {

namespace {

// The key of every known user certificate stands within this many bytes: three reads by SELECT, and two by
// short identifier after the one that gave the identity. Where it does not, more is read.
constexpr std::size_t kKeyReach = 767;
constexpr std::size_t kKeyStep = 256;

Result<std::shared_ptr<const crypto::KeyFacts>> read_key(Card& card, KeyPurpose purpose) {
    for (std::size_t reach = kKeyReach;; reach += kKeyStep) {
        JPKI_TRY_ASSIGN(const ByteView prefix, card.read_certificate(purpose, CertRole::user, reach));
        JPKI_TRY_ASSIGN(auto facts, crypto::parse_certificate_prefix(prefix));
        if (facts) return std::make_shared<const crypto::KeyFacts>(std::move(*facts));
        if (reach >= card.certificate_size(purpose, CertRole::user))
            return fail(Errc::malformed_answer, "a certificate without a key");
    }
}

Result<Bytes> send_signature(Card& card, CardContext& context, SignScheme scheme, ByteView input) {
    JPKI_TRY(ensure_login(card, context));
    auto signature = card.sign(context.purpose, scheme, input);
    // 6982: nothing was signed. A login of an earlier call that the card has lost is renewed, once.
    if (failed_with(signature, Errc::security_status) && !context.report) {
        JPKI_TRY(ensure_login(card, context));
        signature = card.sign(context.purpose, scheme, input);
    }
    // And one that was made in this very call: ask the user again.
    if (failed_with(signature, Errc::security_status))
        return fail(Errc::user_not_logged_in, "the card lost the login");
    return signature;
}

}  // namespace

Result<Look> look_at_card(CardLease& lease, const CardContext& context, Counter wanted) {
    Card& card = lease.card();
    Look seen;
    const bool has_purpose = card.family().tokens[index_of(context.purpose)] != nullptr;
    // A question between a login and its signature could disturb them; then the last answer stands.
    const bool in_use =
        std::ranges::any_of(kKeyPurposes, [&](KeyPurpose purpose) { return card.is_verified(purpose); });
    // The counter first: without short file identifiers the certificate's file is then still current when the
    // certificate is read next.
    if (has_purpose && (wanted == Counter::yes || (wanted == Counter::if_idle && !in_use))) {
        JPKI_TRY_ASSIGN(seen.counter, card.read_counter(context.purpose));
    }
    if (context.card) return seen;
    JPKI_TRY_ASSIGN(const ByteView identity, card.identify());
    // The family as the identification may have corrected it.
    seen.card = std::make_shared<KnownCard>(card.family(), to_bytes(identity), card.identity_is_unique());
    if (seen.card->token(context.purpose) == nullptr) lease.of_no_use();
    return seen;
}

Result<Loaded> load_from_card(Card& card, const CardContext& context, ObjectKind kind) {
    if (kind == ObjectKind::public_key || kind == ObjectKind::private_key) {
        JPKI_TRY_ASSIGN(auto key, read_key(card, context.purpose));
        return Loaded{nullptr, std::move(key)};
    }
    const CertRole role = kind == ObjectKind::ca_certificate ? CertRole::authority : CertRole::user;
    JPKI_TRY_ASSIGN(const ByteView der,
                    card.read_certificate(context.purpose, role, static_cast<std::size_t>(-1)));
    JPKI_TRY_ASSIGN(auto certificate, crypto::parse_certificate(der));
    if (role == CertRole::authority) return Loaded{std::move(certificate), nullptr};
    auto key =
        std::make_shared<const crypto::KeyFacts>(crypto::KeyFacts{certificate->subject, certificate->key});
    return Loaded{std::move(certificate), std::move(key)};
}

Result<crypto::Validity> read_validity_at_card(Card& card, const CardContext& context) {
    for (std::size_t reach = 1;;) {
        JPKI_TRY_ASSIGN(const ByteView prefix, card.read_certificate(context.purpose, CertRole::user, reach));
        JPKI_TRY_ASSIGN(const auto found, crypto::parse_validity_prefix(prefix));
        if (found) return *found;
        if (prefix.size() >= card.certificate_size(context.purpose, CertRole::user))
            return fail(Errc::malformed_answer, "a certificate without its validity");
        reach = prefix.size() + 1;
    }
}

Result<std::shared_ptr<const crypto::KeyFacts>> log_in_at_card(Card& card, CardContext& context) {
    auto key = context.card->key(context.purpose).key;
    // The certificate's file is current after the identity in the long form, so now is the cheapest moment to
    // get the key that every signature will be checked with. Failing that, the signature gets it.
    if (!key && !context.behind_login) {
        if (auto found = read_key(card, context.purpose)) key = std::move(*found);
    }
    JPKI_TRY(send_typed_pin(context, [&](const SecretBytes& pin) {
        return log_in(card, context.purpose, context.profile->pin, pin, context.typed.last_try);
    }));
    if (context.purpose == KeyPurpose::authentication && context.card->pss_undecided()) {
        if (const auto answer = card.probe_pss()) context.card->record_pss(*answer);
    }
    return key;
}

Result<Signed> sign_at_card(Card& card, CardContext& context, SignScheme scheme, ByteView input) {
    Signed made{{}, context.card->key(context.purpose).key};
    if (!made.key) {
        JPKI_TRY_ASSIGN(made.key, read_key(card, context.purpose));
    }
    JPKI_TRY_ASSIGN(made.signature, send_signature(card, context, scheme, input));
    if (!verify_signature(*made.key->key, scheme, input, made.signature))
        return fail(Errc::signature_wrong, "the card's signature does not verify; it is not passed on");
    return made;
}

}  // namespace jpki::p11
