// The library as a file in a process: loaded, loaded once more, unloaded, left behind at the end of the
// process, and beside its host's OpenSSL.
#include <dlfcn.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "child.h"
#include "stage.h"
#include "statements.h"

static int* words;  // of the child that speaks last, on a page that the parent sees, too
static struct signer speaker;

// Runs after every exit handler, and so after OpenSSL has torn itself down.
__attribute__((destructor)) static void last_words(void) {
    CK_BYTE signature[256];
    CK_SESSION_INFO info;
    if (words == NULL) return;
    (void)p11->C_GetSessionInfo(speaker.session, &info);
    (void)sign_text(speaker.session, speaker.key, "too late", signature);
    (void)p11->C_Logout(speaker.session);
    (void)p11->C_Finalize(NULL);
    (void)p11->C_Initialize(NULL);
    *words = 5;
}

static int child_exits_without_finalize(void) {
    check(child_logs_in(kAuthentication, &speaker) == 0);
    check(child_signs(&speaker) == 0);
    leaks_are_meant();
    exit(0);
}

static int* shared_page;

static int child_speaks_after_openssl(void) {
    words = shared_page;
    return child_exits_without_finalize();
}

static int child_unloads_without_finalize(void) {
    check(child_logs_in(kAuthentication, &speaker) == 0);
    check(child_signs(&speaker) == 0);
    check(dlclose(module_library) == 0);
    sleep_ms(20);  // the library's threads go on: their code must still be there
    leaks_are_meant();
    exit(0);
}

static int child_finalizes_and_unloads(void) {
    check(child_logs_in(kAuthentication, &speaker) == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    check(dlclose(module_library) == 0);
    exit(0);
}

void statement_014_unloading_and_leaving_without_finalize_crash_nothing(void** state) {
    (void)state;
    int (*const lives[])(void) = {child_exits_without_finalize, child_speaks_after_openssl,
                                  child_unloads_without_finalize, child_finalizes_and_unloads};
    shared_page = mmap(NULL, sizeof(*words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(shared_page, MAP_FAILED);
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); ++i) {
        vcard_do("reset-oracle");
        assert_int_equal(in_fork(lives[i]), 0);
        assert_int_equal(vcard_oracle("auth_pin", "verifies"), 1);
        assert_false(stage_another_client_can_sign(kAuthentication));
    }
    assert_int_equal(*shared_page, 5);
    assert_int_equal(munmap(shared_page, sizeof(*words)), 0);
}

static int default_context_works(void) {
    EVP_MD* found = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    EVP_MD_free(found);
    return found != NULL;
}

// As a host does whose openssl.cnf puts a PKCS#11 provider before everything: what used its context would
// call itself.
void statement_015_the_library_uses_an_openssl_context_of_its_own(void** state) {
    (void)state;
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_MECHANISM hash = {CKM_SHA256, NULL, 0};
    CK_BYTE text[] = "a filing";
    CK_BYTE signature[256];
    CK_BYTE subject[1024];
    CK_ULONG length = sizeof(signature);
    assert_true(default_context_works());
    assert_int_equal(EVP_set_default_properties(NULL, "provider=of-somebody-else"), 1);
    const int works = default_context_works();
    CK_RV rv = CKR_OK;
    for (int token = 0; token < kTokens && rv == CKR_OK; ++token) {
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_OBJECT_HANDLE user = find_user_certificate(session);
        CK_ATTRIBUTE attribute = {CKA_SUBJECT, subject, sizeof(subject)};
        length = sizeof(signature);
        if ((rv = p11->C_GetAttributeValue(session, user, &attribute, 1)) != CKR_OK) break;
        if ((rv = p11->C_DigestInit(session, &hash)) != CKR_OK) break;
        if ((rv = p11->C_Digest(session, text, sizeof(text), signature, &length)) != CKR_OK) break;
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        if ((rv = p11->C_SignInit(session, &mechanism, key)) != CKR_OK) break;
        length = sizeof(signature);
        if ((rv = p11->C_Sign(session, text, sizeof(text), signature, &length)) != CKR_OK) break;
        const CK_OBJECT_HANDLE public_key = find_key(session, CKO_PUBLIC_KEY);
        if ((rv = p11->C_VerifyInit(session, &mechanism, public_key)) != CKR_OK) break;
        rv = p11->C_Verify(session, text, sizeof(text), signature, length);
    }
    assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
    assert_rv(rv, CKR_OK);
    assert_false(works);
    assert_true(default_context_works());
}

void statement_016_loaded_twice_it_is_one_library(void** state) {
    (void)state;
    CK_BYTE signature[256];
    CK_FUNCTION_LIST* list = NULL;
    CK_C_GetFunctionList get = NULL;
    const CK_SESSION_HANDLE session = open_logged_in(kAuthentication);
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    void* first = module_library;
    module_library = dlopen(module_path, RTLD_NOW | RTLD_GLOBAL);
    assert_ptr_equal(module_library, first);
    find_symbol("C_GetFunctionList", &get);
    assert_rv(get(&list), CKR_OK);
    assert_ptr_equal(list, p11_2_40);
    assert_rv(list->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
    assert_int_equal(dlclose(module_library), 0);
    assert_rv(sign_text(session, key, "undisturbed", signature), CKR_OK);
}
