// Interfaces, slots, tokens and the vendor interface, as the module describes them.
#include <array>
#include <cstddef>

#include "flags.hpp"
#include "jpki/jpki_pkcs11.h"
#include "library.hpp"
#include "report.hpp"

namespace jpki::features {

namespace {

constexpr Flag kSlotFlags[] = {JPKI_FLAG(CKF_TOKEN_PRESENT), JPKI_FLAG(CKF_REMOVABLE_DEVICE),
                               JPKI_FLAG(CKF_HW_SLOT)};
constexpr Flag kTokenFlags[] = {
    JPKI_FLAG(CKF_RNG),
    JPKI_FLAG(CKF_WRITE_PROTECTED),
    JPKI_FLAG(CKF_LOGIN_REQUIRED),
    JPKI_FLAG(CKF_USER_PIN_INITIALIZED),
    JPKI_FLAG(CKF_RESTORE_KEY_NOT_NEEDED),
    JPKI_FLAG(CKF_CLOCK_ON_TOKEN),
    JPKI_FLAG(CKF_PROTECTED_AUTHENTICATION_PATH),
    JPKI_FLAG(CKF_DUAL_CRYPTO_OPERATIONS),
    JPKI_FLAG(CKF_TOKEN_INITIALIZED),
    JPKI_FLAG(CKF_USER_PIN_COUNT_LOW),
    JPKI_FLAG(CKF_USER_PIN_FINAL_TRY),
    JPKI_FLAG(CKF_USER_PIN_LOCKED),
    JPKI_FLAG(CKF_ASYNC_SESSION_SUPPORTED),
};

constexpr std::size_t kFunctions240 = sizeof(CK_FUNCTION_LIST) / sizeof(void*) - 1;
constexpr std::size_t kFunctions30 = sizeof(CK_FUNCTION_LIST_3_0) / sizeof(void*) - 1;
constexpr std::size_t kFunctions32 = sizeof(CK_FUNCTION_LIST_3_2) / sizeof(void*) - 1;
constexpr std::size_t kFunctionsVendor = sizeof(JPKI_FUNCTION_LIST) / sizeof(void*) - 1;

std::size_t size_of_list(const std::string& name, CK_VERSION version) {
    if (name != "PKCS 11") return kFunctionsVendor;
    if (version.major < 3) return kFunctions240;
    return version.minor < 2 ? kFunctions30 : kFunctions32;
}

std::string dotted(CK_VERSION version) {
    return std::to_string(version.major) + "." + std::to_string(version.minor);
}

template <std::size_t Size>
std::string unpadded(const CK_UTF8CHAR (&field)[Size]) {
    std::string text(reinterpret_cast<const char*>(field), Size);
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

CK_TOKEN_INFO info_of(CK_SLOT_ID slot) {
    CK_TOKEN_INFO info{};
    must(C_GetTokenInfo(slot, &info), "C_GetTokenInfo");
    return info;
}

JPKI_FUNCTION_LIST* vendor_list() {
    CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
    CK_INTERFACE* found = nullptr;
    must(C_GetInterface(name, nullptr, &found, 0), "C_GetInterface");
    return static_cast<JPKI_FUNCTION_LIST*>(found->pFunctionList);
}

JPKI_TOKEN_STATUS status_of(CK_SLOT_ID slot) {
    JPKI_TOKEN_STATUS status{};
    status.ulSize = sizeof status;
    must(vendor_list()->JPKI_GetTokenStatus(slot, &status), "JPKI_GetTokenStatus");
    return status;
}

std::string limit(CK_ULONG count) {
    return count == CK_EFFECTIVELY_INFINITE ? "none" : std::to_string(count);
}

std::string lengths(const CK_TOKEN_INFO& info) {
    return info.ulMinPinLen == info.ulMaxPinLen
               ? std::to_string(info.ulMinPinLen)
               : std::to_string(info.ulMinPinLen) + " to " + std::to_string(info.ulMaxPinLen);
}

struct Field {
    std::size_t offset;
    const char* name;
    const char* meaning;
};
#define JPKI_FIELD(type, name, meaning) {offsetof(type, name), #name, meaning}
constexpr Field kTokenStatus[] = {
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulSize, "set by the caller"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulKeyPurpose, "which of the two tokens"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulTriesLeft, "of its PIN, asked of the card now; costs no try"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulMaxTries, "of its PIN"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulLastRefusal, "why the last login was not sent to the card"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulFamily, "what card it is"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulLastStatusWord, "of the last command that failed"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, lDaysLeft, "until the user's certificate ends"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulRenewalOpen, "whether it can be renewed already"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulNotBefore, "its beginning, seconds since 1970"),
    JPKI_FIELD(JPKI_TOKEN_STATUS, ulNotAfter, "its end, seconds since 1970"),
};
constexpr Field kModuleStatus[] = {
    JPKI_FIELD(JPKI_MODULE_STATUS, ulSize, "set by the caller"),
    JPKI_FIELD(JPKI_MODULE_STATUS, ulConfigProblems, "mistakes in `pkcs11.conf`"),
    JPKI_FIELD(JPKI_MODULE_STATUS, ulConfigLine, "of the first mistake"),
    JPKI_FIELD(JPKI_MODULE_STATUS, ulConfigColumn, "of the first mistake"),
    JPKI_FIELD(JPKI_MODULE_STATUS, ulThreads, "whether the module has threads of its own"),
};
constexpr Field kSlotStatus[] = {
    JPKI_FIELD(JPKI_SLOT_STATUS, ulSize, "set by the caller"),
    JPKI_FIELD(JPKI_SLOT_STATUS, ulCard, "none, present, silent, held by another program, foreign, failing"),
    JPKI_FIELD(JPKI_SLOT_STATUS, ulCode, "of PC/SC or of the card: what stands behind that"),
};
// Every field is of the size of CK_ULONG and follows the one before, so none is missing here.
static_assert(sizeof(JPKI_TOKEN_STATUS) == std::size(kTokenStatus) * sizeof(CK_ULONG));
static_assert(sizeof(JPKI_MODULE_STATUS) == std::size(kModuleStatus) * sizeof(CK_ULONG));
static_assert(sizeof(JPKI_SLOT_STATUS) == std::size(kSlotStatus) * sizeof(CK_ULONG));
static_assert(kFunctionsVendor == 4);

template <std::size_t Size>
void fields(Report& report, const char* function, const Field (&rows)[Size]) {
    std::size_t offset = 0;
    for (const Field& field : rows) {
        report.expect(field.offset == offset, std::string(field.name) + " stands in its place");
        offset += sizeof(CK_ULONG);
        report.row({code(function), code(field.name), field.meaning});
    }
}

}  // namespace

void interfaces(Report& report) {
    std::array<CK_INTERFACE, 16> list{};
    auto count = static_cast<CK_ULONG>(list.size());
    must(C_GetInterfaceList(list.data(), &count), "C_GetInterfaceList");
    report.line("## Interfaces");
    report.line();
    report.head({"name", "version", "functions", "flags"});
    for (CK_ULONG i = 0; i < count; ++i) {
        const CK_INTERFACE& interface = list.at(i);
        const std::string name = reinterpret_cast<const char*>(interface.pInterfaceName);
        const CK_VERSION version = *static_cast<const CK_VERSION*>(interface.pFunctionList);
        report.row({code(name), dotted(version), std::to_string(size_of_list(name, version)),
                    std::to_string(interface.flags)});
    }
    report.line();
    report.line(
        "`CKF_INTERFACE_FORK_SAFE` is not claimed: a forked child must call `C_Initialize` for itself.");
    report.line();
}

void tokens(Report& report) {
    report.line("## Slots and tokens");
    report.line();
    report.line(
        "A reader has a slot for each token. `jpki-pkcs11-auth.so` and `jpki-pkcs11-sign.so` show one "
        "token;");
    report.line(
        "the [README](../README.md) says in which programs `jpki-pkcs11.so` does, too. Values are those of a "
        "My Number Card.");
    report.line();
    report.head({"", "authentication", "signature"});
    CK_FLAGS constant = 0;
    {
        const Library library;
        const std::array info{info_of(kAuthentication), info_of(kSignature)};
        const std::array status{status_of(kAuthentication), status_of(kSignature)};
        const auto both = [&](const char* what, auto of) { report.row({what, of(0), of(1)}); };
        both("label", [&](std::size_t i) { return code(unpadded(info.at(i).label)); });
        both("model", [&](std::size_t i) { return code(unpadded(info.at(i).model)); });
        both("bytes of a PIN", [&](std::size_t i) { return lengths(info.at(i)); });
        both("tries of a PIN", [&](std::size_t i) { return std::to_string(status.at(i).ulMaxTries); });
        both("limit of sessions", [&](std::size_t i) { return limit(info.at(i).ulMaxSessionCount); });
        both("limit of read/write sessions",
             [&](std::size_t i) { return limit(info.at(i).ulMaxRwSessionCount); });
        constant = info.at(0).flags;
        report.expect(constant == info.at(1).flags, "both tokens have the same flags while no PIN was wrong");
        report.expect(unpadded(info.at(0).manufacturerID) == unpadded(info.at(1).manufacturerID),
                      "both tokens have one manufacturer");
        CK_SLOT_INFO slot{};
        must(C_GetSlotInfo(kAuthentication, &slot), "C_GetSlotInfo");
        report.line();
        report.line("Flags of a slot with a card in it: " + flag_names(report, slot.flags, kSlotFlags) + ".");
    }
    report.line();
    report.line(
        "A session has at most one search, one digest, one signature and one verification at a time, each "
        "for itself.");
    report.line();
    report.line("Flags of a token:");
    report.line();
    report.head({"tries left", "flags"});
    report.row({"all", flag_names(report, constant, kTokenFlags)});
    for (const unsigned tries : {2U, 1U, 0U}) {
        const Library library(true, tries);
        const CK_FLAGS flags = info_of(kAuthentication).flags;
        report.expect((flags & (CKF_RNG | CKF_PROTECTED_AUTHENTICATION_PATH)) == 0,
                      "neither random numbers nor a PIN pad are claimed");
        report.expect((flags & constant) == constant, "the flags of a full counter are there at any counter");
        report.expect(flags == info_of(kSignature).flags, "both tokens flag their counters alike");
        report.row({std::to_string(tries), "and " + flag_names(report, flags & ~constant, kTokenFlags)});
    }
    report.line();
    report.line(
        "A PIN that was wrong since the last login, sent or not, sets `CKF_USER_PIN_COUNT_LOW`, too. "
        "`CKF_RNG`,");
    report.line("`CKF_PROTECTED_AUTHENTICATION_PATH` and the flags of a security officer are never set.");
    report.line();
}

void vendor_interface(Report& report) {
    const Library library;
    (void)status_of(kSignature);
    JPKI_MODULE_STATUS status{};
    status.ulSize = sizeof status;
    must(vendor_list()->JPKI_GetModuleStatus(&status), "JPKI_GetModuleStatus");
    report.line("## Vendor interface");
    report.line();
    report.line("`" JPKI_INTERFACE_NAME "` " + dotted(vendor_list()->version) +
                ", declared in [jpki_pkcs11.h](../include/jpki/jpki_pkcs11.h), found by `C_GetInterface`.");
    report.line();
    report.head({"function", "field", "what it says"});
    fields(report, "JPKI_GetTokenStatus", kTokenStatus);
    fields(report, "JPKI_GetModuleStatus", kModuleStatus);
    fields(report, "JPKI_GetSlotStatus", kSlotStatus);
    report.row({code("JPKI_AllowLastTry"), "",
                "permits one login or change of PIN of a session to spend the last try"});
}

}  // namespace jpki::features
