// PKCS#11 3.2 §5.12: message digests.
#include "entry/binding.hpp"

namespace jpki::p11 {

Status bind::C_DigestInit(Module& module, CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (mechanism == nullptr) {
        found->digest_end();
        return {};
    }
    JPKI_TRY_ASSIGN(const Mechanism* wanted, check_mechanism(*found, *mechanism));
    return found->digest_begin(*wanted);
}

Status bind::C_Digest(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_length,
                      CK_BYTE_PTR digest, CK_ULONG_PTR digest_length) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return finish(
        OutBuffer<CK_BYTE>(digest, digest_length), readable(data, data_length),
        [&] { return found->digest_size(Step::one_shot); },
        [&] { return found->digest_one_shot(view(data, data_length)); }, [&] { found->digest_end(); });
}

Status bind::C_DigestUpdate(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG length) {
    return feed(module, session, readable(part, length), &Session::digest_end,
                [&](Session& to) { return to.digest_update(view(part, length)); });
}

Status bind::C_DigestKey(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return found->digest_key(key);
}

Status bind::C_DigestFinal(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR digest,
                           CK_ULONG_PTR length) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return finish(
        OutBuffer<CK_BYTE>(digest, length), true, [&] { return found->digest_size(Step::final); },
        [&] { return found->digest_final(); }, [&] { found->digest_end(); });
}

}  // namespace jpki::p11
