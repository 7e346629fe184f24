// PKCS#11 3.2 §§5.13, 5.15: signing by the card, verifying in software.
#include <cstring>

#include "entry/binding.hpp"

namespace jpki::p11 {

namespace {

// CKM_RSA_PKCS_PSS as the card does it: SHA-256, MGF1 with SHA-256, a salt of 32 bytes, and nothing else.
bool is_the_cards_pss(const CK_MECHANISM& mechanism) {
    CK_RSA_PKCS_PSS_PARAMS wanted{};
    if (mechanism.pParameter == nullptr || mechanism.ulParameterLen != sizeof wanted) return false;
    std::memcpy(&wanted, mechanism.pParameter, sizeof wanted);
    return wanted.hashAlg == CKM_SHA256 && wanted.mgf == CKG_MGF1_SHA256 && wanted.sLen == 32;
}

}  // namespace

Result<const Mechanism*> check_mechanism(Session& session, const CK_MECHANISM& mechanism) {
    const Mechanism* known = find_mechanism(mechanism.mechanism);
    if (known == nullptr) return fail(Errc::mechanism_invalid);
    if (known->needs_pss()) {
        const auto offered = session.token().pss();
        // The token's answer is that of the card that is there now, which may be another one by now.
        if (!offered && !session.check_alive()) return fail(Errc::card_removed);
        if (!offered) return fail(offered.error());
        if (!offered->usable) return fail(Errc::mechanism_invalid);
        if (!is_the_cards_pss(mechanism)) return fail(Errc::mechanism_parameter_invalid);
        return known;
    }
    if (mechanism.pParameter != nullptr || mechanism.ulParameterLen != 0)
        return fail(Errc::mechanism_parameter_invalid);
    return known;
}

Status bind::C_SignInit(Module& module, CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism,
                        CK_OBJECT_HANDLE key) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (mechanism == nullptr) {
        found->sign().end();
        return {};
    }
    JPKI_TRY_ASSIGN(const Mechanism* wanted, check_mechanism(*found, *mechanism));
    return found->sign().begin(*wanted, key);
}

Status bind::C_Sign(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_length,
                    CK_BYTE_PTR signature, CK_ULONG_PTR length) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return finish(found->sign(), Step::one_shot, OutBuffer<CK_BYTE>(signature, length),
                  readable(data, data_length),
                  [&] { return found->sign().one_shot(view(data, data_length)); });
}

Status bind::C_SignUpdate(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG length) {
    return feed(module, session, readable(part, length), &Session::sign,
                [&](SignOperation& to) { return to.update(view(part, length)); });
}

Status bind::C_SignFinal(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR signature,
                         CK_ULONG_PTR length) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return finish(found->sign(), Step::final, OutBuffer<CK_BYTE>(signature, length), true,
                  [&] { return found->sign().final(); });
}

Status bind::C_VerifyInit(Module& module, CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism,
                          CK_OBJECT_HANDLE key) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (mechanism == nullptr) {
        found->verify().end();
        return {};
    }
    JPKI_TRY_ASSIGN(const Mechanism* wanted, check_mechanism(*found, *mechanism));
    return found->verify().begin(*wanted, key, std::nullopt);
}

Status bind::C_Verify(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_length,
                      CK_BYTE_PTR signature, CK_ULONG length) {
    return feed(
        module, session, readable(data, data_length) && signature != nullptr, &Session::verify,
        [&](VerifyOperation& to) { return to.one_shot(view(data, data_length), view(signature, length)); });
}

Status bind::C_VerifyUpdate(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG length) {
    return feed(module, session, readable(part, length), &Session::verify,
                [&](VerifyOperation& to) { return to.update(view(part, length), false); });
}

Status bind::C_VerifyFinal(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR signature,
                           CK_ULONG length) {
    return feed(module, session, signature != nullptr, &Session::verify,
                [&](VerifyOperation& to) { return to.final(view(signature, length)); });
}

Status bind::C_VerifySignatureInit(Module& module, CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism,
                                   CK_OBJECT_HANDLE key, CK_BYTE_PTR signature, CK_ULONG length) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (mechanism == nullptr) {
        found->verify().end();
        return {};
    }
    if (signature == nullptr) return fail(Errc::arguments_bad);
    JPKI_TRY_ASSIGN(const Mechanism* wanted, check_mechanism(*found, *mechanism));
    return found->verify().begin(*wanted, key, to_bytes(view(signature, length)));
}

Status bind::C_VerifySignature(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR data,
                               CK_ULONG data_length) {
    return feed(module, session, readable(data, data_length), &Session::verify,
                [&](VerifyOperation& to) { return to.one_shot(view(data, data_length), std::nullopt); });
}

Status bind::C_VerifySignatureUpdate(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR part,
                                     CK_ULONG length) {
    return feed(module, session, readable(part, length), &Session::verify,
                [&](VerifyOperation& to) { return to.update(view(part, length), true); });
}

Status bind::C_VerifySignatureFinal(Module& module, CK_SESSION_HANDLE session) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return found->verify().final(std::nullopt);
}

}  // namespace jpki::p11
