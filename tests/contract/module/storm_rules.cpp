// What each call may answer in a storm. Neither CKR_GENERAL_ERROR nor CKR_DEVICE_ERROR is in here: no thread
// and no removal excuses them.
#include <algorithm>
#include <sstream>

#include "storm.hpp"

namespace jpki::testing::storm {

namespace {

using Codes = std::vector<CK_RV>;

struct Row {
    Op op;
    const char* name;
    Codes calm;            // whatever the weather; other clients log in and out, and close all sessions
    Codes finalizes = {};  // besides CKR_CRYPTOKI_NOT_INITIALIZED
    Codes removes = {};
    Codes shares = {};
};

constexpr CK_RV kOk = CKR_OK;
constexpr CK_RV kClosed = CKR_SESSION_HANDLE_INVALID;
constexpr CK_RV kIdle = CKR_OPERATION_NOT_INITIALIZED;
constexpr CK_RV kActive = CKR_OPERATION_ACTIVE;
constexpr CK_RV kRemoved = CKR_DEVICE_REMOVED;
constexpr CK_RV kAbsent = CKR_TOKEN_NOT_PRESENT;
constexpr CK_RV kLoggedOut = CKR_USER_NOT_LOGGED_IN;
constexpr CK_RV kOtherKey = CKR_KEY_TYPE_INCONSISTENT;  // found by another client's search
constexpr CK_RV kNoSlot = CKR_SLOT_ID_INVALID;          // after C_Initialize, until the slots were listed

const std::vector<Row>& rows() {
    static const std::vector<Row> made{
        {Op::initialize, "C_Initialize", {kOk}, {CKR_CRYPTOKI_ALREADY_INITIALIZED}},
        {Op::finalize, "C_Finalize", {kOk}},
        {Op::slot_list, "C_GetSlotList", {kOk}},
        {Op::slot_info, "C_GetSlotInfo", {kOk}, {kNoSlot}},
        {Op::token_info, "C_GetTokenInfo", {kOk}, {kNoSlot}, {kAbsent, kRemoved}},
        {Op::mechanism_list, "C_GetMechanismList", {kOk}, {kNoSlot}, {kAbsent, kRemoved}},
        {Op::slot_event, "C_WaitForSlotEvent", {kOk, CKR_NO_EVENT}},
        {Op::open, "C_OpenSession", {kOk}, {kNoSlot}, {kAbsent, kRemoved}},
        {Op::close, "C_CloseSession", {kOk, kClosed}},
        {Op::close_all, "C_CloseAllSessions", {kOk}, {kNoSlot}},
        {Op::session_info, "C_GetSessionInfo", {kOk, kClosed}},
        {Op::login, "C_Login", {kOk, kClosed, CKR_USER_ALREADY_LOGGED_IN}, {}, {kRemoved}},
        {Op::logout, "C_Logout", {kOk, kClosed, kLoggedOut}, {}, {kRemoved}},
        {Op::find_init, "C_FindObjectsInit", {kOk, kClosed}, {}, {kRemoved}, {kActive}},
        {Op::find, "C_FindObjects", {kOk, kClosed, kIdle}},
        {Op::find_final, "C_FindObjectsFinal", {kOk, kClosed, kIdle}},
        // The signature token's certificate is private, and a logout gives private objects new handles.
        {Op::attributes,
         "C_GetAttributeValue",
         {kOk, kClosed, CKR_OBJECT_HANDLE_INVALID},
         {},
         {kRemoved},
         {CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_SENSITIVE}},
        {Op::sign_init, "C_SignInit", {kOk, kClosed, CKR_KEY_HANDLE_INVALID}, {}, {}, {kActive, kOtherKey}},
        {Op::pss_init,
         "C_SignInit (PSS)",
         {kOk, kClosed, CKR_KEY_HANDLE_INVALID},
         {},
         {kRemoved},
         {kActive, kOtherKey}},
        {Op::sign, "C_Sign", {kOk, kClosed, kIdle, kLoggedOut}, {}, {kRemoved}, {kActive}},
        {Op::sign_update, "C_SignUpdate", {kOk, kClosed, kIdle}, {}, {}, {kActive}},
        {Op::sign_final, "C_SignFinal", {kOk, kClosed, kIdle, kLoggedOut}, {}, {kRemoved}, {kActive}},
        {Op::verify_init,
         "C_VerifyInit",
         {kOk, kClosed, CKR_KEY_HANDLE_INVALID},
         {},
         {kRemoved},
         {kActive, kOtherKey}},
        // Of another person's card, or with another client's mechanism, a good signature is none.
        {Op::verify, "C_Verify", {kOk, kClosed}, {}, {CKR_SIGNATURE_INVALID}, {kIdle, CKR_SIGNATURE_INVALID}},
        {Op::verify_forged, "C_Verify (forged)", {CKR_SIGNATURE_INVALID, kClosed}, {}, {}, {kIdle}},
        {Op::digest_init, "C_DigestInit", {kOk, kClosed}, {}, {}, {kActive}},
        {Op::digest, "C_Digest", {kOk, kClosed}, {}, {}, {kIdle, kActive}},
        {Op::digest_update, "C_DigestUpdate", {kOk, kClosed}, {}, {}, {kIdle, kActive}},
        {Op::digest_final, "C_DigestFinal", {kOk, kClosed}, {}, {}, {kIdle, kActive}},
    };
    return made;
}

bool has(const Codes& codes, CK_RV rv) { return std::ranges::find(codes, rv) != codes.end(); }

bool allowed(const Row& row, CK_RV rv, const Weather& weather) {
    if (has(row.calm, rv)) return true;
    if (weather.finalizes && (rv == CKR_CRYPTOKI_NOT_INITIALIZED || has(row.finalizes, rv))) return true;
    return (weather.removes && has(row.removes, rv)) || (weather.shares && has(row.shares, rv));
}

}  // namespace

void Tally::add(const Tally& other) {
    for (const auto& [what, times] : other.seen_)
        seen_[what] += times;
}

std::uint64_t Tally::count(Op op, CK_RV rv) const {
    const auto found = seen_.find({op, rv});
    return found == seen_.end() ? 0 : found->second;
}

std::uint64_t Tally::calls() const {
    std::uint64_t all = 0;
    for (const auto& [what, times] : seen_)
        all += times;
    return all;
}

std::string Tally::surprises(const Weather& weather) const {
    std::ostringstream text;
    for (const auto& [what, times] : seen_) {
        const auto row = std::ranges::find(rows(), what.first, &Row::op);
        if (row != rows().end() && allowed(*row, what.second, weather)) continue;
        text << (row == rows().end() ? "a call without a row" : row->name) << ": 0x" << std::hex
             << what.second << std::dec << ", " << times << " times\n";
    }
    return text.str();
}

}  // namespace jpki::testing::storm
