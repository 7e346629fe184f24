// Templates and mechanism parameters, with lengths that no buffer has: a search finds what matches and
// nothing else, an attribute stays within its buffer, and a mechanism begins with its own parameter only.
#include <algorithm>
#include <cstring>

#include "harness.hpp"
#include "jpki/cryptoki.h"
#include "stage.hpp"
#include "waist/card_port.hpp"

namespace {

using namespace jpki;
using fuzz::require;

constexpr CK_ULONG kAbsurd[] = {~0UL, 1UL << 63U, (1UL << 63U) - 1, 1UL << 32U,
                                CK_UNAVAILABLE_INFORMATION - 1};
constexpr std::size_t kRoom = 8192;  // more than any attribute has
constexpr std::uint8_t kUntouched = 0xA5;

constexpr CK_ATTRIBUTE_TYPE kTypes[] = {CKA_CLASS,
                                        CKA_ID,
                                        CKA_TOKEN,
                                        CKA_PRIVATE,
                                        CKA_LABEL,
                                        CKA_VALUE,
                                        CKA_SUBJECT,
                                        CKA_ISSUER,
                                        CKA_SERIAL_NUMBER,
                                        CKA_MODULUS,
                                        CKA_PUBLIC_EXPONENT,
                                        CKA_PUBLIC_KEY_INFO,
                                        CKA_KEY_TYPE,
                                        CKA_CERTIFICATE_TYPE,
                                        CKA_SIGN,
                                        CKA_VERIFY,
                                        CKA_PRIVATE_EXPONENT,
                                        CKA_PRIME_1,
                                        CKA_UNIQUE_ID,
                                        CKA_ALLOWED_MECHANISMS,
                                        CKA_CHECK_VALUE,
                                        CKA_START_DATE,
                                        CKA_END_DATE,
                                        CKA_ALWAYS_AUTHENTICATE,
                                        CKA_PROFILE_ID,
                                        CKA_MODULUS_BITS,
                                        CKA_WRAP_TEMPLATE,
                                        CKA_VENDOR_DEFINED};
constexpr CK_MECHANISM_TYPE kMechanisms[] = {
    CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS,
    CKM_SHA_1,    CKM_SHA256,          CKM_SHA512,       CKM_RSA_X_509,           CKM_SHA512_RSA_PKCS_PSS};

// Both tokens, logged in, for the life of the process: nothing that follows changes them.
class Tokens {
  public:
    static Tokens& get() {
        static auto* const made = new Tokens;
        return *made;
    }

    CK_SESSION_HANDLE sessions[2] = {};
    std::vector<CK_OBJECT_HANDLE> objects[2];

  private:
    Tokens() : stage_(new campaign::Stage({.threads = false, .personality = {}})) {
        require(C_Initialize(nullptr) == CKR_OK, "the library starts");
        const std::string_view pins[] = {campaign::kAuthPin, campaign::kSignPin};
        for (const KeyPurpose purpose : kKeyPurposes) {
            const std::size_t at = index_of(purpose);
            Bytes pin = to_bytes(pins[at]);
            require(C_OpenSession(at, CKF_SERIAL_SESSION, nullptr, nullptr, &sessions[at]) == CKR_OK,
                    "a session");
            require(C_Login(sessions[at], CKU_USER, pin.data(), pin.size()) == CKR_OK, "a login");
            objects[at].resize(32);
            CK_ULONG count = 0;
            require(C_FindObjectsInit(sessions[at], nullptr, 0) == CKR_OK &&
                        C_FindObjects(sessions[at], objects[at].data(), 32, &count) == CKR_OK &&
                        C_FindObjectsFinal(sessions[at]) == CKR_OK && count > 4,
                    "objects");
            objects[at].resize(count);
        }
    }

    campaign::Stage* stage_;  // which stays to the end
};

// A template, its values in memory of their own.
struct Template {
    std::vector<CK_ATTRIBUTE> entries;
    std::vector<Bytes> values;

    // `room`: every buffer is large enough for whatever it claims to be.
    Template(fuzz::Input& input, bool room) {
        const std::size_t count = input.byte() % 6U;
        values.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint8_t how = input.byte();
            CK_ATTRIBUTE entry{how < 0xF0 ? input.one_of(kTypes) : CK_ATTRIBUTE_TYPE{input.pair()}, nullptr,
                               0};
            Bytes value = to_bytes(input.take(how < 0x10 ? 0 : input.byte()));
            entry.ulValueLen = how % 4 == 1 ? input.one_of(kAbsurd) : value.size();
            if (room) value.assign(kRoom, kUntouched);
            values.push_back(std::move(value));
            if (how % 4 != 2) entry.pValue = values.back().data();
            entries.push_back(entry);
        }
    }
    CK_ATTRIBUTE* data() { return entries.data(); }
    [[nodiscard]] CK_ULONG size() const { return entries.size(); }
};

bool has(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, const CK_ATTRIBUTE& wanted) {
    Bytes value(kRoom);
    CK_ATTRIBUTE query{wanted.type, value.data(), value.size()};
    return C_GetAttributeValue(session, object, &query, 1) == CKR_OK &&
           query.ulValueLen == wanted.ulValueLen &&
           std::equal(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(query.ulValueLen),
                      static_cast<const std::uint8_t*>(wanted.pValue));
}

