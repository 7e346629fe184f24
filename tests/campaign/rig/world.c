#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <winscard.h>

#include "ledger.h"
#include "support/module.h"

enum { kPath = 512, kLook = 4 };

const char* const kReaders[2] = {"Virtual PCD 00 00", "Virtual PCD 00 01"};

static pid_t service;  // 0: the rig's own
static int service_is_ours;

static void give_up(const char* what) {
    (void)fprintf(stderr, "campaign: %s: %s\n", what, strerror(errno));
    _exit(3);
}

static const char* in_rig(const char* name) {
    static _Thread_local char path[kPath];
    (void)snprintf(path, sizeof(path), "%s/%s", getenv("JPKI_RIG_DIR"), name);
    return path;
}

// --- cards

void speak_to_card(int number) {
    char name[32];
    (void)snprintf(name, sizeof(name), "vcard%d.control", number);
    (void)setenv("JPKI_VCARD_CONTROL", in_rig(name), 1);
}

unsigned long number_in(const char* answer, const char* key) {
    const char* at = strstr(answer, key);
    return at == NULL ? 0 : strtoul(at + strlen(key), NULL, 10);
}

int fault_has_happened(void) {
    char* answer = vcard_ask("faults");
    const int happened = number_in(answer, "\"fired\": ") > 0;
    free(answer);
    return happened;
}

// --- pcscd

static pid_t service_pid(void) {
    if (service == 0) {
        FILE* file = fopen(in_rig("pcscd.pid"), "re");
        char line[32] = "";
        if (file == NULL || fgets(line, sizeof(line), file) == NULL) give_up("pcscd.pid");
        (void)fclose(file);
        service = (pid_t)strtol(line, NULL, 10);
    }
    return service;
}

// Called inside any thread, at the very moment.
void kill_service(void) {
    const pid_t pid = service_pid();
    if (kill(pid, SIGKILL) != 0) give_up("pcscd cannot be killed");
    if (service_is_ours) {
        (void)waitpid(pid, NULL, 0);
        return;
    }
    // Its parent, the rig, reaps it.
    while (kill(pid, 0) == 0)
        sleep_ms(1);
}

static pid_t fork_with_us(void) {
    const pid_t parent = getpid();
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child < 0) give_up("fork");
    if (child == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)) _exit(3);
    return child;
}

void start_service(void) {
    char conf[kPath];
    char log[kPath];
    (void)snprintf(conf, sizeof(conf), "%s", in_rig("conf"));
    (void)snprintf(log, sizeof(log), "%s", in_rig("pcscd.again.log"));
    (void)unlink(in_rig("pcscd/pcscd.comm"));
    const pid_t child = fork_with_us();
    if (child == 0) {
        const int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        (void)execlp("pcscd", "pcscd", "--foreground", "--config", conf, (char*)NULL);
        _exit(3);
    }
    service = child;
    service_is_ours = 1;
    while (access(in_rig("pcscd/pcscd.comm"), F_OK) != 0)
        sleep_ms(1);
}

void stop_service(void) {
    if (kill(service_pid(), SIGSTOP) != 0) give_up("pcscd cannot be stopped");
}

void continue_service(void) { (void)kill(service_pid(), SIGCONT); }

// --- other programs

pid_t start_role(const char* role, const char* argument) {
    const pid_t child = fork_with_us();
    if (child != 0) return child;
    (void)execl("/proc/self/exe", "jpki-campaign-rig", module_path, role, argument, (char*)NULL);
    _exit(252);
}

int end_of_role(pid_t role) {
    int status = 0;
    if (waitpid(role, &status, 0) != role) return 254;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_role(const char* role, const char* argument) { return end_of_role(start_role(role, argument)); }

volatile struct shared* shared_memory(void) {
    static volatile struct shared* memory;
    if (memory != NULL) return memory;
    const int file = open(in_rig("shared"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, (off_t)sizeof(struct shared)) != 0) give_up("shared memory");
    void* mapped = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) give_up("shared memory");
    (void)close(file);
    memory = mapped;
    return memory;
}

// --- the eye

// The event counter as well: a card that was exchanged between two looks has not been there all the time.
static DWORD look(SCARDCONTEXT* context) {
    SCARD_READERSTATE state = {.szReader = kReaders[0], .dwCurrentState = SCARD_STATE_UNAWARE};
    if (*context == 0 && SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, context) != SCARD_S_SUCCESS)
        *context = 0;
    if (*context == 0) return 0;
    const LONG result = SCardGetStatusChange(*context, 0, &state, 1);
    if (result == (LONG)SCARD_E_NO_SERVICE || result == (LONG)SCARD_F_COMM_ERROR ||
        result == (LONG)SCARD_E_INVALID_HANDLE) {
        (void)SCardReleaseContext(*context);
        *context = 0;
    }
    if (result != SCARD_S_SUCCESS || (state.dwEventState & SCARD_STATE_PRESENT) == 0) return 0;
    return (state.dwEventState & 0xFFFF0000U) | 1U;
}

int look_for_ever(void) {
    SCARDCONTEXT context = 0;
    DWORD before = 0;
    for (;; sleep_ms(kLook)) {
        const DWORD seen = look(&context);
        if (seen != before) shared_memory()->shown_since = seen == 0 ? 0 : now_in_ms();
        before = seen;
    }
}

void open_eye(void) {
    shared_memory()->shown_since = 0;
    (void)start_role("eye", NULL);
    if (wait_until_card_shown(0, 5000) == 0) give_up("no card in the first reader");
}

double card_shown_since(void) { return shared_memory()->shown_since; }

double wait_until_card_shown(double before, unsigned patience) {
    const double end = now_in_ms() + patience;
    while (now_in_ms() < end) {
        const double since = card_shown_since();
        if (since != 0 && since >= before) return since;
        sleep_ms(1);
    }
    return 0;
}
