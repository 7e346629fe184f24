#include "entry/rv.hpp"

namespace jpki::p11 {

// A switch without default, so that a new Errc does not compile unmapped. Nothing expected becomes
// CKR_GENERAL_ERROR.
CK_RV to_rv(Errc code) noexcept {
    switch (code) {
        case Errc::no_card:
        case Errc::token_not_present: return CKR_TOKEN_NOT_PRESENT;
        case Errc::card_removed:
        case Errc::reader_gone: return CKR_DEVICE_REMOVED;
        case Errc::card_reset:
        case Errc::card_mute:
        case Errc::reader_busy:
        case Errc::service_unavailable:
        case Errc::access_denied:
        case Errc::transport:
        case Errc::timed_out:
        case Errc::abandoned:
        case Errc::file_not_found:
        case Errc::wrong_length:
        case Errc::wrong_parameters:
        case Errc::unsupported_command:
        case Errc::card_failure:
        case Errc::malformed_answer:
        case Errc::signature_wrong: return CKR_DEVICE_ERROR;
        case Errc::not_jpki:
        case Errc::token_not_recognized: return CKR_TOKEN_NOT_RECOGNIZED;
        case Errc::security_status:
        case Errc::user_not_logged_in: return CKR_USER_NOT_LOGGED_IN;
        // A PIN that cannot be right is answered like a wrong one: the only code on which NSS asks again.
        case Errc::pin_incorrect:
        case Errc::pin_malformed: return CKR_PIN_INCORRECT;
        case Errc::pin_locked: return CKR_PIN_LOCKED;
        case Errc::last_try_refused: return CKR_FUNCTION_CANCELED;
        case Errc::pin_length: return CKR_PIN_LEN_RANGE;
        case Errc::pin_alphabet: return CKR_PIN_INVALID;
        case Errc::pin_too_weak: return CKR_PIN_TOO_WEAK;
        case Errc::arguments_bad: return CKR_ARGUMENTS_BAD;
        case Errc::not_initialized: return CKR_CRYPTOKI_NOT_INITIALIZED;
        case Errc::already_initialized: return CKR_CRYPTOKI_ALREADY_INITIALIZED;
        case Errc::cannot_lock: return CKR_CANT_LOCK;
        case Errc::function_not_supported: return CKR_FUNCTION_NOT_SUPPORTED;
        case Errc::function_not_parallel: return CKR_FUNCTION_NOT_PARALLEL;
        case Errc::slot_unknown: return CKR_SLOT_ID_INVALID;
        case Errc::session_unknown: return CKR_SESSION_HANDLE_INVALID;
        case Errc::session_parallel: return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
        case Errc::session_async: return CKR_SESSION_ASYNC_NOT_SUPPORTED;
        case Errc::session_read_only: return CKR_SESSION_READ_ONLY;
        case Errc::session_read_only_exists: return CKR_SESSION_READ_ONLY_EXISTS;
        case Errc::user_type_invalid: return CKR_USER_TYPE_INVALID;
        case Errc::user_already_logged_in: return CKR_USER_ALREADY_LOGGED_IN;
        case Errc::user_another_logged_in: return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
        case Errc::operation_active: return CKR_OPERATION_ACTIVE;
        case Errc::operation_not_initialized: return CKR_OPERATION_NOT_INITIALIZED;
        case Errc::mechanism_invalid: return CKR_MECHANISM_INVALID;
        case Errc::mechanism_parameter_invalid: return CKR_MECHANISM_PARAM_INVALID;
        case Errc::key_handle_invalid: return CKR_KEY_HANDLE_INVALID;
        case Errc::key_type_inconsistent: return CKR_KEY_TYPE_INCONSISTENT;
        case Errc::key_indigestible: return CKR_KEY_INDIGESTIBLE;
        case Errc::object_handle_invalid: return CKR_OBJECT_HANDLE_INVALID;
        case Errc::attribute_sensitive: return CKR_ATTRIBUTE_SENSITIVE;
        case Errc::attribute_type_invalid: return CKR_ATTRIBUTE_TYPE_INVALID;
        case Errc::action_prohibited: return CKR_ACTION_PROHIBITED;
        case Errc::data_length: return CKR_DATA_LEN_RANGE;
        case Errc::signature_invalid: return CKR_SIGNATURE_INVALID;
        case Errc::signature_length: return CKR_SIGNATURE_LEN_RANGE;
        case Errc::buffer_too_small: return CKR_BUFFER_TOO_SMALL;
        case Errc::state_unsaveable: return CKR_STATE_UNSAVEABLE;
        case Errc::saved_state_invalid: return CKR_SAVED_STATE_INVALID;
        case Errc::random_no_rng: return CKR_RANDOM_NO_RNG;
        case Errc::no_event: return CKR_NO_EVENT;
        case Errc::no_memory: return CKR_HOST_MEMORY;
        case Errc::internal: return CKR_GENERAL_ERROR;
    }
    return CKR_GENERAL_ERROR;
}

}  // namespace jpki::p11
