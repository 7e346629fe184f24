// Many threads, with a session each or not (PKCS#11 3.2 §3.7.3 and §5.1 on access by several threads).
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init_args.h"
#include "stage.h"
#include "statements.h"
#include "support/openssl.h"

enum { kThreads = 16, kSignature2048 = 256, kMostCertificate = 4096, kText = 48 };

static CK_BYTE certificates[kTokens][kMostCertificate];
static CK_ULONG certificate_sizes[kTokens];

// A thread and what it found; CMocka's asserts are for the main thread.
struct worker {
    pthread_t thread;
    unsigned number;
    enum token token;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    CK_ULONG objects;
    unsigned signatures;
    const char* failed;  // the first step that did not go as it should
    CK_RV rv;
};

static atomic_bool stop;

static int fails(struct worker* worker, const char* step, CK_RV rv) {
    worker->failed = step;
    worker->rv = rv;
    return 0;
}

static int signs(struct worker* worker, unsigned round) {
    static const struct {
        CK_MECHANISM_TYPE type;
        const char* digest;
    } kKinds[] = {
        {CKM_SHA256_RSA_PKCS, "SHA256"}, {CKM_SHA512_RSA_PKCS, "SHA512"}, {CKM_SHA1_RSA_PKCS, "SHA1"}};
    const size_t kind = round % 3;
    CK_MECHANISM mechanism = {kKinds[kind].type, NULL, 0};
    CK_BYTE text[kText] = "";
    CK_BYTE signature[kSignature2048];
    CK_ULONG length = sizeof(signature);
    (void)snprintf((char*)text, sizeof(text), "signature %u of thread %u", round, worker->number);
    CK_RV rv = p11->C_SignInit(worker->session, &mechanism, worker->key);
    if (rv != CKR_OK) return fails(worker, "C_SignInit", rv);
    if (round % 2 == 0) {
        rv = p11->C_Sign(worker->session, text, sizeof(text), signature, &length);
        if (rv != CKR_OK) return fails(worker, "C_Sign", rv);
    } else {
        rv = p11->C_SignUpdate(worker->session, text, kText / 2);
        if (rv == CKR_OK) rv = p11->C_SignUpdate(worker->session, text + kText / 2, kText / 2);
        if (rv != CKR_OK) return fails(worker, "C_SignUpdate", rv);
        rv = p11->C_SignFinal(worker->session, signature, &length);
        if (rv != CKR_OK) return fails(worker, "C_SignFinal", rv);
    }
    ++worker->signatures;
    if (!openssl_verifies(certificates[worker->token], certificate_sizes[worker->token], kKinds[kind].digest,
                          text, sizeof(text), signature, length))
        return fails(worker, "verification", CKR_SIGNATURE_INVALID);
    return 1;
}

static int digests(struct worker* worker, unsigned round) {
    CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
    CK_BYTE text[kText] = "";
    CK_BYTE digest[EVP_MAX_MD_SIZE];
    CK_BYTE expected[EVP_MAX_MD_SIZE];
    CK_ULONG length = sizeof(digest);
    (void)snprintf((char*)text, sizeof(text), "digest %u of thread %u", round, worker->number);
    CK_RV rv = p11->C_DigestInit(worker->session, &mechanism);
    if (rv == CKR_OK) rv = p11->C_DigestUpdate(worker->session, text, sizeof(text));
    if (rv == CKR_OK) rv = p11->C_DigestFinal(worker->session, digest, &length);
    if (rv != CKR_OK) return fails(worker, "digest", rv);
    if (EVP_Digest(text, sizeof(text), expected, NULL, EVP_sha256(), NULL) != 1 ||
        memcmp(expected, digest, length) != 0)
        return fails(worker, "comparison of digests", CKR_GENERAL_ERROR);
    return 1;
}

static int finds(struct worker* worker) {
    CK_OBJECT_HANDLE found[32];
    CK_ULONG count = 0;
    CK_RV rv = p11->C_FindObjectsInit(worker->session, NULL, 0);
    if (rv == CKR_OK) rv = p11->C_FindObjects(worker->session, found, 32, &count);
    if (rv == CKR_OK) rv = p11->C_FindObjectsFinal(worker->session);
    if (rv != CKR_OK) return fails(worker, "search", rv);
    if (count != worker->objects) return fails(worker, "number of objects", count);
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_OBJECT_CLASS class = ~0UL;
        CK_ATTRIBUTE attribute = {CKA_CLASS, &class, sizeof(class)};
        rv = p11->C_GetAttributeValue(worker->session, found[i], &attribute, 1);
        if (rv != CKR_OK) return fails(worker, "C_GetAttributeValue", rv);
        if ((found[i] == worker->key) != (class == CKO_PRIVATE_KEY))
            return fails(worker, "class of an object", class);
    }
    return 1;
}

