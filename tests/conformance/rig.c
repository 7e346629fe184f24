// The stage of a shipped module in a rig (tests/support/rig): conformance_rig MODULE shared|proxy|spy FIRST
// LAST
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "stage.h"
#include "support/ban.h"
#include "support/raw_card.h"

enum { kSteady = 1200, kPatience = 8000, kPath = 512 };

enum way stage_way;
static int card_changed;

static const char* const kImages[kStageCards] = {JPKI_DEFAULT_IMAGE, JPKI_OTHER_IMAGE, JPKI_JUKI_IMAGE,
                                                 JPKI_ANDROID_IMAGE, JPKI_IPHONE_IMAGE};

static void give_up(const char* what) {
    (void)fprintf(stderr, "conformance: %s\n", what);
    exit(3);
}

static char* in_rig(const char* name) {
    static char path[kPath];
    (void)snprintf(path, sizeof(path), "%s/%s", getenv("JPKI_RIG_DIR"), name);
    return path;
}

static void write_file(const char* path, const char* text) {
    FILE* file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) give_up(path);
}

// --- the ways to the module

// The proxy reads system configuration only, for root at least: ours stands before it in the rig's own mount
// namespace, where /run/pcscd is the rig's, too.
static void through_proxy(const char* module) {
    char text[kPath];
    struct stat here;
    struct stat rig;
    if (stat("/run/pcscd/pcscd.comm", &here) != 0 || stat(in_rig("pcscd/pcscd.comm"), &rig) != 0 ||
        here.st_ino != rig.st_ino || here.st_dev != rig.st_dev)
        give_up("the proxy is configured inside `rig run` only");
    if (mount("tmpfs", JPKI_P11_KIT_MODULES, "tmpfs", 0, NULL) != 0) give_up("mount is refused");
    (void)snprintf(text, sizeof(text), "module: %s\n", module);
    write_file(JPKI_P11_KIT_MODULES "/jpki.module", text);
    load_wrapper(JPKI_P11_KIT_PROXY);
}

static void through_spy(const char* module) {
    (void)setenv("PKCS11SPY", module, 1);
    (void)setenv("PKCS11SPY_OUTPUT", in_rig("spy.log"), 1);
    load_wrapper(JPKI_PKCS11_SPY);
}

static void open_module(const char* module, const char* way) {
    if (strcmp(way, "shared") == 0) {
        stage_way = kShared;
        load_module(module);
    } else if (strcmp(way, "proxy") == 0) {
        stage_way = kProxy;
        through_proxy(module);
    } else if (strcmp(way, "spy") == 0) {
        stage_way = kSpy;
        through_spy(module);
    } else {
        give_up("no such way to the module");
    }
}

// --- the card

static void swap_in(enum stage_card card) {
    static unsigned copies;
    char command[2 * kPath];
    char name[32];
    // The card works on its image: never on the original.
    (void)snprintf(name, sizeof(name), "copy%u.image", copies++);
    (void)snprintf(command, sizeof(command), "cp %s %s", kImages[card], in_rig(name));
    if (system(command) != 0) give_up(command);  // NOLINT(cert-env33-c): a fixed command of ours
    (void)snprintf(command, sizeof(command), "swap %s", in_rig(name));
    vcard_do(command);
    card_changed = card != kDefaultCard;
}

void stage_set(const char* assignment) {
    char command[kPath];
    (void)snprintf(command, sizeof(command), "set %s", assignment);
    vcard_do(command);
    card_changed = 1;
}

void stage_tries(enum token token, unsigned left) {
    char command[kPath];
    (void)snprintf(command, sizeof(command), "tries %s %u", token == kAuthentication ? "auth" : "sign", left);
    vcard_do(command);
}

void stage_pin_changed(void) { card_changed = 1; }

void stage_configure(const char* toml) {
    write_file(in_rig("pkcs11.conf"), toml);
    (void)setenv("JPKI_PKCS11_CONF", in_rig("pkcs11.conf"), 1);
}

void stage_remove(void) {
    vcard_do("remove");
    card_changed = 1;
    sleep_ms(kSteady);
}

void stage_insert(enum stage_card card) {
    swap_in(card);
    vcard_do("insert");
    sleep_ms(2 * kSteady);  // the virtual card stays away for a second, pcscd looks every 400 ms
}

void stage_bounce(void) {
    vcard_do("remove");
    vcard_do("insert");
    card_changed = 1;
    sleep_ms(2 * kSteady);
}

void stage_reset_by_another_client(void) {
    if (raw_reset() != 0) give_up("another client could not reset the card");
}

int stage_another_client_can_sign(enum token token) {
    const int status = raw_sign_status(kFacts[token].key_sfi, NULL);
    if (status < 0) give_up("another client could not reach the card");
    return status == 0x9000;
}

void stage_another_client_leaves_login(void) {
    if (raw_leave_login(kFacts[kAuthentication].pin) != 0) give_up("another client could not log in");
}

void stage_another_client_changes_pin(const char* new_pin) {
    card_changed = 1;
    if (raw_change_pin(kFacts[kAuthentication].pin, new_pin) != 0)
        give_up("another client could not change the PIN");
}

static void impossible(void) { give_up("this cannot be done from outside"); }
void stage_counters_age_at_once(void) { impossible(); }
void stage_look_every(unsigned ms) {
    (void)ms;
    impossible();
}
void stage_plug_in(const char* reader) {
    (void)reader;
    impossible();
}
void stage_unplug(const char* reader) {
    (void)reader;
    impossible();
}
void stage_stop_service(int stopped) {
    (void)stopped;
    impossible();
}

// --- begin and end

int stage_bare(void** state) {
    (void)state;
    if (card_changed) stage_insert(kDefaultCard);
    (void)unsetenv("JPKI_PKCS11_CONF");
    stage_tries(kAuthentication, (unsigned)kFacts[kAuthentication].max_tries);
    stage_tries(kSignature, (unsigned)kFacts[kSignature].max_tries);
    vcard_do("reset-oracle");
    return 0;
}

int stage_ready(void** state) { return stage_bare(state) == 0 ? initialized_with_card(state) : -1; }

int stage_teardown(void** state) { return finalized(state); }

int main(int argc, char** argv) {
    if (argc != 5) give_up("usage: conformance_rig MODULE shared|proxy|spy FIRST LAST");
    begin_with_virtual_card();
    open_module(argv[1], argv[2]);
    return run_statements(strtol(argv[3], NULL, 10), strtol(argv[4], NULL, 10), NULL);
}
