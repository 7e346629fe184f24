// Other programs at the card, by bare PC/SC: roles of this program.
#ifndef JPKI_CAMPAIGN_RIG_RIVALS_H
#define JPKI_CAMPAIGN_RIG_RIVALS_H

// Asks for a signature with either key: 0 refused, 1 the card signed, 2 it could not ask.
int sign_uninvited(void);

// The roles of rivals.c, crowds.c, killed.c and attacker.c; -1: no such role.
int play_rival(const char* role, const char* argument);
int play_in_crowd(const char* role, const char* argument);
int play_victim(const char* role, const char* argument);
int play_attacker(const char* role, const char* argument);

#endif
