// A host that has no file descriptors left, at any moment: nothing crashes, no try is spent, and as soon as
// there are some again everything works, without C_Finalize.
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/ban.h"
#include "support/process.h"
#include "support/session.h"
#include "support/vcard.h"

enum { kMostLeft = 12, kAgainWithin = 2000, kPause = 20 };

static struct rlimit normal;

static int highest_file(void) {
    int highest = 0;
    for (int file = 0; file < 1024; ++file) {
        char name[64];
        char target[16];
        (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
        if (readlink(name, target, sizeof(target)) > 0) highest = file;
    }
    return highest;
}

// Below it every number is taken, so that a limit limits.
static void leave_no_gaps(void) {
    const int highest = highest_file();
    int file = 0;
    while ((file = dup(STDIN_FILENO)) >= 0 && file < highest)
        continue;
    (void)close(file);
}

static void leave_files(int left) {
    const struct rlimit few = {(rlim_t)(highest_file() + 1 + left), normal.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
}

static void give_files_back(void) { assert_int_equal(setrlimit(RLIMIT_NOFILE, &normal), 0); }

// Login and a signature in the first slot that has a token; the first code that is not CKR_OK.
static CK_RV whole_errand(void) {
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_OBJECT_CLASS wanted = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE template = {CKA_CLASS, &wanted, sizeof(wanted)};
    CK_UTF8CHAR pin[8];
    CK_BYTE text[] = "with few files";
    CK_BYTE signature[256];
    CK_SLOT_ID slots[8];
    CK_ULONG count = 8;
    CK_ULONG length = sizeof(signature);
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    const size_t size = strlen(kFacts[kAuthentication].pin);
    memcpy(pin, kFacts[kAuthentication].pin, size);
    // Only the call without a list looks for new readers.
    CK_RV rv = p11->C_GetSlotList(CK_TRUE, NULL, &count);
    count = 8;
    if (rv == CKR_OK) rv = p11->C_GetSlotList(CK_TRUE, slots, &count);
    if (rv == CKR_OK && count == 0) rv = CKR_TOKEN_NOT_PRESENT;
    if (rv == CKR_OK) rv = p11->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &session);
    if (rv != CKR_OK) return rv;
    rv = p11->C_Login(session, CKU_USER, pin, size);
    count = 0;
    if (rv == CKR_OK) rv = p11->C_FindObjectsInit(session, &template, 1);
    if (rv == CKR_OK) rv = p11->C_FindObjects(session, &key, 1, &count);
    if (rv == CKR_OK && count == 0) rv = CKR_KEY_HANDLE_INVALID;
    if (rv == CKR_OK) rv = p11->C_FindObjectsFinal(session);
    if (rv == CKR_OK) rv = p11->C_SignInit(session, &mechanism, key);
    if (rv == CKR_OK) rv = p11->C_Sign(session, text, sizeof(text), signature, &length);
    const CK_RV closed = p11->C_CloseSession(session);
    return rv == CKR_OK ? closed : rv;
}

static void expect_works_again(int left) {
    CK_RV rv = CKR_OK;
    for (unsigned waited = 0; waited <= kAgainWithin; waited += kPause) {
        rv = whole_errand();
        if (rv == CKR_OK) break;
        sleep_ms(kPause);
    }
    if (rv != CKR_OK) fail_msg("with %d files left once: 0x%lx", left, rv);
}

static void expect_no_try_spent(void) {
    assert_int_equal(vcard_oracle("auth_pin", "failed"), 0);
    assert_int_equal(vcard_oracle("auth_pin", "tries_left"), kFacts[kAuthentication].max_tries);
}

static void without_files_from_the_beginning(void** state) {
    unsigned refused = 0;
    (void)state;
    for (int left = 0; left <= kMostLeft; ++left) {
        leave_files(left);
        assert_rv(p11->C_Initialize(NULL), CKR_OK);
        refused += whole_errand() != CKR_OK;
        give_files_back();
        expect_works_again(left);
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
    assert_true(refused > 0);  // or the limit limits nothing
    expect_no_try_spent();
}

static void without_files_from_later_on(void** state) {
    (void)state;
    for (int left = 0; left <= kMostLeft; ++left) {
        assert_rv(p11->C_Initialize(NULL), CKR_OK);
        assert_int_equal(wait_for_card(), 0);
        leave_files(left);
        (void)whole_errand();
        give_files_back();
        expect_works_again(left);
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
    expect_no_try_spent();
}

static void leaves_no_file_open(void** state) {
    const unsigned before = count_files();
    without_files_from_the_beginning(state);
    assert_int_equal(count_files(), before);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &normal), 0);
    leave_no_gaps();
    load_module(argc > 1 ? argv[1] : NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(without_files_from_the_beginning, finalized),
        cmocka_unit_test_teardown(without_files_from_later_on, finalized),
        cmocka_unit_test_teardown(leaves_no_file_open, finalized),
    };
    return cmocka_run_group_tests_name("descriptors", tests, NULL, NULL);
}
