// PKCS#11 3.2 §5.12: message digests.
#include "entry/binding.hpp"

namespace jpki::p11 {

Status bind::C_DigestInit(Module& module, CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (mechanism == nullptr) {
        found->digest().end();
        return {};
    }
    JPKI_TRY_ASSIGN(const Mechanism* wanted, check_mechanism(*found, *mechanism));
    return found->digest().begin(*wanted);
}

Status bind::C_Digest(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_length,
                      CK_BYTE_PTR digest, CK_ULONG_PTR digest_length) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return finish(found->digest(), Step::one_shot, OutBuffer<CK_BYTE>(digest, digest_length),
                  readable(data, data_length),
                  [&] { return found->digest().one_shot(view(data, data_length)); });
}

Status bind::C_DigestUpdate(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG length) {
    return feed(module, session, readable(part, length), &Session::digest,
                [&](DigestOperation& to) { return to.update(view(part, length)); });
}

Status bind::C_DigestKey(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return found->digest().key(key);
}

Status bind::C_DigestFinal(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR digest,
                           CK_ULONG_PTR length) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return finish(found->digest(), Step::final, OutBuffer<CK_BYTE>(digest, length), true,
                  [&] { return found->digest().final(); });
}

}  // namespace jpki::p11
