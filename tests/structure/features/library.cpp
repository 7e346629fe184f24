#include "library.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/card_memory.hpp"
#include "virtual/image/image_file.hpp"
#include "wiring.hpp"

namespace jpki::features {

void must(CK_RV rv, const char* what) {
    if (rv == CKR_OK) return;
    (void)std::fprintf(stderr, "features: %s -> 0x%lX\n", what, rv);
    std::_Exit(3);
}

Library::Library(bool pss, std::optional<unsigned> tries) {
    const auto card = std::make_shared<vcard::Card>(vcard::load_image(JPKI_DEFAULT_IMAGE));
    bool done = card->set("pss", pss ? "yes" : "no");
    if (tries) {
        for (const vcard::Role pin : {vcard::Role::kAuthPin, vcard::Role::kSignPin})
            done = card->set_tries_left(pin, *tries) && done;
    }
    must(done ? CKR_OK : CKR_GENERAL_ERROR, "a card as wanted");
    p11::card_memory::forget_all();
    readers_.insert(card);
    testing::Wiring wiring;
    wiring.readers = &readers_;
    testing::wire(std::move(wiring));
    must(C_Initialize(nullptr), "C_Initialize");
    CK_ULONG count = 0;
    must(C_GetSlotList(CK_FALSE, nullptr, &count), "C_GetSlotList");
}

Library::~Library() { (void)C_Finalize(nullptr); }

CK_SESSION_HANDLE Library::open(CK_SLOT_ID slot) {
    CK_SESSION_HANDLE session = 0;
    must(C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session), "C_OpenSession");
    return session;
}

void Library::log_in(CK_SESSION_HANDLE session, CK_SLOT_ID slot) {
    Bytes pin = to_bytes(kPins[slot]);
    must(C_Login(session, CKU_USER, pin.data(), static_cast<CK_ULONG>(pin.size())), "C_Login");
}

std::vector<CK_OBJECT_HANDLE> Library::find_all(CK_SESSION_HANDLE session) {
    std::vector<CK_OBJECT_HANDLE> found(64);
    CK_ULONG count = 0;
    must(C_FindObjectsInit(session, nullptr, 0), "C_FindObjectsInit");
    must(C_FindObjects(session, found.data(), static_cast<CK_ULONG>(found.size()), &count), "C_FindObjects");
    must(C_FindObjectsFinal(session), "C_FindObjectsFinal");
    found.resize(count);
    return found;
}

Bytes Library::get(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE query{type, nullptr, 0};
    must(C_GetAttributeValue(session, object, &query, 1), "C_GetAttributeValue");
    Bytes value(query.ulValueLen);
    query.pValue = value.data();
    must(C_GetAttributeValue(session, object, &query, 1), "C_GetAttributeValue");
    value.resize(query.ulValueLen);
    return value;
}

CK_ULONG Library::get_number(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    const Bytes value = get(session, object, type);
    CK_ULONG number = 0;
    must(value.size() == sizeof number ? CKR_OK : CKR_GENERAL_ERROR, "a number");
    std::memcpy(&number, value.data(), sizeof number);
    return number;
}

}  // namespace jpki::features
