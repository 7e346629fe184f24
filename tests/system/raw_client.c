// Another program at the same card: libpcsclite and nothing else. It asks the card for signatures with either
// key, in every way that the card knows, and expects to be refused, since it has shown no PIN.
//
//   raw_client        exit status 0: refused every time; 1: the card SIGNED; 2: the card could not be asked
//   raw_client PIN    instead shows the authentication PIN and leaves the card so, for the next one to find:
//   status 0
#include <stdio.h>
#include <string.h>
#include <winscard.h>

static SCARDHANDLE card;

// The status word, or 0.
static unsigned send(const unsigned char* command, DWORD length) {
    unsigned char answer[300];
    DWORD got = sizeof answer;
    if (SCardTransmit(card, SCARD_PCI_T1, command, length, NULL, answer, &got) != SCARD_S_SUCCESS || got < 2)
        return 0;
    return (unsigned)answer[got - 2] << 8 | answer[got - 1];
}

static unsigned sign(unsigned char p2) {
    unsigned char command[5 + 16 + 1] = {0x80, 0x2A, 0x00, p2, 16};
    memset(command + 5, 0xA5, 16);
    return send(command, sizeof command);
}

static unsigned select_file(unsigned char number) {
    const unsigned char command[] = {0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, number};
    return send(command, sizeof command);
}

static unsigned select_jpki(void) {
    static const unsigned char command[] = {0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0,
                                            0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
    return send(command, sizeof command);
}

static int leave_open(const char* pin) {
    unsigned char command[5 + 4] = {0x00, 0x20, 0x00, 0x98, 4};
    memcpy(command + 5, pin, 4);
    select_jpki();
    const unsigned sw = send(command, sizeof command);
    printf("VERIFY %04X\n", sw);
    return sw == 0x9000 ? 0 : 2;
}

static int signed_once;

static void expect_refusal(const char* how, unsigned sw) {
    printf("%-44s %04X\n", how, sw);
    if (sw == 0x9000 || sw >> 8 == 0x61) signed_once = 1;
}

static int ask_for_signatures(void) {
    // As the last program has left it, ...
    expect_refusal("authentication key, as found", sign(0x97));
    expect_refusal("signature key, as found", sign(0x9A));
    // ... and after selecting the application anew, which on some cards keeps what was verified.
    if (select_jpki() != 0x9000) return 2;
    expect_refusal("authentication key by SFI 17", sign(0x97));
    expect_refusal("signature key by SFI 1A", sign(0x9A));
    expect_refusal("SELECT EF 0017, then the current key", select_file(0x17) == 0x9000 ? sign(0x80) : 0xFFFF);
    expect_refusal("SELECT EF 001A, then the current key", select_file(0x1A) == 0x9000 ? sign(0x80) : 0xFFFF);
    return signed_once;
}

int main(int argc, char** argv) {
    SCARDCONTEXT context;
    char readers[2048];  // the first one's name is all we take
    DWORD size = sizeof readers, protocol = 0;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS ||
        SCardListReaders(context, NULL, readers, &size) != SCARD_S_SUCCESS ||
        SCardConnect(context, readers, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol) !=
            SCARD_S_SUCCESS ||
        SCardBeginTransaction(card) != SCARD_S_SUCCESS) {
        fprintf(stderr, "raw_client: no card\n");
        return 2;
    }
    const int status = argc == 2 ? leave_open(argv[1]) : ask_for_signatures();
    SCardEndTransaction(card, SCARD_LEAVE_CARD);
    SCardDisconnect(card, SCARD_LEAVE_CARD);
    SCardReleaseContext(context);
    return status;
}
