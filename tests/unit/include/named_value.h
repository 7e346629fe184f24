/*
 * A fact that a PKCS#11 header states, as a row: a size, an offset or a constant under its name.  Each header
 * has a translation unit of its own that turns names.def into such a table; only the tables meet, in the test
 * program.
 */
#ifndef JPKI_TESTS_NAMED_VALUE_H
#define JPKI_TESTS_NAMED_VALUE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jpki_named_value {
    const char* name;
    unsigned long value;
};

struct jpki_table {
    const struct jpki_named_value* rows;
    size_t count;
};

struct jpki_table jpki_table_ours(void);
struct jpki_table jpki_table_p11kit(void);
struct jpki_table jpki_table_nss(void);

/* sizeof(CK_C_INITIALIZE_ARGS), which is the one struct that is not compared with NSS */
size_t jpki_nss_initialize_args_size(void);

/* Compiled as strict C89 and as C++98: the size of the 3.2 function list as that language sees it. */
size_t jpki_c89_function_list_size(void);
size_t jpki_cxx98_function_list_size(void);

/* Compiled with p11-kit's or NSS's header before ours: what is visible must be theirs. */
unsigned long jpki_pin_too_weak_after_p11kit(void);
size_t jpki_initialize_args_size_after_nss(void);

#ifdef __cplusplus
}
#endif

#endif
