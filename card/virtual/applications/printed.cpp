// See printed.hpp.
#include "virtual/applications/printed.hpp"

#include <array>

namespace jpki::vcard {
namespace {

std::string digits(unsigned number, std::size_t width) {
    std::string text = std::to_string(number);
    text.insert(0, width - std::min(width, text.size()), '0');
    return text.substr(text.size() - width);
}

// The check digit of an individual number over its first eleven digits (総務省令第85号, 2014, article 5).
char check_digit(std::string_view eleven) {
    unsigned sum = 0;
    for (unsigned n = 1; n <= 11; ++n) {
        const unsigned weight = n <= 6 ? n + 1 : n - 5;
        sum += weight * static_cast<unsigned>(eleven[11 - n] - '0');
    }
    const unsigned rest = sum % 11;
    return static_cast<char>('0' + (rest <= 1 ? 0 : 11 - rest));
}

// The first person has the number of the government's own specimens.
std::string my_number(unsigned person) {
    const std::string eleven = person == 0 ? "12345678901" : "99901" + digits(person, 6);
    return eleven + check_digit(eleven);
}

// Person::birth begins with the era: 1 Meiji to 5 Reiwa. The year before each one's first.
std::string era_year(const std::string& birth) {
    constexpr std::array<unsigned, 5> kBefore{1867, 1911, 1925, 1988, 2018};
    const auto era = static_cast<std::size_t>(birth[0] - '1');
    return digits(static_cast<unsigned>(std::stoul(birth.substr(1, 4))) - kBefore.at(era), 2);
}

}  // namespace

Printed printed(const Person& person, unsigned number, const std::string& expiry) {
    // The authentication certificate's CN ends in the municipality and four further characters.
    const std::string& id = person.id;
    return {.my_number = my_number(number),
            .card_number = person.card_number,
            .municipality = id.substr(id.size() - 9, 5),
            .birth = person.birth.substr(1),
            .expiry = expiry,
            .security_code = digits(2468 + 1111 * (number % 7), 4),
            .era_year = era_year(person.birth)};
}

}  // namespace jpki::vcard
