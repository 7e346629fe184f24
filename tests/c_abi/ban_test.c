// The ban on real cards, which every other program here relies on.
#include "support/ban.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/module.h"

static char below[] = "/tmp/jpki-ban.XXXXXX";
static char beside[64];

static int make_folders(void** state) {
    (void)state;
    if (mkdtemp(below) == NULL) return -1;
    (void)snprintf(beside, sizeof(beside), "%s-of-another", below);
    return mkdir(beside, 0700);
}

static int remove_folders(void** state) {
    (void)state;
    return rmdir(below) + rmdir(beside);
}

static void a_service_is_asked_only_below_the_rigs_folder(void** state) {
    (void)state;
    assert_null(refusal_of_service(below, "/tmp"));
    assert_non_null(refusal_of_service(NULL, "/tmp"));
    assert_non_null(refusal_of_service(below, NULL));
    assert_non_null(refusal_of_service("", ""));
    assert_non_null(refusal_of_service(beside, below));
    assert_non_null(refusal_of_service("/tmp", below));
    assert_non_null(refusal_of_service(below, below));
    assert_non_null(refusal_of_service(below, "/"));
    assert_non_null(refusal_of_service("/tmp/jpki-not-there", "/tmp"));
}

static void only_virtual_readers_are_touched(void** state) {
    (void)state;
    assert_null(refusal_of_reader("Virtual PCD 00 00"));
    assert_null(refusal_of_reader("Virtual PCD A 00 00"));
    assert_non_null(refusal_of_reader("SONY FeliCa RC-S380"));
    assert_non_null(refusal_of_reader("My Virtual PCD"));
    assert_non_null(refusal_of_reader(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_is_asked_only_below_the_rigs_folder),
        cmocka_unit_test(only_virtual_readers_are_touched),
    };
    return cmocka_run_group_tests_name("ban", tests, make_folders, remove_folders);
}
