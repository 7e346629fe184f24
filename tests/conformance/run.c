// Runs the statements that can be made the way the stage was built.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "stage.h"
#include "statements.h"

static const struct {
    struct CMUnitTest test;
    const char* number;
    const char* name;
    unsigned ways;
} kStatements[] = {
#define STATEMENT(number, name, ways, begin)                                                             \
    {{"statement_" #number "_" #name, statement_##number##_##name, stage_##begin, stage_teardown, NULL}, \
     #number,                                                                                            \
     #name,                                                                                              \
     (ways)},
#include "statements.def"
#undef STATEMENT
};
enum { kCount = sizeof(kStatements) / sizeof(kStatements[0]) };

int run_statements(long first, long last, const char* name) {
    struct CMUnitTest chosen[kCount];
    size_t count = 0;
    for (size_t i = 0; i < kCount; ++i) {
        const long number = strtol(kStatements[i].number, NULL, 10);
        if (number < first || number > last || (kStatements[i].ways & (unsigned)stage_way) == 0) continue;
        if (name != NULL && strcmp(kStatements[i].name, name) != 0) continue;
        chosen[count++] = kStatements[i].test;
    }
    if (count == 0) {
        (void)fprintf(stderr, "no statement from %ld to %ld can be made this way\n", first, last);
        return 1;
    }
    return _cmocka_run_group_tests("statements", chosen, count, NULL, NULL);
}
