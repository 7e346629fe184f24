// The fictitious holders of the virtual cards, as data: what is printed in their certificates and on their
// cards. Called by personalisation only. No real person, number or address; the municipality code is not
// assigned. It never changes between releases: tests and cached files rely on names and serials.
#pragma once

#include <cstdint>
#include <string>

namespace jpki::vcard {

struct Person {
    // CN of the authentication certificate: 14 characters, the code of the municipality, 003A.
    std::string id;
    std::string sign_id;  // CN of the signature certificate; begins with the time of issue, in Japan
    std::string clock;    // HHMMSS in UTC: the second of the first day at which the certificates were issued
    // The place of issue, in the signature certificate's name and in both certificates' distribution points.
    std::string prefecture;
    std::string municipality;
    std::string name;
    std::string sex;    // 1 male, 2 female, 3 other
    std::string birth;  // EYYYYMMDD; E: 3 Showa, 4 Heisei, 5 Reiwa
    std::string address;
    std::uint32_t auth_serial;
    std::uint32_t sign_serial;
    std::string token_serial;  // of EF 0006, 16 characters
    std::string card_number;   // of the common-data application, 15 digits
    std::size_t auth_size;     // bytes of the DER of plain certificates
    std::size_t sign_size;
};

Person person(unsigned number);

}  // namespace jpki::vcard
