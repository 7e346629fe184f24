// What stands on the plastic of a My Number Card, as digits: from them come the secrets that open its surface
// applications. Called by the makers of this folder and by tests. It tells of no real person: all is
// invented, though a number of this shape may by chance be somebody's.
#pragma once

#include <string>

#include "virtual/image/person.hpp"

namespace jpki::vcard {

struct Printed {
    std::string my_number;      // 12 digits, the last of them a check digit; secret A (照合番号A)
    std::string card_number;    // 15 digits
    std::string municipality;   // 5 digits
    std::string birth;          // YYYYMMDD
    std::string expiry;         // YYYYMMDD, the card's own end
    std::string security_code;  // 4 digits

    // YYMMDD with the year of the Japanese era.
    std::string era_birth() const { return era_year + birth.substr(4); }
    // 照合番号B: birth of the era, year of the card's end, security code.
    std::string code_b() const { return era_birth() + expiry.substr(0, 4) + security_code; }

    std::string era_year;
};

// `number` is the person's; `expiry` is YYYYMMDD.
Printed printed(const Person& person, unsigned number, const std::string& expiry);

}  // namespace jpki::vcard
