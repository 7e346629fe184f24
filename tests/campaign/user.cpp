#include "user.hpp"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "allocations.hpp"
#include "jpki/jpki_pkcs11.h"

namespace jpki::campaign {

namespace {

using namespace std::chrono_literals;

// The campaign's operations end within 200 ms; the rest is for a machine that does something else meanwhile.
constexpr auto kPatience = 2500ms;

const std::map<std::string_view, std::vector<CK_RV>>& allowed() {
    static const std::map<std::string_view, std::vector<CK_RV>> table{
#define CODES(function, ...) {#function, {__VA_ARGS__}},
#include "return_codes.def"
#undef CODES
    };
    return table;
}

bool may_answer(const char* function, CK_RV rv, bool memory_may_fail) {
    if (rv == CKR_OK || rv == CKR_DEVICE_ERROR || rv == CKR_DEVICE_REMOVED) return true;
    if (rv == CKR_HOST_MEMORY) return memory_may_fail;
    return std::ranges::count(allowed().at(function), rv) != 0;
}

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key public_key(Person person, KeyPurpose purpose) {
    const Bytes& der = image_of(person).certificate(
        purpose == KeyPurpose::authentication ? vcard::Role::kAuthCert : vcard::Role::kSignCert);
    const std::uint8_t* at = der.data();
    X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    Key key(X509_get_pubkey(certificate), &EVP_PKEY_free);
    X509_free(certificate);
    return key;
}

EVP_PKEY* cached_key(Person person, KeyPurpose purpose) {
    static const std::array<Key, 4> keys{public_key(Person::first, KeyPurpose::authentication),
                                         public_key(Person::first, KeyPurpose::signature),
                                         public_key(Person::second, KeyPurpose::authentication),
                                         public_key(Person::second, KeyPurpose::signature)};
    return keys.at(static_cast<std::size_t>(person) * 2 + index_of(purpose)).get();
}

}  // namespace

namespace {

// CKM_RSA_PKCS: the data is the block's content.
bool truly_padded(EVP_PKEY* key, ByteView data, ByteView signature) {
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new(key, nullptr),
                                                                              &EVP_PKEY_CTX_free);
    Bytes content(512);
    std::size_t size = content.size();
    return EVP_PKEY_verify_recover_init(context.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_verify_recover(context.get(), content.data(), &size, signature.data(),
                                   signature.size()) == 1 &&
           equal(ByteView(content).first(size), data);
}

}  // namespace

bool truly_signed(Person person, KeyPurpose purpose, CK_MECHANISM_TYPE type, ByteView data,
                  ByteView signature) {
    if (type == CKM_RSA_PKCS) return truly_padded(cached_key(person, purpose), data, signature);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_PKEY_CTX* options = nullptr;
    if (EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, cached_key(person, purpose)) !=
        1)
        return false;
    if (type == CKM_SHA256_RSA_PKCS_PSS && EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1)
        return false;
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1;
}

