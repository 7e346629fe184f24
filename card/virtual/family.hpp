// The kinds of card that personalisation makes, as data: what a family has, and what it is told apart by.
// Read by personalisation, by --help and, for what no file of an image can say, by two commands.
// A further family is a row here and one in certificate_profile.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace jpki::vcard {

enum class Family : std::uint8_t { kMyNumber, kJuki, kAndroid, kIphone };

struct FamilyInfo {
    std::string_view name;         // in --family, in the image file and in the control socket's status
    std::string_view meaning;      // one sentence
    std::string_view token_label;  // of EF 0006, as the other families' readers know it
    std::string_view token_model;  // of EF 0006; only the My Number Card's has been seen
    char serial_mark;              // first character of the token's serial number: one person, several cards
    std::size_t key_bytes;         // of the holder's modulus
    std::size_t least_password;    // characters of the shortest signature password
    bool has_authentication;       // EF 000A, 000B, 0017, 0018 and what a terminal needs
    bool auth_cert_guarded;        // 000A is readable after VERIFY of 0018 only
    bool knows_last_command;       // 80 FC answers
    // Of the files of --ca-out. Families that share it share their authorities.
    std::string_view authority_prefix;
    std::string_view not_before;  // of a new image's user certificates
    std::string_view not_after;
    std::array<std::string_view, 5> other_applications;  // besides JPKI
    std::array<std::string_view, 2> personality;         // switches that a new image starts with

    bool has_application(std::string_view application) const;
};

// Every family, in the order of the enumeration.
std::span<const FamilyInfo> families();
const FamilyInfo& family_info(Family family);
std::optional<Family> family_named(std::string_view name);

}  // namespace jpki::vcard
