// Keeps these programs away from citizens' cards; the twin of tests/support/real_card_ban.hpp for C. Each
// ends the program at once and loudly (status 3) unless its condition holds.
#ifndef JPKI_C_ABI_BAN_H
#define JPKI_C_ABI_BAN_H

// PCSCLITE_CSOCK_NAME names something that does not exist, so no pcscd can be reached at all.
void begin_without_service(void);
// PCSCLITE_CSOCK_NAME points below JPKI_RIG_DIR and every reader there is virtual.
void begin_with_virtual_card(void);

// Why the service must not be asked; NULL when it may. For the ban's own tests.
const char* refusal_of_service(const char* socket, const char* rig_dir);
const char* refusal_of_reader(const char* reader);

#endif
