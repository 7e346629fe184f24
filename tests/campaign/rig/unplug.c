// The card is pulled out at every command of five tasks, before or after it has executed it, and put back:
// without C_Finalize the module works again, what was opened before stays dead, keys keep their handles, and
// no try is missing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "families.h"
#include "ledger.h"
#include "user.h"
#include "world.h"

enum { kSubsetStep = 17, kForgotten = 2000, kLogoutDone = 400 };

static struct user user;

static CK_RV prepare_session(void) { return user_opens(&user); }

static CK_RV prepare_login(void) {
    const CK_RV rv = user_opens(&user);
    return rv == CKR_OK ? user_logs_in(&user) : rv;
}

static CK_RV read_certificates(void) { return user_reads_certificates(&user); }
static CK_RV log_in_now(void) { return user_logs_in(&user); }
static CK_RV sign_now(void) { return user_signs(&user); }
static CK_RV change_pin(void) {
    return user_changes_pin(&user, pin_now[user.token][0] == '1' ? "4321" : "1234");
}

static const struct task {
    const char* name;
    enum token token;
    CK_RV (*prepare)(void);
    CK_RV (*run)(void);
} kTasks[] = {
    {"read certificates", kAuthentication, prepare_session, read_certificates},
    {"login", kAuthentication, prepare_session, log_in_now},
    {"sign", kAuthentication, prepare_login, sign_now},
    {"sign with the signature key", kSignature, prepare_login, sign_now},
    {"change PIN", kAuthentication, prepare_session, change_pin},
};
enum { kTaskCount = sizeof(kTasks) / sizeof(kTasks[0]) };

static CK_RV begin_task(const struct task* task) {
    user = (struct user){.token = task->token};
    CK_RV rv = user_initializes();
    if (rv != CKR_OK) return rv;
    if (wait_for_card() != 0) return CKR_TOKEN_NOT_PRESENT;
    rv = task->prepare();
    (void)vcard_apdus_steady();
    return rv;
}

static void end_task(void) { (void)timed(kFinalize, p11->C_Finalize(NULL)); }

// How many commands it is, with the logout after it. Done before, a task needs no more what is found out only
// once.
static unsigned commands_of(const struct task* task) {
    unsigned long count = 0;
    for (int round = 0; round < 2; ++round) {
        if (begin_task(task) != CKR_OK) return 0;
        const unsigned long before = vcard_apdus();
        const CK_RV rv = task->run();
        count = rv == CKR_OK ? vcard_apdus_steady() - before : 0;
        end_task();
    }
    return (unsigned)count;
}

static void expect_forgotten(CK_SESSION_HANDLE session) {
    CK_SESSION_INFO info;
    const unsigned long end = now_ms() + kForgotten;
    CK_RV rv = CKR_OK;
    do {
        rv = timed(kSlotCall, p11->C_GetSessionInfo(session, &info));
        if (rv != CKR_OK) break;
        sleep_ms(5);
    } while (now_ms() < end);
    if (rv != CKR_SESSION_HANDLE_INVALID && rv != CKR_DEVICE_REMOVED)
        complain_of("the old session: 0x%lx", rv);
}

// A session ends with its card; a key's handle is that of the card's key, and the card is the same.
static void expect_what_lasts(const struct user* old) {
    CK_SESSION_INFO info;
    if (timed(kSlotCall, p11->C_GetSessionInfo(old->session, &info)) == CKR_OK)
        complain_of("%s", "the old session lives again");
    if (old->key != CK_INVALID_HANDLE && user.key != old->key)
        complain_of("%s", "the same key has another handle");
}

// Gives the moment at which pcscd shows the card.
static double put_back(void) {
    vcard_do("faults-clear");
    // It stays away for a second after it has left.
    const double before = now_in_ms();
    vcard_do("insert");
    double arrived = 0;
    while (arrived == 0 && now_in_ms() < before + 5000) {
        char* status = vcard_ask("status");
        if (strstr(status, "\"connected\": true") != NULL) arrived = now_in_ms();
        free(status);
        sleep_ms(5);
    }
    const double shown = wait_until_card_shown(before, 5000);
    if (arrived == 0 || shown == 0) complain_of("%s", "the rig: the card does not come back");
    if (shown > arrived) record_time(kCardSeen, "pcscd", shown - arrived);
    return shown;
}

static void pull_out(const struct task* task, unsigned command, const char* kind) {
    char fault[64];
    (void)snprintf(fault, sizeof(fault), "fault %u %s", command, kind);
    vcard_do("reset-oracle");
    if (begin_task(task) != CKR_OK) complain_of("%s", "the task could not be prepared");
    vcard_do(fault);
    const char* before = pin_now[kAuthentication];
    const CK_RV rv = task->run();
    expect_honest(task->name, rv);
    for (unsigned waited = 0; !fault_has_happened() && waited < kLogoutDone; waited += 20)
        sleep_ms(20);
    if (!fault_has_happened()) complain_of("%s", "the card was not pulled out");
    // Whether the new PIN was set when its answer was lost, only the card can tell.
    if (task->run == change_pin && rv != CKR_OK && vcard_oracle("auth_pin", "changes") != 0)
        pin_now[kAuthentication] = before[0] == '1' ? "4321" : "1234";
    const struct user old = user;
    expect_forgotten(old.session);
    const double shown = put_back();
    expect_works_again(&user, shown);
    expect_what_lasts(&old);
    expect_no_harm();
    end_task();
}

void run_unplugged(const struct orders* orders) {
    static const char* const kKinds[] = {"leave", "leave-after"};
    unsigned number = 0;
    open_eye();
    for (int task = 0; task < kTaskCount; ++task) {
        const unsigned commands = commands_of(&kTasks[task]);
        if (orders->share == 0) remark("%s: %u commands, its logout with them", kTasks[task].name, commands);
        if (commands == 0) {
            begin_case("%s", kTasks[task].name);
            complain_of("%s", "it does not work undisturbed");
            end_case();
        }
        for (unsigned command = 0; command < commands; ++command) {
            for (int kind = 0; kind < 2; ++kind) {
                if (!is_mine_to_run(orders, number++, kSubsetStep)) continue;
                begin_case("%s, %s at command %u", kTasks[task].name, kKinds[kind], command);
                pull_out(&kTasks[task], command, kKinds[kind]);
                end_case();
            }
        }
    }
}