void search(fuzz::Input& input, std::size_t at) {
    Tokens& tokens = Tokens::get();
    const CK_SESSION_HANDLE session = tokens.sessions[at];
    Template wanted(input, false);
    const bool readable = std::ranges::all_of(wanted.entries, [](const CK_ATTRIBUTE& entry) {
        return entry.pValue != nullptr || entry.ulValueLen == 0;
    });
    const CK_RV rv = C_FindObjectsInit(session, wanted.data(), wanted.size());
    require(rv == (readable ? CKR_OK : CKR_ARGUMENTS_BAD), "a search begins, or there was a null pointer",
            rv);
    if (rv != CKR_OK) return;
    std::vector<CK_OBJECT_HANDLE> found(64);
    CK_ULONG count = 0;
    require(C_FindObjects(session, found.data(), found.size(), &count) == CKR_OK, "a search goes on");
    require(C_FindObjectsFinal(session) == CKR_OK, "a search ends");
    found.resize(count);
    for (const CK_OBJECT_HANDLE object : tokens.objects[at]) {
        const bool matches = std::ranges::all_of(
            wanted.entries, [&](const CK_ATTRIBUTE& entry) { return has(session, object, entry); });
        require(matches == (std::ranges::count(found, object) == 1),
                "what matches is found, and nothing else");
    }
}

void read(fuzz::Input& input, std::size_t at) {
    Tokens& tokens = Tokens::get();
    const CK_OBJECT_HANDLE object = tokens.objects[at][input.byte() % tokens.objects[at].size()];
    Template wanted(input, true);
    const std::vector<CK_ATTRIBUTE> before = wanted.entries;
    const CK_RV rv = C_GetAttributeValue(tokens.sessions[at], object, wanted.data(), wanted.size());
    require(rv == CKR_OK || rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
                rv == CKR_BUFFER_TOO_SMALL,
            "attributes are read, or it is said what is wrong", rv);
    bool all = true;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const CK_ATTRIBUTE& entry = wanted.entries[i];
        const bool answered = entry.ulValueLen != CK_UNAVAILABLE_INFORMATION;
        all = all && answered;
        require(entry.type == before[i].type && entry.pValue == before[i].pValue,
                "the rest of an entry stays");
        const std::size_t written = answered && entry.pValue != nullptr ? entry.ulValueLen : 0;
        require(written <= before[i].ulValueLen && written < kRoom, "a value stays within its length",
                written);
        require(std::all_of(wanted.values[i].begin() + static_cast<std::ptrdiff_t>(written),
                            wanted.values[i].end(), [](std::uint8_t byte) { return byte == kUntouched; }),
                "nothing is written behind a value");
    }
    require(all == (rv == CKR_OK), "an error for what has no answer, and only then", rv);
}

void begin(fuzz::Input& input, std::size_t at) {
    Tokens& tokens = Tokens::get();
    const CK_SESSION_HANDLE session = tokens.sessions[at];
    const std::uint8_t how = input.byte();
    Bytes parameter = to_bytes(input.take(input.byte() % 64U));
    CK_RSA_PKCS_PSS_PARAMS pss{CKM_SHA256, CKG_MGF1_SHA256, 32};
    if ((how & 0x10U) != 0) {
        parameter.resize(sizeof pss);
        std::memcpy(parameter.data(), &pss, sizeof pss);
        if ((how & 0x20U) != 0) parameter[input.byte() % sizeof pss] ^= 1U;
    }
    CK_MECHANISM mechanism{input.one_of(kMechanisms), (how & 0x40U) != 0 ? nullptr : parameter.data(),
                           (how & 0x80U) != 0 ? input.one_of(kAbsurd) : CK_ULONG{parameter.size()}};
    if (parameter.empty() && mechanism.ulParameterLen == 0) mechanism.pParameter = nullptr;
    const CK_OBJECT_HANDLE key = tokens.objects[at][input.byte() % tokens.objects[at].size()];
    const CK_RV rv = how % 3 == 0   ? C_SignInit(session, &mechanism, key)
                     : how % 3 == 1 ? C_VerifyInit(session, &mechanism, key)
                                    : C_DigestInit(session, &mechanism);
    require(rv == CKR_OK || rv == CKR_MECHANISM_INVALID || rv == CKR_MECHANISM_PARAM_INVALID ||
                rv == CKR_KEY_HANDLE_INVALID || rv == CKR_KEY_TYPE_INCONSISTENT,
            "an operation begins, or it is said why not", rv);
    if (rv == CKR_OK) {
        const bool takes_pss =
            mechanism.mechanism == CKM_RSA_PKCS_PSS || mechanism.mechanism == CKM_SHA256_RSA_PKCS_PSS;
        const bool is_pss = mechanism.pParameter != nullptr && mechanism.ulParameterLen == sizeof pss &&
                            std::memcmp(mechanism.pParameter, &pss, sizeof pss) == 0;
        const bool is_none = mechanism.pParameter == nullptr && mechanism.ulParameterLen == 0;
        require(takes_pss ? is_pss : is_none, "a mechanism begins with its own parameter",
                mechanism.mechanism);
    }
    require(C_SessionCancel(session, CKF_SIGN | CKF_VERIFY | CKF_DIGEST) == CKR_OK,
            "an operation is cancelled");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(ByteView(data, size));
    // A login lasts as long as there are calls.
    CK_SESSION_INFO info{};
    for (const CK_SESSION_HANDLE session : Tokens::get().sessions)
        require(C_GetSessionInfo(session, &info) == CKR_OK && info.state == CKS_RO_USER_FUNCTIONS,
                "the world is whole");
    while (!input.empty()) {
        const std::uint8_t act = input.byte();
        const std::size_t at = act & 1U;
        switch ((act >> 1U) % 3) {
            case 0: search(input, at); break;
            case 1: read(input, at); break;
            default: begin(input, at); break;
        }
    }
    return 0;
}
