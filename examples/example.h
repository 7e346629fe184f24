// What sign.c and verify.c share: load a module, choose a token by its label, ask for its PIN. Every failure
// ends the program with one line on stderr and exit status 1; a wrong command line with 2.
#pragma once

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <jpki/cryptoki.h>

#define MAX_PIN 64

static CK_FUNCTION_LIST* p11;  // the module's functions, after load()
static int pin_fd = -1;        // --pin-fd; otherwise the terminal

static _Noreturn void die(const char* format, ...) __attribute__((format(printf, 1, 2)));
static _Noreturn void die(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (p11 != NULL) p11->C_Finalize(NULL);  // leaves the card logged out
    exit(1);
}

static const char* meaning(CK_RV rv) {
    switch (rv) {
        case CKR_PIN_INCORRECT: return "the PIN is wrong";
        case CKR_PIN_LOCKED: return "the PIN is locked; only the municipal office can unlock it";
        case CKR_FUNCTION_CANCELED: return "refused: one try is left, and a wrong PIN would lock the card";
        case CKR_TOKEN_NOT_PRESENT: return "no card in the reader";
        case CKR_TOKEN_NOT_RECOGNIZED: return "the card in the reader is not a JPKI card";
        case CKR_DEVICE_REMOVED:
        case CKR_SESSION_HANDLE_INVALID: return "the card was taken out; put it back and start again";
        case CKR_DEVICE_ERROR: return "the card or the reader failed";
        case CKR_USER_NOT_LOGGED_IN: return "the card wants the PIN again";
        case CKR_SIGNATURE_INVALID: return "the signature is WRONG";
        case CKR_SIGNATURE_LEN_RANGE: return "this is no signature of that key (wrong length)";
        default: return "see the names of CKR_ codes in jpki/cryptoki.h";
    }
}

static void check(CK_RV rv, const char* what) {
    if (rv != CKR_OK) die("%s: %s (0x%lx)", what, meaning(rv), rv);
}

static void load(const char* path) {
    void* module = dlopen(path, RTLD_NOW | RTLD_LOCAL);  // a path with a slash, or a name on the library path
    if (module == NULL) die("%s", dlerror());
    CK_C_GetFunctionList get = NULL;
    *(void**)&get = dlsym(module, "C_GetFunctionList");
    CK_FUNCTION_LIST* list = NULL;
    if (get == NULL || get(&list) != CKR_OK) die("%s is not a PKCS#11 module", path);
    check(list->C_Initialize(NULL), "C_Initialize");
    p11 = list;
}

// The slot of the token that is called `label`; its text is 32 characters, filled up with blanks.
static CK_SLOT_ID find_token(const char* label) {
    // With room for more readers than anybody has: asked for the count first, the list could have grown
    // since.
    static CK_SLOT_ID slots[1024];
    CK_ULONG count = sizeof slots / sizeof *slots;
    check(p11->C_GetSlotList(CK_TRUE, slots, &count), "C_GetSlotList");
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_TOKEN_INFO info;
        if (p11->C_GetTokenInfo(slots[i], &info) != CKR_OK) continue;  // another card, another reader
        size_t length = sizeof info.label;
        while (length > 0 && info.label[length - 1] == ' ')
            --length;
        if (length != strlen(label) || memcmp(info.label, label, length) != 0) continue;
        if ((info.flags & CKF_USER_PIN_LOCKED) != 0) fprintf(stderr, "Warning: this PIN is locked.\n");
        return slots[i];
    }
    die("No token \"%s\" in any reader. Is the card in place, and does pcscd run?", label);
}

// Shells switch the echo on while a program is stopped: what was typed meanwhile is dropped, and it is off
// again.
static int hushed_terminal;
static struct termios hushed;
static void hush_again(int signal_number) {
    (void)signal_number;
    tcsetattr(hushed_terminal, TCSAFLUSH, &hushed);
}

// One line from the terminal without echo, or from --pin-fd. Its length; 0 when there was none.
static size_t read_pin(const char* label, char pin[MAX_PIN]) {
    const int fd = pin_fd >= 0 ? pin_fd : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) die("No terminal to ask for the PIN: give it by --pin-fd");
    struct termios before;
    const int terminal = tcgetattr(fd, &before) == 0;
    sigset_t all, old;
    sigfillset(&all);
    sigdelset(&all, SIGCONT);
    struct sigaction again = {.sa_handler = hush_again, .sa_flags = SA_RESTART}, usual;
    if (terminal) {
        hushed_terminal = fd;
        hushed = before;
        hushed.c_lflag &= ~(tcflag_t)ECHO;
        sigprocmask(SIG_BLOCK, &all, &old);  // ^C takes effect after Enter, with the echo back on
        sigaction(SIGCONT, &again, &usual);
        tcsetattr(fd, TCSAFLUSH, &hushed);
        dprintf(fd, "PIN of %s: ", label);
    }
    size_t length = 0;
    char c = 0;
    while (read(fd, &c, 1) == 1 && c != '\n')
        if (length < MAX_PIN) pin[length++] = c;
    if (terminal) {
        sigaction(SIGCONT, &usual, NULL);
        tcsetattr(fd, TCSAFLUSH, &before);
        dprintf(fd, "\n");
        sigprocmask(SIG_SETMASK, &old, NULL);
    }
    if (pin_fd < 0) close(fd);
    return length;
}

static void login(CK_SESSION_HANDLE session, const char* label) {
    char pin[MAX_PIN];
    const size_t length = read_pin(label, pin);
    if (length == 0) die("No PIN given.");
    const CK_RV rv = p11->C_Login(session, CKU_USER, (CK_UTF8CHAR*)pin, length);
    explicit_bzero(pin, sizeof pin);
    check(rv, "C_Login");
}

// The first object of a class; 0 when there is none.
static CK_OBJECT_HANDLE find_object(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class) {
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof class};
    CK_OBJECT_HANDLE found = 0;
    CK_ULONG count = 0;
    check(p11->C_FindObjectsInit(session, &wanted, 1), "C_FindObjectsInit");
    check(p11->C_FindObjects(session, &found, 1, &count), "C_FindObjects");
    check(p11->C_FindObjectsFinal(session), "C_FindObjectsFinal");
    return count == 1 ? found : 0;
}

// PROGRAM [--pin-fd N] MODULE TOKEN FILE SIGNATURE: the four in argument[0..3].
static void read_command_line(int argc, char** argv, const char* argument[4], const char* purpose) {
    int next = 1;
    if (argc == 7 && strcmp(argv[1], "--pin-fd") == 0) {
        pin_fd = atoi(argv[2]);
        next = 3;
    }
    if (argc - next != 4) {
        fprintf(stderr, "%s\nUsage: %s [--pin-fd N] MODULE TOKEN-LABEL FILE SIGNATURE-FILE\n", purpose,
                argv[0]);
        exit(2);
    }
    for (int i = 0; i < 4; ++i)
        argument[i] = argv[next + i];
}
