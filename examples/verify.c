// Verifies a file's signature with the public key of a JPKI card's token, by C_VerifyInit and C_Verify.
//
//   verify jpki-pkcs11.so "JPKI User Authentication" document.txt document.sig
//
// It says whether this card made the signature. It does not say whether the certificate is valid or revoked:
// that takes the issuer's certificate and revocation data, and a program like `openssl cms -verify`.
#include "example.h"

// The whole file, `size` bytes; C_Verify wants it in one piece.
static CK_BYTE* read_file(const char* path, size_t* size) {
    FILE* file = fopen(path, "rb");
    if (file == NULL) die("%s cannot be read", path);
    CK_BYTE* data = NULL;
    size_t room = 0;
    *size = 0;
    do {
        room = room * 2 + 4096;
        data = realloc(data, room);
        if (data == NULL) die("%s is too large", path);
        *size += fread(data + *size, 1, room - *size, file);
    } while (*size == room);
    if (ferror(file)) die("%s cannot be read to its end", path);
    fclose(file);
    return data;
}

int main(int argc, char** argv) {
    const char* argument[4];
    read_command_line(argc, argv, argument, "Verifies SIGNATURE-FILE over FILE with a token's public key.");
    const char *label = argument[1], *path = argument[2];
    size_t data_size = 0, signature_size = 0;
    CK_BYTE* data = read_file(path, &data_size);
    CK_BYTE* signature = read_file(argument[3], &signature_size);

    load(argument[0]);
    CK_SESSION_HANDLE session = 0;
    check(p11->C_OpenSession(find_token(label), CKF_SERIAL_SESSION, NULL, NULL, &session), "C_OpenSession");
    CK_OBJECT_HANDLE key = find_object(session, CKO_PUBLIC_KEY);
    if (key ==
        0) {  // the signature certificate holds name and address, so the card asks for the password first
        login(session, label);
        key = find_object(session, CKO_PUBLIC_KEY);
    }
    if (key == 0) die("There is no public key on %s", label);

    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    check(p11->C_VerifyInit(session, &mechanism, key), "C_VerifyInit");
    const CK_RV rv = p11->C_Verify(session, data, data_size, signature, signature_size);
    free(data);
    free(signature);
    check(rv, path);
    p11->C_Finalize(NULL);
    printf("%s: the signature in %s was made by %s\n", path, argument[3], label);
    return 0;
}
