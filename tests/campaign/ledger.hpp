// What the user did and what came of it, to be compared with what the card saw; and every complaint of a
// case.
#pragma once

#include <string>
#include <vector>

#include "jpki/cryptoki.h"
#include "waist/card_port.hpp"

namespace jpki::campaign {

struct PinActs {
    unsigned entered = 0;   // well-formed PINs handed over (C_SetPIN: two)
    unsigned wrong = 0;     // of these: wrong ones
    unsigned renewals = 0;  // operations after a login, each of which may have sent the kept PIN once
};

struct Ledger {
    PinActs pins[2];  // by KeyPurpose
    unsigned signatures = 0;
    unsigned errors = 0;  // calls that did not succeed
    bool memory_may_fail = false;
    bool returned = false;                    // the card had to be put in again
    std::vector<CK_SESSION_HANDLE> sessions;  // all that were ever open
    std::vector<CK_OBJECT_HANDLE> objects;    // private ones
    std::vector<std::string> complaints;

    PinActs& of(KeyPurpose purpose) { return pins[index_of(purpose)]; }
    void complain(std::string what) {
        if (complaints.size() < 8) complaints.push_back(std::move(what));
    }
};

}  // namespace jpki::campaign
