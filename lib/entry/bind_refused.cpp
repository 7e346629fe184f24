// Functions whose right answer is a particular refusal (PKCS#11 3.2 §§5.5.8, 5.19, 5.20, 5.21).
#include "entry/binding.hpp"

namespace jpki::p11 {

namespace {

Status refuse(Module& module, CK_SESSION_HANDLE session, bool arguments_ok, Errc code) {
    JPKI_TRY(module.session(session));
    return fail(arguments_ok ? code : Errc::arguments_bad);
}

}  // namespace

// Never in a security officer's session, so nobody may do this.
Status bind::C_InitPIN(Module& module, CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR /*pin*/,
                       CK_ULONG /*pin_length*/) {
    return refuse(module, session, true, Errc::user_not_logged_in);
}

Status bind::C_SeedRandom(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR seed, CK_ULONG length) {
    return refuse(module, session, readable(seed, length), Errc::random_no_rng);
}

Status bind::C_GenerateRandom(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR random,
                              CK_ULONG length) {
    return refuse(module, session, readable(random, length), Errc::random_no_rng);
}

Status bind::C_GetFunctionStatus(Module& module, CK_SESSION_HANDLE session) {
    return refuse(module, session, true, Errc::function_not_parallel);
}

Status bind::C_CancelFunction(Module& module, CK_SESSION_HANDLE session) {
    return refuse(module, session, true, Errc::function_not_parallel);
}

Status bind::C_AsyncComplete(Module& module, CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR /*function*/,
                             CK_ASYNC_DATA_PTR /*result*/) {
    return refuse(module, session, true, Errc::session_async);
}

Status bind::C_AsyncGetID(Module& module, CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR /*function*/,
                          CK_ULONG_PTR /*id*/) {
    return refuse(module, session, true, Errc::session_async);
}

Status bind::C_AsyncJoin(Module& module, CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR /*function*/,
                         CK_ULONG /*id*/, CK_BYTE_PTR /*data*/, CK_ULONG /*length*/) {
    return refuse(module, session, true, Errc::session_async);
}

}  // namespace jpki::p11
