#include "entry/vendor.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "entry/guard.hpp"
#include "waist/validity.hpp"

namespace jpki::p11 {

namespace {

// Of each struct in its first version: what it has been since, whatever is appended, an older caller has that
// much.
template <class Struct>
constexpr std::size_t kFirstSize = 0;
template <>
constexpr std::size_t kFirstSize<JPKI_TOKEN_STATUS> = offsetof(JPKI_TOKEN_STATUS, ulNotBefore);
template <>
constexpr std::size_t kFirstSize<JPKI_SLOT_STATUS> = offsetof(JPKI_SLOT_STATUS, ulCode) + sizeof(CK_ULONG);
template <>
constexpr std::size_t kFirstSize<JPKI_MODULE_STATUS> =
    offsetof(JPKI_MODULE_STATUS, ulThreads) + sizeof(CK_ULONG);

// Fills in as much as the caller's header knew; ulSize stays the caller's. `make` fills a whole one.
template <class Struct, class Make>
Status fill(Struct* wanted, Make make) {
    static_assert(kFirstSize<Struct> != 0);
    if (wanted == nullptr || wanted->ulSize < kFirstSize<Struct>) return fail(Errc::arguments_bad);
    Struct made{};
    JPKI_TRY(make(&made));
    made.ulSize = wanted->ulSize;
    std::memcpy(wanted, &made, std::min<std::size_t>(wanted->ulSize, sizeof made));
    return {};
}

std::chrono::sys_seconds at(std::int64_t seconds) {
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

Status token_status(Module& module, Token& token, JPKI_TOKEN_STATUS* status) {
    JPKI_TRY_ASSIGN(const TokenInfo info, token.read_info(true));
    status->ulKeyPurpose = token.purpose() == KeyPurpose::authentication ? JPKI_KEY_PURPOSE_AUTHENTICATION
                                                                         : JPKI_KEY_PURPOSE_SIGNATURE;
    status->ulTriesLeft = info.pin_state.tries ? CK_ULONG{*info.pin_state.tries} : JPKI_TRIES_UNKNOWN;
    status->ulMaxTries = info.pin.max_tries;
    status->ulLastRefusal = static_cast<CK_ULONG>(info.pin_state.refusal);
    status->ulFamily = static_cast<CK_ULONG>(info.family);
    status->ulLastStatusWord = info.last_failure;
    const auto valid = token.read_validity();
    const auto now = at(module.environment().clock->wall_seconds());
    status->lDaysLeft = valid ? days_left(now, at(valid->not_after)) : JPKI_DAYS_UNKNOWN;
    status->ulRenewalOpen = valid && renewal_open(now, at(valid->not_after)) ? 1 : 0;
    status->ulNotBefore = valid ? static_cast<CK_ULONG>(valid->not_before) : 0;
    status->ulNotAfter = valid ? static_cast<CK_ULONG>(valid->not_after) : 0;
    return {};
}

Status slot_status(Token& token, JPKI_SLOT_STATUS* status) {
    const CardStatus found = token.refresh().card;
    status->ulCard = static_cast<CK_ULONG>(found.state);
    status->ulCode = found.code;
    return {};
}

Status module_status(const Module& module, JPKI_MODULE_STATUS* status) {
    const auto& problems = module.environment().problems;
    status->ulConfigProblems = static_cast<CK_ULONG>(problems.size());
    status->ulConfigLine = problems.empty() ? 0 : problems.front().line;
    status->ulConfigColumn = problems.empty() ? 0 : problems.front().column;
    status->ulThreads = module.environment().threads ? 1 : 0;
    return {};
}

// A session, not a slot: what the holder was shown and has agreed to is true of that card alone.
Status allow_last_try(Module& module, CK_SESSION_HANDLE session) {
    JPKI_TRY_ASSIGN(const auto found, module.session_for_login(session));
    found->allow_last_try();
    return {};
}

template <class Body>
CK_RV answered(std::string_view function, LogLevel success, Body body) noexcept {
    return guarded([&]() -> Status {
        JPKI_TRY_ASSIGN(const auto module, library::module());
        const Status status = body(*module);
        trace(*module->environment().log, function, status, success);
        return status;
    });
}

extern "C" {
static CK_RV get_token_status(CK_SLOT_ID slot, JPKI_TOKEN_STATUS* status) {
    return answered("JPKI_GetTokenStatus", LogLevel::trace, [&](Module& module) -> Status {
        JPKI_TRY_ASSIGN(const auto token, module.slot(slot));
        return fill(status, [&](auto* made) { return token_status(module, *token, made); });
    });
}
static CK_RV get_module_status(JPKI_MODULE_STATUS* status) {
    return answered("JPKI_GetModuleStatus", LogLevel::trace, [&](const Module& module) {
        return fill(status, [&](auto* made) { return module_status(module, made); });
    });
}
static CK_RV get_slot_status(CK_SLOT_ID slot, JPKI_SLOT_STATUS* status) {
    return answered("JPKI_GetSlotStatus", LogLevel::trace, [&](Module& module) -> Status {
        JPKI_TRY_ASSIGN(const auto token, module.slot(slot));
        return fill(status, [&](auto* made) { return slot_status(*token, made); });
    });
}
// Without being asked for more the log says who gave the last try away.
static CK_RV allow_last_try_of(CK_SESSION_HANDLE session) {
    return answered("JPKI_AllowLastTry", LogLevel::warning,
                    [&](Module& module) { return allow_last_try(module, session); });
}
}

}  // namespace

constinit JPKI_FUNCTION_LIST g_vendor_list{
    {1, 1}, &get_token_status, &get_module_status, &allow_last_try_of, &get_slot_status};

}  // namespace jpki::p11
