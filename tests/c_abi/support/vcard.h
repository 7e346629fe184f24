// The virtual card's own word on what reached it, asked on its control socket (jpki-vcard --help). A failing
// conversation ends the program.
#ifndef JPKI_C_ABI_VCARD_H
#define JPKI_C_ABI_VCARD_H

// Sends one command and gives the answer without its last newline; the caller frees it.
char* vcard_ask(const char* command);
// A command whose answer must be "ok".
void vcard_do(const char* command);
// A number or boolean of the oracle: vcard_oracle("auth_pin", "failed"), vcard_oracle(NULL, "apdus").
unsigned long vcard_oracle(const char* part, const char* key);

// How many APDUs have reached the card. After a lease's linger and logout nothing more comes; steady() waits
// for that.
unsigned long vcard_apdus(void);
unsigned long vcard_apdus_steady(void);

#endif