static int comes_and_goes(struct worker* worker) {
    CK_SESSION_HANDLE another = 0;
    CK_SESSION_INFO info;
    CK_RV rv = p11->C_GetSessionInfo(worker->session, &info);
    if (rv == CKR_OK) rv = p11->C_OpenSession(info.slotID, CKF_SERIAL_SESSION, NULL, NULL, &another);
    if (rv == CKR_OK) rv = p11->C_GetSessionInfo(another, &info);
    if (rv == CKR_OK) rv = p11->C_CloseSession(another);
    if (rv != CKR_OK) return fails(worker, "another session", rv);
    if (info.state != CKS_RO_USER_FUNCTIONS) return fails(worker, "state of another session", info.state);
    return 1;
}

static void* work(void* argument) {
    struct worker* worker = argument;
    for (unsigned round = 0; !atomic_load(&stop); ++round)
        if (!finds(worker) || !digests(worker, round) || !comes_and_goes(worker) || !signs(worker, round))
            break;
    return NULL;
}

static void prepare(struct worker* worker, unsigned number, enum token token) {
    CK_OBJECT_HANDLE found[32];
    *worker = (struct worker){.number = number, .token = token};
    worker->session = open_session(token, 0);
    worker->key = find_key(worker->session, CKO_PRIVATE_KEY);
    worker->objects = find_objects(worker->session, ~0UL, found, 32);
}

static void log_in_and_read_certificates(void) {
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        certificate_sizes[token] = read_attribute(session, find_user_certificate(session), CKA_VALUE,
                                                  certificates[token], kMostCertificate);
    }
}

static void run(struct worker* workers, size_t count, void* (*body)(void*), unsigned ms) {
    atomic_store(&stop, 0);
    for (size_t i = 0; i < count; ++i)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, body, &workers[i]), 0);
    sleep_ms(ms);
    atomic_store(&stop, 1);
    for (size_t i = 0; i < count; ++i)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
}

static void assert_nothing_failed(const struct worker* workers, size_t count) {
    for (size_t i = 0; i < count; ++i)
        if (workers[i].failed != NULL)
            fail_msg("thread %zu, after %u signatures: %s answered 0x%lx", i, workers[i].signatures,
                     workers[i].failed, workers[i].rv);
}

void statement_112_many_threads_sign_find_and_digest_and_all_signatures_verify(void** state) {
    (void)state;
    struct worker workers[kThreads];
    const char* seconds = getenv("JPKI_STORM_SECONDS");
    log_in_and_read_certificates();
    for (unsigned i = 0; i < kThreads; ++i)
        prepare(&workers[i], i, i % 2 == 0 ? kAuthentication : kSignature);
    run(workers, kThreads, work, 1000 * (seconds == NULL ? 2 : (unsigned)strtoul(seconds, NULL, 10)));
    assert_nothing_failed(workers, kThreads);
    unsigned long made[kTokens] = {0, 0};
    for (unsigned i = 0; i < kThreads; ++i) {
        assert_true(workers[i].signatures > 0);
        made[workers[i].token] += workers[i].signatures;
    }
    for (int token = 0; token < kTokens; ++token) {
        assert_int_equal(vcard_oracle(kFacts[token].key_part, "signatures"), made[token]);
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "failed"), 0);
    }
}

static int may_happen(CK_RV rv) {
    return rv == CKR_OK || rv == CKR_OPERATION_ACTIVE || rv == CKR_OPERATION_NOT_INITIALIZED;
}

