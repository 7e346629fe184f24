// Something happens exactly before or after the n-th call of a kind that the module makes to PC/SC. The
// library that does it is called libpcsclite.so.1, so that the module finds it where this program has loaded
// it, and passes every call on to the real one.
#ifndef JPKI_CAMPAIGN_RIG_POINTS_H
#define JPKI_CAMPAIGN_RIG_POINTS_H

enum call { kConnect, kBegin, kTransmit, kEnd, kCalls };
extern const char* const kCallNames[kCalls];

enum side { kBefore, kAfter };

// From now on, calls are counted from 0; `act` runs once, in the thread that makes the call.
void at_point(enum call call, unsigned number, enum side side, void (*act)(void));
// Only counts.
void count_calls(void);
unsigned calls_made(enum call call);
// The call of the point was met, so `act` ran.
int point_reached(void);

#endif
