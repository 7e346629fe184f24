// A PKCS#11 module whose lists change between the question for their length and the answer. The environment
// says how: JPKI_TEST_LENGTHS has a length for each call ("2,4,4"), of which the last one stays. Knows one
// session, and no card.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "jpki/cryptoki.h"

namespace {

CK_FUNCTION_LIST g_functions;
std::size_t g_call = 0;
CK_ULONG g_objects = 0;  // that a search has found so far
CK_BBOOL g_confirms = CK_FALSE;

CK_ULONG next_length() {
    const std::string all = std::getenv("JPKI_TEST_LENGTHS");
    std::size_t at = 0;
    for (std::size_t i = 0; i < g_call; ++i) {
        const std::size_t comma = all.find(',', at);
        if (comma == std::string::npos) break;
        at = comma + 1;
    }
    ++g_call;
    return std::strtoul(all.c_str() + at, nullptr, 0);
}

template <class T>
CK_RV list(T* place, CK_ULONG* count) {
    const CK_ULONG now = next_length();
    const CK_ULONG room = std::exchange(*count, now);
    if (place == nullptr) return CKR_OK;
    if (room < now) return CKR_BUFFER_TOO_SMALL;
    for (CK_ULONG i = 0; i < now; ++i)
        place[i] = static_cast<T>(i + 1);
    return CKR_OK;
}

CK_RV initialize(void* /*arguments*/) {
    g_call = 0;
    g_objects = 0;
    return CKR_OK;
}
CK_RV finalize(void* /*reserved*/) { return CKR_OK; }
CK_RV slots(CK_BBOOL /*present*/, CK_SLOT_ID* place, CK_ULONG* count) { return list(place, count); }
CK_RV open_session(CK_SLOT_ID /*slot*/, CK_FLAGS /*flags*/, void* /*data*/, CK_NOTIFY /*notify*/,
                   CK_SESSION_HANDLE* session) {
    *session = 1;
    return CKR_OK;
}
CK_RV close_session(CK_SESSION_HANDLE /*session*/) { return CKR_OK; }
CK_RV begin_search(CK_SESSION_HANDLE /*session*/, CK_ATTRIBUTE* /*wanted*/, CK_ULONG /*count*/) {
    return CKR_OK;
}
// As many as there are, at most five at once, however many are wanted.
CK_RV search(CK_SESSION_HANDLE /*session*/, CK_OBJECT_HANDLE* place, CK_ULONG most, CK_ULONG* count) {
    static const CK_ULONG kAll = 21;
    *count = std::min({most, CK_ULONG{5}, kAll - g_objects});
    for (CK_ULONG i = 0; i < *count; ++i)
        place[i] = ++g_objects;
    return CKR_OK;
}
CK_RV end_search(CK_SESSION_HANDLE /*session*/) {
    g_objects = 0;
    return CKR_OK;
}
CK_RV attributes(CK_SESSION_HANDLE /*session*/, CK_OBJECT_HANDLE /*object*/, CK_ATTRIBUTE* wanted,
                 CK_ULONG /*count*/) {
    if (wanted->type == CKA_ALWAYS_AUTHENTICATE) {
        if (wanted->pValue != nullptr) *static_cast<CK_BBOOL*>(wanted->pValue) = g_confirms;
        wanted->ulValueLen = 1;
        return CKR_OK;
    }
    return list(static_cast<CK_BYTE*>(wanted->pValue), &wanted->ulValueLen);
}
CK_RV begin_signature(CK_SESSION_HANDLE /*session*/, CK_MECHANISM* /*mechanism*/, CK_OBJECT_HANDLE /*key*/) {
    return CKR_OK;
}
CK_RV sign(CK_SESSION_HANDLE /*session*/, CK_BYTE* /*data*/, CK_ULONG /*size*/, CK_BYTE* place,
           CK_ULONG* count) {
    return list(place, count);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV
C_GetFunctionList(CK_FUNCTION_LIST** list_of_functions) {
    g_functions.version = {2, 40};
    g_functions.C_Initialize = initialize;
    g_functions.C_Finalize = finalize;
    g_functions.C_GetSlotList = slots;
    g_functions.C_OpenSession = open_session;
    g_functions.C_CloseSession = close_session;
    g_functions.C_FindObjectsInit = begin_search;
    g_functions.C_FindObjects = search;
    g_functions.C_FindObjectsFinal = end_search;
    g_functions.C_GetAttributeValue = attributes;
    g_functions.C_SignInit = begin_signature;
    g_functions.C_Sign = sign;
    *list_of_functions = &g_functions;
    return CKR_OK;
}
