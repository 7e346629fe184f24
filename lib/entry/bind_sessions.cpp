// PKCS#11 3.2 §5.6: sessions and login.
#include "entry/binding.hpp"

namespace jpki::p11 {

namespace {

CK_STATE state_of(const Session& session) {
    if (session.token().refresh().logged_in)
        return session.rw() ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
    return session.rw() ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION;
}

// The card has no security officer; the answer depends on what stands in the way (PKCS#11 3.2 §5.6.8).
Status log_in_as_officer(Module& module, const Session& session) {
    if (module.has_read_only_session(session.slot())) return fail(Errc::session_read_only_exists);
    if (session.token().refresh().logged_in) return fail(Errc::user_another_logged_in);
    return fail(Errc::user_type_invalid);
}

}  // namespace

Status bind::C_OpenSession(Module& module, CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR /*application*/,
                           CK_NOTIFY /*notify*/, CK_SESSION_HANDLE_PTR session) {
    JPKI_TRY(module.slot(slot));
    if (session == nullptr) return fail(Errc::arguments_bad);
    if ((flags & CKF_SERIAL_SESSION) == 0) return fail(Errc::session_parallel);
    if ((flags & CKF_ASYNC_SESSION) != 0) return fail(Errc::session_async);
    JPKI_TRY_ASSIGN(*session, module.open_session(slot, (flags & CKF_RW_SESSION) != 0));
    return {};
}

Status bind::C_CloseSession(Module& module, CK_SESSION_HANDLE session) {
    return module.close_session(session);
}

Status bind::C_CloseAllSessions(Module& module, CK_SLOT_ID slot) { return module.close_all_sessions(slot); }

Status bind::C_GetSessionInfo(Module& module, CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (info == nullptr) return fail(Errc::arguments_bad);
    info->slotID = found->slot();
    info->state = state_of(*found);
    info->flags = CKF_SERIAL_SESSION | (found->rw() ? CKF_RW_SESSION : 0UL);
    info->ulDeviceError = found->device_error();
    return {};
}

Status bind::C_SessionCancel(Module& module, CK_SESSION_HANDLE session, CK_FLAGS flags) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if ((flags & CKF_FIND_OBJECTS) != 0) (void)found->search().end();
    if ((flags & CKF_DIGEST) != 0) found->digest().end();
    if ((flags & CKF_SIGN) != 0) found->sign().end();
    if ((flags & CKF_VERIFY) != 0) found->verify().end();
    return {};
}

Status bind::C_GetOperationState(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR /*state*/,
                                 CK_ULONG_PTR length) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (length == nullptr) return fail(Errc::arguments_bad);
    return fail(found->busy() ? Errc::state_unsaveable : Errc::operation_not_initialized);
}

Status bind::C_SetOperationState(Module& module, CK_SESSION_HANDLE session, CK_BYTE_PTR state,
                                 CK_ULONG /*length*/, CK_OBJECT_HANDLE /*encryption*/,
                                 CK_OBJECT_HANDLE /*authentication*/) {
    JPKI_TRY(module.session(session));
    if (state == nullptr) return fail(Errc::arguments_bad);
    return fail(Errc::saved_state_invalid);
}

Status bind::C_Login(Module& module, CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin,
                     CK_ULONG pin_length) {
    JPKI_TRY_ASSIGN(const auto found, module.session_for_login(session));
    switch (user) {
        case CKU_USER: break;
        case CKU_SO: return log_in_as_officer(module, *found);
        case CKU_CONTEXT_SPECIFIC:
            if (!found->sign().awaits_login()) return fail(Errc::operation_not_initialized);
            if (pin == nullptr) return fail(Errc::arguments_bad);
            return found->sign().authenticate(view(pin, pin_length));
        default: return fail(Errc::user_type_invalid);
    }
    if (found->token().refresh().logged_in) return fail(Errc::user_already_logged_in);
    if (pin == nullptr) return fail(Errc::arguments_bad);
    return found->log_in(view(pin, pin_length));
}

Status bind::C_LoginUser(Module& module, CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin,
                         CK_ULONG pin_length, CK_UTF8CHAR_PTR /*name*/, CK_ULONG name_length) {
    JPKI_TRY(module.session_for_login(session));
    if (name_length != 0) return fail(Errc::arguments_bad, "users of this token have no names");
    return bind::C_Login(module, session, user, pin, pin_length);
}

Status bind::C_SetPIN(Module& module, CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_length,
                      CK_UTF8CHAR_PTR new_pin, CK_ULONG new_length) {
    JPKI_TRY_ASSIGN(const auto found, module.session_for_login(session));
    if (old_pin == nullptr || new_pin == nullptr) return fail(Errc::arguments_bad);
    if (!found->rw()) return fail(Errc::session_read_only);
    return found->set_pin(view(old_pin, old_length), view(new_pin, new_length));
}

Status bind::C_Logout(Module& module, CK_SESSION_HANDLE session) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return found->log_out();
}

Status bind::C_GetSessionValidationFlags(Module& module, CK_SESSION_HANDLE session,
                                         CK_SESSION_VALIDATION_FLAGS_TYPE type, CK_FLAGS_PTR flags) {
    JPKI_TRY(module.session(session));
    if (flags == nullptr || type != CKS_LAST_VALIDATION_OK) return fail(Errc::arguments_bad);
    *flags = 0;
    return {};
}

}  // namespace jpki::p11
