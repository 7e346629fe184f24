// A JPKI token for C++ programs: the module with its vendor interface, and a session. Failures are exceptions
// with words for the holder; however the program ends, the card is left logged out.
#pragma once

#include <dlfcn.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <jpki/cryptoki.h>
#include <jpki/jpki_pkcs11.h>

using Bytes = std::vector<unsigned char>;

inline std::string meaning(CK_RV rv) {
    switch (rv) {
        case CKR_PIN_INCORRECT: return "the PIN is wrong";
        case CKR_PIN_LOCKED: return "the PIN is locked; the municipal office can set a new one";
        case CKR_FUNCTION_CANCELED: return "refused";
        case CKR_TOKEN_NOT_PRESENT: return "there is no card in the reader";
        case CKR_TOKEN_NOT_RECOGNIZED: return "this is no JPKI card";
        case CKR_DEVICE_REMOVED:
        case CKR_SESSION_HANDLE_INVALID: return "the card was taken out; put it back and start again";
        case CKR_DEVICE_ERROR: return "the card or the reader failed";
        case CKR_USER_NOT_LOGGED_IN: return "the card wants the PIN again";
        default: break;
    }
    char text[32];
    (void)std::snprintf(text, sizeof text, "error 0x%lx of PKCS#11", rv);
    return text;
}

inline void check(CK_RV rv, const char* what) {
    if (rv != CKR_OK) throw std::runtime_error(std::string(what) + ": " + meaning(rv));
}

class Module {
  public:
    explicit Module(const char* path) {
        void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);  // stays loaded: others may have taken it, too
        if (library == nullptr)
            throw std::runtime_error(dlerror());  // NOLINT(concurrency-mt-unsafe): the only thread so far
        const auto get = reinterpret_cast<CK_C_GetInterface>(dlsym(library, "C_GetInterface"));
        if (get == nullptr) throw std::runtime_error(std::string(path) + " is no module for PKCS#11 3");
        p11 = static_cast<const CK_FUNCTION_LIST_3_0*>(interface(get, "PKCS 11"));
        vendor_ = static_cast<const JPKI_FUNCTION_LIST*>(interface(get, JPKI_INTERFACE_NAME));
        check(p11->C_Initialize(nullptr), "C_Initialize");
    }
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    ~Module() { p11->C_Finalize(nullptr); }

    // The slot of the token with this label, whose 32 bytes are filled up with blanks.
    CK_SLOT_ID find(std::string_view label) const {
        // Room for more readers than anybody has: asked for the count first, the list could have grown since.
        std::vector<CK_SLOT_ID> slots(1024);
        CK_ULONG count = slots.size();
        check(p11->C_GetSlotList(CK_TRUE, slots.data(), &count), "C_GetSlotList");
        slots.resize(count);
        for (const CK_SLOT_ID slot : slots) {
            CK_TOKEN_INFO info{};
            if (p11->C_GetTokenInfo(slot, &info) != CKR_OK) continue;  // some other card
            const std::string_view text(reinterpret_cast<const char*>(info.label), sizeof info.label);
            if (text.substr(0, text.find_last_not_of(' ') + 1) == label) return slot;
        }
        throw std::runtime_error("No token \"" + std::string(label) +
                                 "\" in any reader. Is the card in place, and does pcscd run?");
    }

    // Tries left, and why the last login was not sent. Read from the card; costs no try.
    JPKI_TOKEN_STATUS status(CK_SLOT_ID slot) const {
        JPKI_TOKEN_STATUS status{};
        status.ulSize = sizeof status;
        check(vendor_->JPKI_GetTokenStatus(slot, &status), "JPKI_GetTokenStatus");
        return status;
    }

    const CK_FUNCTION_LIST_3_0* p11 = nullptr;

  private:
    static const void* interface(CK_C_GetInterface get, std::string name) {
        CK_INTERFACE* found = nullptr;
        if (get(reinterpret_cast<CK_UTF8CHAR*>(name.data()), nullptr, &found, 0) != CKR_OK)
            throw std::runtime_error("The module has no interface \"" + name + '"');
        return found->pFunctionList;
    }

    const JPKI_FUNCTION_LIST* vendor_ = nullptr;
};

class Session {
  public:
    Session(const Module& module, CK_SLOT_ID slot) : p11(module.p11) {
        check(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle_), "C_OpenSession");
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() { p11->C_CloseSession(handle_); }  // the token's last one: logs out, too

    // No words and no second attempt: what to do next is for the caller to decide.
    CK_RV log_in(CK_UTF8CHAR* pin, CK_ULONG size) { return p11->C_Login(handle_, CKU_USER, pin, size); }

    std::vector<CK_OBJECT_HANDLE> objects(CK_OBJECT_CLASS kind) {
        CK_ATTRIBUTE wanted{CKA_CLASS, &kind, sizeof kind};
        std::vector<CK_OBJECT_HANDLE> found;
        CK_OBJECT_HANDLE next = 0;
        CK_ULONG count = 0;
        check(p11->C_FindObjectsInit(handle_, &wanted, 1), "C_FindObjectsInit");
        // It is over when nothing more is found.
        while (p11->C_FindObjects(handle_, &next, 1, &count) == CKR_OK && count == 1 && found.size() < 1000)
            found.push_back(next);
        check(p11->C_FindObjectsFinal(handle_), "C_FindObjectsFinal");
        return found;
    }

    Bytes attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
        CK_ATTRIBUTE wanted{type, nullptr, 0};
        check(p11->C_GetAttributeValue(handle_, object, &wanted, 1), "C_GetAttributeValue");
        Bytes value(wanted.ulValueLen == CK_UNAVAILABLE_INFORMATION ? 0 : wanted.ulValueLen);
        if (value.empty()) return value;  // asking for nothing would ask for the length once more
        wanted.pValue = value.data();
        check(p11->C_GetAttributeValue(handle_, object, &wanted, 1), "C_GetAttributeValue");
        value.resize(wanted.ulValueLen);
        return value;
    }

    Bytes sign_sha256(CK_OBJECT_HANDLE key, Bytes data) {
        CK_MECHANISM mechanism{CKM_SHA256_RSA_PKCS, nullptr, 0};
        Bytes signature(512);
        CK_ULONG size = signature.size();
        check(p11->C_SignInit(handle_, &mechanism, key), "C_SignInit");
        check(p11->C_Sign(handle_, data.data(), data.size(), signature.data(), &size), "C_Sign");
        signature.resize(size);
        return signature;
    }

  private:
    const CK_FUNCTION_LIST_3_0* p11;
    CK_SESSION_HANDLE handle_ = 0;
};
