// Signs a file with a JPKI card: RSA with SHA-256, PKCS#1 v1.5, as `openssl dgst -sha256 -verify` understands
// it.
//
//   sign jpki-pkcs11.so "JPKI User Authentication" document.txt document.sig
//
// The smallest honest program: it asks for the PIN without showing it, says in words what went wrong, writes
// nothing unless there is a signature, and leaves the card logged out.
#include "example.h"

int main(int argc, char** argv) {
    const char* argument[4];
    read_command_line(argc, argv, argument, "Signs FILE with a token's key; asks for the PIN.");
    const char *label = argument[1], *path = argument[2];

    FILE* file = fopen(path, "rb");
    if (file == NULL) die("%s cannot be read", path);

    load(argument[0]);
    CK_SESSION_HANDLE session = 0;
    // The session before the question: the PIN goes to the card that is there now, and to no other.
    check(p11->C_OpenSession(find_token(label), CKF_SERIAL_SESSION, NULL, NULL, &session), "C_OpenSession");
    login(session, label);
    const CK_OBJECT_HANDLE key = find_object(session, CKO_PRIVATE_KEY);
    if (key == 0) die("There is no key on %s", label);

    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    check(p11->C_SignInit(session, &mechanism, key), "C_SignInit");
    CK_BYTE part[4096];
    for (size_t got; (got = fread(part, 1, sizeof part, file)) > 0;)
        check(p11->C_SignUpdate(session, part, got), "C_SignUpdate");
    if (ferror(file)) die("%s cannot be read to its end", path);
    CK_BYTE signature[512];
    CK_ULONG length = sizeof signature;
    check(p11->C_SignFinal(session, signature, &length), "C_SignFinal");
    p11->C_Logout(session);
    p11->C_CloseSession(session);

    FILE* out = fopen(argument[3], "wb");
    if (out == NULL) die("%s cannot be written", argument[3]);
    const int written = fwrite(signature, 1, length, out) == length;
    if (fclose(out) != 0 || !written) die("%s could not be written", argument[3]);
    p11->C_Finalize(NULL);
    printf("%s: signed by %s, %lu bytes in %s\n", path, label, length, argument[3]);
    return fclose(file);
}
