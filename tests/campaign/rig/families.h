// The families of main.c: each runs its share of its cases on the module that is loaded.
#ifndef JPKI_CAMPAIGN_RIG_FAMILIES_H
#define JPKI_CAMPAIGN_RIG_FAMILIES_H

// Which cases are this process's: every `of`-th, beginning with `share`; of these, with a subset, few.
struct orders {
    unsigned share;
    unsigned of;
    int subset;
};
// For case number 0, 1, 2, ... of a family; a subset takes every `step`-th.
int is_mine_to_run(const struct orders* orders, unsigned number, unsigned step);

void run_unplugged(const struct orders* orders);
void run_service_killed(const struct orders* orders);
void run_service_stopped(const struct orders* orders);
void run_crowds(const struct orders* orders);
void run_killed(const struct orders* orders);
void run_rivals(const struct orders* orders);

#endif
