// Between the two halves of pin_search: who uses the module, and who looks for what it must not keep.
#ifndef JPKI_SYSTEM_PIN_SEARCH_H
#define JPKI_SYSTEM_PIN_SEARCH_H

#include <stddef.h>

enum { kKeyPurposes = 2, kLongestPin = 16 };

// Every byte with a mask over it, so that the program itself is no place where they are found.
struct masked {
    unsigned char text[kLongestPin];
    size_t length;
};
extern const struct masked kOldPins[kKeyPurposes], kNewPins[kKeyPurposes];  // authentication, signature
extern const struct masked kName;  // of the holder, in the signature certificate
void unmask(const struct masked* text, volatile unsigned char* into);

struct step {
    const char* name;
    void (*run)(void);
    int logged_in;  // afterwards
};
extern const struct step kSteps[];
extern const int kStepCount;

// Does all steps, each one followed by a byte on `report_to` and a wait for one on `go_from`; crashes in
// the end.
void use_module(const char* path, int report_to, int go_from);

#endif
