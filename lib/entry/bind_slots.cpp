// PKCS#11 3.2 §5.5: slots, tokens, mechanisms.
#include "entry/binding.hpp"
#include "mechanism/mechanism_table.hpp"
#include "waist/visible.hpp"

namespace jpki::p11 {

namespace {

constexpr CK_BYTE kVersionDigit = 0;

// Two slots of one reader must differ even when its name is cut, so the key's mark has its place at the end.
std::string describe(const Token& token, std::size_t size) {
    const std::string_view mark = token.purpose() == KeyPurpose::authentication ? " [A]" : " [S]";
    std::string name = visible(token.reader_name(), size - mark.size(), "");
    // A blank before the mark's would be shown as one too many, and the mark be cut in its place.
    name.erase(name.find_last_not_of(' ') + 1);
    return name.append(mark);
}

CK_FLAGS pin_flags(const TokenInfo& info) {
    if (info.pin_state.tries == std::uint8_t{0}) return CKF_USER_PIN_LOCKED;
    CK_FLAGS flags = 0;
    if (info.pin_state.wrong_since_success ||
        info.pin_state.tries.value_or(info.pin.max_tries) < info.pin.max_tries)
        flags |= CKF_USER_PIN_COUNT_LOW;
    if (info.pin_state.tries == std::uint8_t{1}) flags |= CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_COUNT_LOW;
    return flags;
}

}  // namespace

Status bind::C_GetSlotList(Module& module, CK_BBOOL token_present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count) {
    if (count == nullptr) return fail(Errc::arguments_bad);
    return deliver(OutBuffer<CK_SLOT_ID>(list, count),
                   module.slots(token_present != CK_FALSE, list == nullptr));
}

Status bind::C_GetSlotInfo(Module& module, CK_SLOT_ID slot, CK_SLOT_INFO_PTR info) {
    JPKI_TRY_ASSIGN(const auto token, module.slot(slot));
    if (info == nullptr) return fail(Errc::arguments_bad);
    *info = CK_SLOT_INFO{};
    pad(describe(*token, sizeof info->slotDescription), info->slotDescription, sizeof info->slotDescription);
    pad("JPKI", info->manufacturerID, sizeof info->manufacturerID);
    info->flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT | (token->refresh().present ? CKF_TOKEN_PRESENT : 0UL);
    info->hardwareVersion = {kVersionDigit, kVersionDigit};
    info->firmwareVersion = {kVersionDigit, kVersionDigit};
    return {};
}

Status bind::C_GetTokenInfo(Module& module, CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
    JPKI_TRY_ASSIGN(const auto token, module.slot(slot));
    if (info == nullptr) return fail(Errc::arguments_bad);
    JPKI_TRY_ASSIGN(const TokenInfo known, token->read_info());
    *info = CK_TOKEN_INFO{};
    pad(known.label, info->label, sizeof info->label);
    pad("JPKI", info->manufacturerID, sizeof info->manufacturerID);
    pad(known.model, info->model, sizeof info->model);
    pad(known.serial, info->serialNumber, sizeof info->serialNumber);
    info->flags = CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED | pin_flags(known);
    info->ulMaxSessionCount = CK_EFFECTIVELY_INFINITE;
    info->ulSessionCount = known.sessions;
    info->ulMaxRwSessionCount = CK_EFFECTIVELY_INFINITE;
    info->ulRwSessionCount = known.rw_sessions;
    info->ulMinPinLen = known.pin.min_length;
    info->ulMaxPinLen = known.pin.max_length;
    info->ulTotalPublicMemory = CK_UNAVAILABLE_INFORMATION;
    info->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
    info->ulTotalPrivateMemory = CK_UNAVAILABLE_INFORMATION;
    info->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
    pad("", info->utcTime, sizeof info->utcTime);
    return {};
}

Status bind::C_WaitForSlotEvent(Module& module, CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved) {
    if (slot == nullptr || reserved != nullptr) return fail(Errc::arguments_bad);
    JPKI_TRY_ASSIGN(*slot, module.wait_for_event((flags & CKF_DONT_BLOCK) == 0));
    return {};
}

Status bind::C_GetMechanismList(Module& module, CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list,
                                CK_ULONG_PTR count) {
    JPKI_TRY_ASSIGN(const auto token, module.slot(slot));
    if (count == nullptr) return fail(Errc::arguments_bad);
    JPKI_TRY_ASSIGN(const PssSupport pss, token->pss());
    std::vector<CK_MECHANISM_TYPE> types;
    for (const Mechanism& mechanism : mechanisms()) {
        if (pss.listed || !mechanism.needs_pss()) types.push_back(mechanism.type);
    }
    return deliver(OutBuffer<CK_MECHANISM_TYPE>(list, count), types);
}

Status bind::C_GetMechanismInfo(Module& module, CK_SLOT_ID slot, CK_MECHANISM_TYPE type,
                                CK_MECHANISM_INFO_PTR info) {
    JPKI_TRY_ASSIGN(const auto token, module.slot(slot));
    if (info == nullptr) return fail(Errc::arguments_bad);
    JPKI_TRY_ASSIGN(const PssSupport pss, token->pss());
    const Mechanism* mechanism = find_mechanism(type);
    if (mechanism == nullptr || (mechanism->needs_pss() && !pss.listed)) return fail(Errc::mechanism_invalid);
    const auto bits = mechanism->signs() ? static_cast<CK_ULONG>(token->refresh().signature_size * 8) : 0;
    *info = CK_MECHANISM_INFO{bits, bits, mechanism->flags};
    return {};
}

Status bind::C_InitToken(Module& module, CK_SLOT_ID slot, CK_UTF8CHAR_PTR /*pin*/, CK_ULONG /*pin_length*/,
                         CK_UTF8CHAR_PTR /*label*/) {
    JPKI_TRY(module.slot(slot));
    return fail(Errc::function_not_supported, "the card is issued by the municipality");
}

}  // namespace jpki::p11
