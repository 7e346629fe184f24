#include "support/raw_card.h"

#include <stddef.h>
#include <string.h>
#include <winscard.h>

// SW1SW2 of a command; negative when it could not be sent.
static int transmit(SCARDHANDLE card, DWORD protocol, const unsigned char* command, size_t size) {
    unsigned char answer[512];
    DWORD length = sizeof(answer);
    const SCARD_IO_REQUEST* header = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    if (SCardTransmit(card, header, command, size, NULL, answer, &length) != SCARD_S_SUCCESS) return -1;
    return length < 2 ? -1 : answer[length - 2] << 8 | answer[length - 1];
}

// VERIFY (20, 00) or CHANGE REFERENCE DATA (24, 01) of the authentication PIN, by its short identifier 18.
static int send_pin(SCARDHANDLE card, DWORD protocol, unsigned char ins, unsigned char p1, const char* pin) {
    enum { kHeader = 5, kMost = 16 };
    unsigned char command[kHeader + kMost] = {0x00, ins, p1, 0x98};
    const size_t length = strlen(pin);
    command[kHeader - 1] = (unsigned char)length;
    memcpy(command + kHeader, pin, length);
    return transmit(card, protocol, command, kHeader + length);
}

static int select_application(SCARDHANDLE card, DWORD protocol) {
    static const unsigned char kSelect[] = {0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0,
                                            0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
    return transmit(card, protocol, kSelect, sizeof(kSelect));
}

static int select_and_sign(SCARDHANDLE card, DWORD protocol, unsigned char key_sfi, const char* pin) {
    enum { kHeader = 5, kInput = 51 };
    unsigned char sign[kHeader + kInput + 1] = {0x80, 0x2A, 0x00, (unsigned char)(0x80U | key_sfi), kInput};
    memset(sign + kHeader, 0x42, kInput);
    if (select_application(card, protocol) != 0x9000) return -2;
    if (pin != NULL && send_pin(card, protocol, 0x20, 0x00, pin) != 0x9000) return -3;
    return transmit(card, protocol, sign, sizeof(sign));
}

// Connects to the first reader, which holds the rig's first card. False when it cannot.
static int reach(SCARDCONTEXT* context, SCARDHANDLE* card, DWORD* protocol) {
    char readers[1024];
    DWORD size = sizeof(readers);
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, context) != SCARD_S_SUCCESS) return 0;
    if (SCardListReaders(*context, NULL, readers, &size) == SCARD_S_SUCCESS &&
        SCardConnect(*context, readers, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, card,
                     protocol) == SCARD_S_SUCCESS)
        return 1;
    (void)SCardReleaseContext(*context);
    return 0;
}

int raw_reset(void) {
    SCARDCONTEXT context = 0;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    int status = -1;
    if (!reach(&context, &card, &protocol)) return -1;
    // Inside a transaction, as a polite program does; the module's own lease is waited for.
    if (SCardBeginTransaction(card) == SCARD_S_SUCCESS &&
        SCardEndTransaction(card, SCARD_RESET_CARD) == SCARD_S_SUCCESS)
        status = 0;
    (void)SCardDisconnect(card, SCARD_LEAVE_CARD);
    (void)SCardReleaseContext(context);
    return status;
}

int raw_sign_status(unsigned char key_sfi, const char* pin) {
    SCARDCONTEXT context = 0;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    int status = -4;
    if (!reach(&context, &card, &protocol)) return -5;
    const DWORD end = pin == NULL ? SCARD_LEAVE_CARD : SCARD_UNPOWER_CARD;
    if (SCardBeginTransaction(card) == SCARD_S_SUCCESS) {
        status = select_and_sign(card, protocol, key_sfi, pin);
        (void)SCardEndTransaction(card, end);
    }
    (void)SCardDisconnect(card, end);
    (void)SCardReleaseContext(context);
    return status;
}

// Logs in, and with `new_pin` changes the PIN.
static int enter(const char* pin, const char* new_pin, DWORD end) {
    SCARDCONTEXT context = 0;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    int status = -1;
    if (!reach(&context, &card, &protocol)) return -1;
    if (SCardBeginTransaction(card) == SCARD_S_SUCCESS) {
        if (select_application(card, protocol) == 0x9000 &&
            send_pin(card, protocol, 0x20, 0x00, pin) == 0x9000 &&
            (new_pin == NULL || send_pin(card, protocol, 0x24, 0x01, new_pin) == 0x9000))
            status = 0;
        (void)SCardEndTransaction(card, end);
    }
    (void)SCardDisconnect(card, SCARD_LEAVE_CARD);
    (void)SCardReleaseContext(context);
    return status;
}

int raw_leave_login(const char* pin) { return enter(pin, NULL, SCARD_LEAVE_CARD); }

int raw_change_pin(const char* pin, const char* new_pin) { return enter(pin, new_pin, SCARD_UNPOWER_CARD); }