// Its operations are disturbed by whoever has the same session.
static void* work_regardless(void* argument) {
    struct worker* worker = argument;
    for (unsigned round = 0; !atomic_load(&stop); ++round) {
        CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
        CK_MECHANISM digest = {CKM_SHA256, NULL, 0};
        CK_BYTE text[kText] = "of one of two";
        CK_BYTE out[kSignature2048];
        CK_OBJECT_HANDLE found[32];
        CK_ULONG length = sizeof(out);
        CK_ULONG count = 0;
        const CK_RV rvs[] = {
            p11->C_SignInit(worker->session, &mechanism, worker->key),
            p11->C_SignUpdate(worker->session, text, sizeof(text)),
            p11->C_DigestInit(worker->session, &digest),
            p11->C_FindObjectsInit(worker->session, NULL, 0),
            p11->C_DigestUpdate(worker->session, text, sizeof(text)),
            p11->C_FindObjects(worker->session, found, 32, &count),
            round % 4 == 0 ? p11->C_SignFinal(worker->session, out, &length) : CKR_OK,
            p11->C_SessionCancel(worker->session, round % 8 == 1 ? CKF_SIGN | CKF_DIGEST : 0),
            p11->C_DigestFinal(worker->session, out, &(CK_ULONG){sizeof(out)}),
            p11->C_FindObjectsFinal(worker->session),
        };
        for (size_t i = 0; i < sizeof(rvs) / sizeof(rvs[0]); ++i)
            if (!may_happen(rvs[i])) (void)fails(worker, "a shared session", rvs[i]);
        if (worker->failed != NULL) break;
        ++worker->signatures;
    }
    return NULL;
}

static void* work_as_placed(void* argument) {
    struct worker* worker = argument;
    return worker->number == 0 ? work(worker) : work_regardless(worker);
}

void statement_113_two_threads_on_one_session_harm_nobody_else(void** state) {
    (void)state;
    enum { kAlone, kFirst, kSecond, kAll };
    struct worker workers[kAll];
    log_in_and_read_certificates();
    for (unsigned i = kAlone; i < kAll; ++i)
        prepare(&workers[i], i, kAuthentication);
    workers[kSecond].session = workers[kFirst].session;
    run(workers, kAll, work_as_placed, 300);
    assert_nothing_failed(workers, kAll);
    for (unsigned i = kAlone; i < kAll; ++i)
        assert_true(workers[i].signatures > 10);
    // The session itself is as good as new.
    assert_rv(p11->C_SessionCancel(workers[kFirst].session, ~0UL), CKR_OK);
    assert_true(finds(&workers[kFirst]) && digests(&workers[kFirst], 0) && signs(&workers[kFirst], 0));
}

void statement_114_mutex_callbacks_are_never_called(void** state) {
    (void)state;
    struct worker workers[2];
    CK_C_INITIALIZE_ARGS arguments = init_args(kAllCallbacks, CKF_OS_LOCKING_OK);
    const unsigned before = atomic_load(&mutex_callbacks_called);
    assert_rv(p11->C_Initialize(&arguments), CKR_OK);
    assert_int_equal(wait_for_card(), 0);
    log_in_and_read_certificates();
    prepare(&workers[0], 0, kAuthentication);
    prepare(&workers[1], 1, kSignature);
    run(workers, 2, work, 50);
    assert_nothing_failed(workers, 2);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(atomic_load(&mutex_callbacks_called), before);
}

static void* list(void* argument) {
    struct worker* worker = argument;
    while (!atomic_load(&stop)) {
        CK_ULONG count = 0;
        const CK_RV rv = p11->C_GetSlotList(CK_TRUE, NULL, &count);
        if (rv != CKR_OK) (void)fails(worker, "C_GetSlotList", rv);
    }
    return NULL;
}

// A library that may have no threads is called by all of its host's, from the first call on.
void statement_009_a_host_that_forbids_threads_may_have_its_own(void** state) {
    (void)state;
    enum { kOwn = 4 };
    struct worker workers[kOwn];
    CK_C_INITIALIZE_ARGS arguments =
        init_args(kNoCallbacks, CKF_LIBRARY_CANT_CREATE_OS_THREADS | CKF_OS_LOCKING_OK);
    for (int round = 0; round < 20; ++round) {
        (void)p11->C_Finalize(NULL);
        assert_rv(p11->C_Initialize(&arguments), CKR_OK);
        memset(workers, 0, sizeof(workers));
        run(workers, kOwn, list, 5);
        assert_nothing_failed(workers, kOwn);
    }
    assert_int_equal(wait_for_card(), 0);
    log_in_and_read_certificates();
    for (unsigned i = 0; i < kOwn; ++i)
        prepare(&workers[i], i, i % 2 == 0 ? kAuthentication : kSignature);
    run(workers, kOwn, work, 300);
    assert_nothing_failed(workers, kOwn);
}
