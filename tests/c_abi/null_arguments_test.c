// Every function in a session with a login and every operation active, with every combination of NULL
// pointers.
#include "support/ban.h"
#include "support/session.h"
#include "support/sweep.h"
#include "support/vcard.h"

static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE private_key;
static CK_OBJECT_HANDLE public_key;

// A logged-in session in which a search, a digest, a signature and a verification are going on.
static void make_busy(void) {
    CK_MECHANISM signing = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_MECHANISM digesting = {CKM_SHA256, NULL, 0};
    CK_SESSION_INFO info;
    if (p11->C_GetSessionInfo(session, &info) != CKR_OK) session = open_session(kAuthentication, 0);
    assert_rv(p11->C_GetSessionInfo(session, &info), CKR_OK);
    if (info.state == CKS_RO_PUBLIC_SESSION) assert_rv(log_in(session, kFacts[kAuthentication].pin), CKR_OK);
    assert_rv(p11->C_SessionCancel(session, CKF_SIGN | CKF_VERIFY | CKF_DIGEST | CKF_FIND_OBJECTS), CKR_OK);
    private_key = find_key(session, CKO_PRIVATE_KEY);
    public_key = find_key(session, CKO_PUBLIC_KEY);
    assert_rv(p11->C_SignInit(session, &signing, private_key), CKR_OK);
    assert_rv(p11->C_VerifyInit(session, &signing, public_key), CKR_OK);
    assert_rv(p11->C_DigestInit(session, &digesting), CKR_OK);
    assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
}

static void call_with_nulls(const struct swept* function, CK_OBJECT_HANDLE handle, CK_ULONG length) {
    void** pointers[kMostPointers];
    const size_t count = sweep_pointers(function, pointers);
    for (unsigned mask = 0; mask < 1U << count; ++mask) {
        make_busy();
        sweep_scratch(length);
        sweep_session(session);
        sweep_slot(slot_of(kAuthentication));
        sweep_handles(handle);
        for (size_t bit = 0; bit < count; ++bit)
            if ((mask >> bit & 1U) != 0) *pointers[bit] = NULL;
        const CK_RV rv = function->call(kList3_2);
        if (rv == CKR_GENERAL_ERROR || rv == CKR_HOST_MEMORY || rv == CKR_FUNCTION_FAILED ||
            rv == CKR_DEVICE_ERROR || rv == CKR_DEVICE_REMOVED || rv == CKR_SESSION_HANDLE_INVALID)
            fail_msg("%s answered 0x%lx", function->name, rv);
    }
}

static void no_combination_hurts_a_busy_session(void** state) {
    (void)state;
    make_busy();
    const CK_OBJECT_HANDLE certificate = find_user_certificate(open_session(kAuthentication, 0));
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        if (sweep_is(&kSwept[i], "C_Finalize")) continue;
        call_with_nulls(&kSwept[i], 0, 4);
        call_with_nulls(&kSwept[i], certificate, 0);
        call_with_nulls(&kSwept[i], certificate, 1);
    }
    // C_Login and C_LoginUser were among them, with PINs that cannot be right.
    assert_int_equal(vcard_oracle("auth_pin", "failed"), 0);
    assert_int_equal(vcard_oracle("sign_pin", "verifies"), 0);
}

static void what_is_not_supported_says_so_and_disturbs_nothing(void** state) {
    (void)state;
    unsigned refused = 0;
    make_busy();
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        if (!sweep_takes_session(&kSwept[i]) || kSwept[i].name[2] == 'S') continue;
        const char* name = kSwept[i].name;
        sweep_scratch(4);
        sweep_session(session);
        // Only the families of which no member is bound.
        const int unbound = sweep_is(&kSwept[i], "C_CreateObject") || name[2] == 'W' || name[2] == 'U' ||
                            name[2] == 'E' || (name[2] == 'M' && name[3] == 'e');
        if (!unbound) continue;
        ++refused;
        assert_rv(kSwept[i].call(kList3_2), CKR_FUNCTION_NOT_SUPPORTED);
    }
    assert_in_range(refused, 15, 40);
    CK_BYTE text[1] = {'x'};
    CK_BYTE signature[256];
    CK_ULONG length = sizeof(signature);
    assert_rv(p11->C_Sign(session, text, 1, signature, &length), CKR_OK);
    assert_rv(p11->C_Digest(session, text, 1, signature, &length), CKR_OK);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
}

// One row each where a pointer is required and the rest is in order.
static void a_missing_required_pointer_is_a_bad_argument(void** state) {
    (void)state;
    CK_BYTE bytes[256];
    CK_ULONG number = 0;
    CK_SLOT_ID slot = slot_of(kAuthentication);
    CK_OBJECT_HANDLE object = 0;
    make_busy();
    assert_rv(p11->C_GetTokenInfo(slot, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetSlotInfo(slot, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetMechanismList(slot, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetMechanismInfo(slot, CKM_RSA_PKCS, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetSessionInfo(session, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetOperationState(session, bytes, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_SetOperationState(session, NULL, 0, 0, 0), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_FindObjects(session, &object, 1, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_FindObjects(session, NULL, 1, &number), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_Verify(session, bytes, 1, NULL, 256), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_SignUpdate(session, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_DigestUpdate(session, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_SeedRandom(session, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GenerateRandom(session, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GenerateRandom(session, bytes, 1), CKR_RANDOM_NO_RNG);
    assert_rv(p11->C_GetSessionValidationFlags(session, CKS_LAST_VALIDATION_OK, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetSessionValidationFlags(session, 99, &number), CKR_ARGUMENTS_BAD);
    // A template with a length and no value.
    CK_ATTRIBUTE attribute = {CKA_ID, NULL, 1};
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    assert_rv(p11->C_FindObjectsInit(session, &attribute, 1), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_FindObjectsInit(session, NULL, 1), CKR_ARGUMENTS_BAD);
}

static int forget_session(void** state) {
    session = 0;
    return finalized(state);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized_with_card, forget_session)
    const struct CMUnitTest tests[] = {
        TEST(no_combination_hurts_a_busy_session),
        TEST(what_is_not_supported_says_so_and_disturbs_nothing),
        TEST(a_missing_required_pointer_is_a_bad_argument),
    };
    return cmocka_run_group_tests_name("null_arguments", tests, NULL, NULL);
}
