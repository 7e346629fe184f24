// Another PC/SC client beside the module, as any program on the machine could be one.
#ifndef JPKI_C_ABI_RAW_CARD_H
#define JPKI_C_ABI_RAW_CARD_H

// SELECT of the JPKI application and a sign command with the key of this short identifier; returns the status
// word of the latter: 0x6982 when nobody is logged in, 0x9000 when the card signed. Negative when the card
// cannot be reached. With a PIN, it is entered first (authentication only) and the card powered down
// afterwards.
int raw_sign_status(unsigned char key_sfi, const char* pin);

// Resets the card as another program may, between our transactions; 0 when done.
int raw_reset(void);

// Enters the authentication PIN and leaves the card so, as programs do that think they are alone; or changes
// it and powers the card down. 0 when done.
int raw_leave_login(const char* pin);
int raw_change_pin(const char* pin, const char* new_pin);

#endif
