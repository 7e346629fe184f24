// The shipped module as a program sees it: opened by dlopen, called through the three function lists. Every
// test program here begins with begin_without_service() or begin_with_virtual_card() (ban.h) and then
// load_module().
#ifndef JPKI_C_ABI_MODULE_H
#define JPKI_C_ABI_MODULE_H

#include <jpki/cryptoki.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// After the four above, which it needs and does not include.
#include <cmocka.h>

// The lists of the module that load_module() opened; p11 is the newest.
extern CK_FUNCTION_LIST_3_2* p11;
extern CK_FUNCTION_LIST_3_0* p11_3_0;
extern CK_FUNCTION_LIST* p11_2_40;
extern void* module_library;
extern const char* module_path;

// Of this process, before it had the module.
extern unsigned threads_at_start;

// Ends the program with a message when anything is missing.
void load_module(const char* path);
// A module that stands before ours (p11-kit's proxy, pkcs11-spy) and may know older versions only: what it
// does not offer is NULL in the three lists.
void load_wrapper(const char* path);
// Looks an exported function up; `function` is the address of a function pointer.
void find_symbol(const char* name, void* function);

// Compares a CK_RV and prints both in hexadecimal, as the header has them.
#define assert_rv(call, expected) assert_rv_at((call), (expected), #call, __FILE__, __LINE__)
void assert_rv_at(CK_RV actual, CK_RV expected, const char* call, const char* file, int line);

// Initialises, and finalises whatever state the test left: CMocka's setup and teardown.
int initialized(void** state);
int finalized(void** state);

// Blank padded, not terminated.
#define assert_padded(field, text) assert_true(is_padded((field), sizeof(field), (text)))
int is_padded(const CK_UTF8CHAR* field, size_t size, const char* text);

#endif
