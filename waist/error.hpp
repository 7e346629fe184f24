// The one error type that crosses rooms: a code, a number and static text, never a user's data.
// Everybody may make one; only lib/entry/rv.cpp turns it into a CK_RV. It never allocates and never throws.
#pragma once

#include <cstdint>
#include <source_location>

namespace jpki {

enum class Errc : std::uint8_t {
    // --- reader and transport (from SCARD_* codes, card/pcsc/pcsc_error.cpp)
    no_card,       // the reader is empty
    card_removed,  // the card this work was meant for has left, or another one took its place
    card_reset,    // somebody reset the card inside our work: its state is lost, the card is still there
    card_mute,     // the card does not answer to power-up or to a command
    reader_gone,   // the reader was unplugged
    reader_busy,   // another program holds the reader exclusively
    service_unavailable,  // no pcscd, or it speaks another protocol version
    access_denied,        // polkit (or a sandbox) refuses this session
    transport,            // any other failure on the way to the card
    timed_out,            // the deadline passed; what was sent may have been executed
    abandoned,            // nobody waits for this work any more, so nothing more was sent
    // --- card (from status words, card/iso7816/status_word.cpp)
    not_jpki,             // no JPKI application answers SELECT
    file_not_found,       // 6A82
    security_status,      // 6982
    pin_incorrect,        // 63Cx, x > 0
    pin_locked,           // 63C0, 6983, 6984
    wrong_length,         // 6700, 6Cxx
    wrong_parameters,     // 6A86, 6A88, 6B00, 6985, 6A80
    unsupported_command,  // 6D00, 6E00, 6881, 6882
    card_failure,         // any other status word; detail = SW1SW2
    malformed_answer,     // an answer that breaks ISO 7816-4, DER, or a bound
    signature_wrong,      // the card's signature does not verify: it is not passed on
    // --- login policy; what comes from here on, no card and no reader said
    pin_hopeless,      // an impossible PIN once more: to ask again would change nothing
    last_try_refused,  // one try left (or unknown) and the configuration keeps it
    pin_malformed,     // cannot be right, so it was not sent
    pin_length,        // a new PIN of impossible length
    pin_alphabet,      // a new PIN with impossible characters
    pin_too_weak,      // a new password without a letter or without a digit
    // --- PKCS#11 semantics (lib/)
    arguments_bad,
    not_initialized,
    already_initialized,
    cannot_lock,
    function_not_supported,
    function_not_parallel,
    slot_unknown,
    token_not_recognized,
    token_not_present,
    session_unknown,
    session_parallel,
    session_async,
    session_read_only,
    session_read_only_exists,
    user_type_invalid,
    user_already_logged_in,
    user_not_logged_in,
    user_another_logged_in,
    operation_active,
    operation_not_initialized,
    mechanism_invalid,
    mechanism_parameter_invalid,
    key_handle_invalid,
    key_type_inconsistent,
    key_indigestible,
    object_handle_invalid,
    attribute_sensitive,
    attribute_type_invalid,
    action_prohibited,
    data_length,
    signature_invalid,
    signature_length,
    buffer_too_small,
    state_unsaveable,
    saved_state_invalid,
    random_no_rng,
    no_event,
    // --- this process
    no_memory,
    internal,
};

inline constexpr Errc kLastOfCard = Errc::signature_wrong;

struct Error {
    Errc code;
    std::uint32_t detail = 0;  // SW1SW2 (16 bits) or an SCARD_* code (32 bits); 0: neither
    const char* what = "";     // static text in English, for the log
    std::source_location where = std::source_location::current();
};

}  // namespace jpki
