// fork() while logged in: the child forgets everything and may begin on its own, the parent does not notice
// (PKCS#11 3.2 §5.4.1).
#include <stdlib.h>
#include <string.h>

#include "support/ban.h"
#include "support/process.h"
#include "support/session.h"
#include "support/vcard.h"

static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE key;

static int log_in_and_find_key(void** state) {
    if (initialized_with_card(state) != 0) return -1;
    session = open_logged_in(kAuthentication);
    key = find_key(session, CKO_PRIVATE_KEY);
    return 0;
}

static void assert_parent_signs(void) {
    CK_BYTE signature[256];
    assert_rv(sign_text(session, key, "of the parent", signature), CKR_OK);
    assert_int_equal(vcard_oracle("auth_pin", "failed"), 0);
}

static int child_forgets(void) {
    CK_BYTE signature[256];
    CK_SESSION_INFO info;
    check(sign_text(session, key, "of the child", signature) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_GetSessionInfo(session, &info) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_Logout(session) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_Finalize(NULL) == CKR_CRYPTOKI_NOT_INITIALIZED);
    return 0;
}

static int child_ends_by_exit(void) {
    check(child_forgets() == 0);
    leaks_are_meant();
    exit(0);
}

// The slot of the authentication token, which comes first; no asserts of CMocka in a child.
static int child_finds_slot(CK_SLOT_ID* slot) {
    const unsigned long end = now_ms() + 5000;
    CK_ULONG count = 0;
    while (count == 0 && now_ms() < end) {
        CK_SLOT_ID slots[16];
        check(p11->C_GetSlotList(CK_TRUE, NULL, &count) == CKR_OK);
        count = 16;
        check(p11->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK);
        if (count > 0) *slot = slots[0];
        sleep_ms(10);
    }
    check(count == 2);
    return 0;
}

static int child_signs_on_its_own(void) {
    CK_BYTE signature[256];
    CK_UTF8CHAR pin[] = "1234";
    CK_SLOT_ID slot = 0;
    CK_SESSION_HANDLE own = 0;
    CK_SESSION_INFO info;
    CK_OBJECT_HANDLE own_key = 0;
    CK_ULONG count = 0;
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof(class)};
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(child_finds_slot(&slot) == 0);
    check(p11->C_GetSessionInfo(session, &info) == CKR_SESSION_HANDLE_INVALID);
    check(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &own) == CKR_OK);
    check(p11->C_GetSessionInfo(own, &info) == CKR_OK);
    check(info.state == CKS_RO_PUBLIC_SESSION);
    check(sign_text(own, key, "of the child", signature) == CKR_KEY_HANDLE_INVALID);
    check(p11->C_Login(own, CKU_USER, pin, 4) == CKR_OK);
    check(p11->C_FindObjectsInit(own, &wanted, 1) == CKR_OK);
    check(p11->C_FindObjects(own, &own_key, 1, &count) == CKR_OK);
    check(count == 1);
    check(sign_text(own, own_key, "of the child", signature) == CKR_OK);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return 0;
}

static void the_child_is_not_initialized_and_the_parent_signs_on(void** state) {
    (void)state;
    assert_int_equal(in_fork(child_forgets), 0);
    assert_parent_signs();
}

static void a_child_that_exits_does_not_touch_the_parents_card(void** state) {
    (void)state;
    const unsigned long before = vcard_apdus_settled();
    assert_int_equal(in_fork(child_ends_by_exit), 0);
    assert_int_equal(vcard_apdus_settled(), before);
    assert_parent_signs();
}

static void the_child_logs_in_on_its_own_and_the_parent_signs_on(void** state) {
    (void)state;
    assert_int_equal(in_fork(child_signs_on_its_own), 0);
    assert_parent_signs();
    assert_int_equal(in_fork(child_signs_on_its_own), 0);
    assert_parent_signs();
}

static void a_fork_in_the_middle_of_a_lease_is_no_different(void** state) {
    (void)state;
    assert_parent_signs();  // the lease lingers now
    assert_int_equal(in_fork(child_signs_on_its_own), 0);
    assert_parent_signs();
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, log_in_and_find_key, finalized)
    const struct CMUnitTest tests[] = {
        TEST(the_child_is_not_initialized_and_the_parent_signs_on),
        TEST(a_child_that_exits_does_not_touch_the_parents_card),
        TEST(the_child_logs_in_on_its_own_and_the_parent_signs_on),
        TEST(a_fork_in_the_middle_of_a_lease_is_no_different),
    };
    return cmocka_run_group_tests_name("fork_card", tests, NULL, NULL);
}