bool User::call(const char* function, const std::function<CK_RV()>& body) {
    const auto start = std::chrono::steady_clock::now();
    {
        const allocations::Counted counted;
        last_ = body();
    }
    const auto took = std::chrono::steady_clock::now() - start;
    if (took > kPatience)
        ledger_.complain(fmt::format("I2: {} took {} ms", function,
                                     std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    if (!may_answer(function, last_, ledger_.memory_may_fail))
        ledger_.complain(fmt::format("I12: {} answered {:#x}", function, last_));
    if (last_ != CKR_OK) ++ledger_.errors;
    return last_ == CKR_OK;
}

bool User::initialize() {
    return call("C_Initialize", [] { return C_Initialize(nullptr); });
}

void User::finalize() {
    call("C_Finalize", [] { return C_Finalize(nullptr); });
}

bool User::wait_for_token() { return wait_for(true); }
bool User::wait_for_no_token() { return wait_for(false); }

bool User::wait_for(bool token) {
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (std::chrono::steady_clock::now() < end) {
        CK_ULONG count = 0;
        if (C_GetSlotList(CK_TRUE, nullptr, &count) == CKR_OK && (count >= 2) == token) return true;
        std::this_thread::sleep_for(500us);
    }
    return false;
}

bool User::list() {
    std::array<CK_SLOT_ID, 16> slots{};
    CK_ULONG count = 0;
    CK_SLOT_INFO info{};
    return call("C_GetSlotList", [&] { return C_GetSlotList(CK_FALSE, nullptr, &count); }) &&
           call("C_GetSlotList", [&] { return C_GetSlotList(CK_FALSE, slots.data(), &(count = 16)); }) &&
           call("C_GetSlotInfo", [&] { return C_GetSlotInfo(kAuth, &info); });
}

bool User::token_info(CK_SLOT_ID slot) {
    CK_TOKEN_INFO info{};
    return call("C_GetTokenInfo", [&] { return C_GetTokenInfo(slot, &info); });
}

bool User::token_status(CK_SLOT_ID slot) {
    CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
    CK_INTERFACE* found = nullptr;
    if (C_GetInterface(name, nullptr, &found, 0) != CKR_OK) return false;
    const auto* list = static_cast<const JPKI_FUNCTION_LIST*>(found->pFunctionList);
    JPKI_TOKEN_STATUS status{};
    status.ulSize = sizeof status;
    return call("JPKI_GetTokenStatus", [&] { return list->JPKI_GetTokenStatus(slot, &status); });
}

bool User::mechanisms(CK_SLOT_ID slot) {
    std::array<CK_MECHANISM_TYPE, 32> types{};
    CK_ULONG count = types.size();
    return call("C_GetMechanismList", [&] { return C_GetMechanismList(slot, types.data(), &count); });
}

CK_SESSION_HANDLE User::open(KeyPurpose purpose, bool rw) {
    CK_SESSION_HANDLE session = 0;
    const CK_FLAGS flags = CKF_SERIAL_SESSION | (rw ? CKF_RW_SESSION : 0UL);
    const CK_SLOT_ID slot = purpose == KeyPurpose::authentication ? kAuth : kSign;
    const bool opened =
        call("C_OpenSession", [&] { return C_OpenSession(slot, flags, nullptr, nullptr, &session); });
    if (!opened && session != 0) ledger_.complain("I11: a handle came with an error");
    if (opened) ledger_.sessions.push_back(session);
    return opened ? session : 0;
}

bool User::close(CK_SESSION_HANDLE session) {
    return call("C_CloseSession", [&] { return C_CloseSession(session); });
}

bool User::close_all(CK_SLOT_ID slot) {
    return call("C_CloseAllSessions", [&] { return C_CloseAllSessions(slot); });
}

bool User::login(CK_SESSION_HANDLE session, KeyPurpose purpose, std::string_view pin) {
    Bytes copy = to_bytes(pin);
    PinActs& acts = ledger_.of(purpose);
    ++acts.entered;
    if (pin != (purpose == KeyPurpose::authentication ? kAuthPin : kSignPin)) ++acts.wrong;
    return call("C_Login", [&] { return C_Login(session, CKU_USER, copy.data(), copy.size()); });
}

bool User::logout(CK_SESSION_HANDLE session) {
    return call("C_Logout", [&] { return C_Logout(session); });
}

bool User::set_pin(CK_SESSION_HANDLE session, KeyPurpose purpose, std::string_view old_pin,
                   std::string_view new_pin) {
    Bytes before = to_bytes(old_pin);
    Bytes after = to_bytes(new_pin);
    ledger_.of(purpose).entered += 2;
    const bool done = call("C_SetPIN", [&] {
        return C_SetPIN(session, before.data(), before.size(), after.data(), after.size());
    });
    // The new PIN is verified after the change. A card that claims a change it has not made takes that for a
    // wrong one.
    if (stage_.oracle().auth_pin.changes == 0) ++ledger_.of(purpose).wrong;
    return done;
}

std::vector<CK_OBJECT_HANDLE> User::find(CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted) {
    CK_ATTRIBUTE criterion{CKA_CLASS, &wanted, sizeof wanted};
    std::array<CK_OBJECT_HANDLE, 16> found{};
    CK_ULONG count = 0;
    if (!call("C_FindObjectsInit", [&] { return C_FindObjectsInit(session, &criterion, 1); })) return {};
    const bool searched = call("C_FindObjects", [&] {
        return C_FindObjects(session, found.data(), static_cast<CK_ULONG>(found.size()), &count);
    });
    call("C_FindObjectsFinal", [&] { return C_FindObjectsFinal(session); });
    return searched ? std::vector(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count))
                    : std::vector<CK_OBJECT_HANDLE>{};
}

bool User::read_all(CK_SESSION_HANDLE session, KeyPurpose purpose, CK_OBJECT_CLASS wanted) {
    static constexpr std::array kOfCertificates{CKA_LABEL,   CKA_ID,     CKA_VALUE,
                                                CKA_SUBJECT, CKA_ISSUER, CKA_SERIAL_NUMBER};
    static constexpr std::array kOfKeys{CKA_LABEL, CKA_ID, CKA_SUBJECT, CKA_MODULUS, CKA_PUBLIC_EXPONENT};
    const std::span<const CK_ATTRIBUTE_TYPE> types =
        wanted == CKO_CERTIFICATE ? std::span<const CK_ATTRIBUTE_TYPE>(kOfCertificates) : kOfKeys;
    ++ledger_.of(purpose).renewals;
    const auto objects = find(session, wanted);
    bool all = !objects.empty();
    for (const CK_OBJECT_HANDLE object : objects) {
        for (const CK_ATTRIBUTE_TYPE type : types) {
            CK_ATTRIBUTE query{type, nullptr, 0};
            if (!call("C_GetAttributeValue",
                      [&] { return C_GetAttributeValue(session, object, &query, 1); })) {
                all = false;
                break;
            }
            Bytes value(query.ulValueLen + 1, 0xA5);
            query.pValue = value.data();
            all = call("C_GetAttributeValue",
                       [&] { return C_GetAttributeValue(session, object, &query, 1); }) &&
                  all;
            if (value.back() != 0xA5) ledger_.complain("I11: an attribute was written beyond its length");
        }
    }
    return all;
}

bool User::sign(CK_SESSION_HANDLE session, KeyPurpose purpose, CK_MECHANISM_TYPE type) {
    CK_RSA_PKCS_PSS_PARAMS pss{CKM_SHA256, CKG_MGF1_SHA256, 32};
    CK_MECHANISM mechanism{type, nullptr, 0};
    if (type == CKM_SHA256_RSA_PKCS_PSS) mechanism = {type, &pss, sizeof pss};
    ++ledger_.of(purpose).renewals;
    const auto keys = find(session, CKO_PRIVATE_KEY);
    if (keys.empty()) return false;
    ledger_.objects.push_back(keys.front());
    if (!call("C_SignInit", [&] { return C_SignInit(session, &mechanism, keys.front()); })) return false;
    Bytes data = to_bytes(std::string_view("a filing, to be signed once"));
    Bytes signature(512, 0xA5);
    auto length = static_cast<CK_ULONG>(signature.size());
    const bool made =
        call("C_Sign", [&] { return C_Sign(session, data.data(), data.size(), signature.data(), &length); });
    const auto untouched = [](std::uint8_t byte) { return byte == 0xA5; };
    if (!made) {
        if (!std::ranges::all_of(signature, untouched)) ledger_.complain("I11: an error came with bytes");
        return false;
    }
    if (length != 256 || !std::ranges::all_of(signature.begin() + 256, signature.end(), untouched))
        ledger_.complain("I11: a signature of a wrong length");
    signature.resize(256);
    if (!truly_signed(stage_.person(), purpose, type, data, signature))
        ledger_.complain("I3: a signature that does not verify");
    ++ledger_.signatures;
    return true;
}

bool User::wait_for_event() {
    CK_SLOT_ID slot = 0;
    return call("C_WaitForSlotEvent", [&] { return C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr); });
}

CK_RV User::session_info(CK_SESSION_HANDLE session) {
    CK_SESSION_INFO info{};
    CK_ULONG count = 0;
    (void)C_GetSlotList(CK_FALSE, nullptr, &count);  // without threads of ours, that is when we look
    return C_GetSessionInfo(session, &info);
}

}  // namespace jpki::campaign
