// jpki-campaign-rig MODULE FAMILY[:SHARE/OF] [subset]: what the fault campaign does through a real pcscd,
// with the shipped module, inside tests/support/rig. tests/campaign/run starts it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "families.h"
#include "ledger.h"
#include "rivals.h"
#include "support/ban.h"
#include "support/module.h"
#include "support/raw_card.h"
#include "support/session.h"
#include "world.h"

int is_mine_to_run(const struct orders* orders, unsigned number, unsigned step) {
    if (!orders->subset) return number % orders->of == orders->share;
    return number % step == 0 && number / step % orders->of == orders->share;
}

int sign_uninvited(void) {
    for (int token = 0; token < kTokens; ++token) {
        const int status = raw_sign_status(kFacts[token].key_sfi, NULL);
        if (status == 0x9000) return 1;
        if (status < 0) return 2;
    }
    return 0;
}

static const struct {
    const char* name;
    void (*run)(const struct orders* orders);
} kFamilies[] = {
    {"unplugged", run_unplugged},
    {"service_killed", run_service_killed},
    {"service_stopped", run_service_stopped},
    {"crowds", run_crowds},
    {"killed", run_killed},
    {"rivals", run_rivals},
};

static int play(const char* role, const char* argument) {
    if (strcmp(role, "eye") == 0) return look_for_ever();
    if (strcmp(role, "sign-uninvited") == 0) return sign_uninvited();
    int status = play_rival(role, argument);
    if (status < 0) status = play_in_crowd(role, argument);
    if (status < 0) status = play_victim(role, argument);
    if (status < 0) status = play_attacker(role, argument);
    return status;
}

static int run_family(const char* name, struct orders orders) {
    const char* colon = strchr(name, ':');
    const size_t length = colon == NULL ? strlen(name) : (size_t)(colon - name);
    if (colon != NULL && sscanf(colon, ":%u/%u", &orders.share, &orders.of) != 2) return 2;
    for (size_t i = 0; i < sizeof(kFamilies) / sizeof(kFamilies[0]); ++i) {
        if (strlen(kFamilies[i].name) != length || strncmp(kFamilies[i].name, name, length) != 0) continue;
        kFamilies[i].run(&orders);
        return close_ledger(kFamilies[i].name);
    }
    return -1;
}

int main(int argc, char** argv) {
    if (argc < 3) {
        (void)fprintf(stderr, "Usage: jpki-campaign-rig MODULE FAMILY[:SHARE/OF] [subset]\n");
        return 2;
    }
    begin_with_virtual_card();
    module_path = argv[1];
    const int played = play(argv[2], argc > 3 ? argv[3] : "");
    if (played >= 0) return played;
    load_module(argv[1]);
    const struct orders orders = {.share = 0, .of = 1, .subset = argc > 3 && strcmp(argv[3], "subset") == 0};
    const int status = run_family(argv[2], orders);
    if (status < 0) (void)fprintf(stderr, "jpki-campaign-rig: no family %s\n", argv[2]);
    return status < 0 ? 2 : status;
}
