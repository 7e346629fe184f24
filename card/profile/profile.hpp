// A card family as data: which files, PINs and keys it has and how it is left logged out. Profiles are
// constants in the family folders; FileCard runs them. To add a family: a folder with one of these and a row
// in registry.cpp.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "waist/bytes.hpp"
#include "waist/card_port.hpp"

namespace jpki::card {

// An elementary file: identifier for SELECT, short identifier (1 to 30) for commands that carry one.
struct FileId {
    std::uint16_t ef;
    std::uint8_t sfi;
};

struct KeyFiles {
    std::array<FileId, 2> certificates;  // by CertRole
    FileId pin;
    FileId key;

    [[nodiscard]] const FileId& certificate(CertRole role) const { return certificates[index_of(role)]; }
};

struct Profile {
    CardFamily family;
    std::span<const std::uint8_t> aid;  // all bytes: a card also matches a shortened one
    std::string_view token_label;       // the first 32 bytes of the token information file, blanks trimmed
    std::array<KeyFiles, 2> purposes;   // by KeyPurpose; meaningless where the family has no such key
    FileId token_information;

    // Where the identity is read: a certificate that is free to read, else the token information and a CA's.
    KeyPurpose identity_purpose;

    // Applications whose selection logs out, in the order they are tried (ISO 7816-4 §5.4.1, JICSAP 5.1.3
    // rule 3).
    std::span<const std::span<const std::uint8_t>> neutral_aids;

    [[nodiscard]] const KeyFiles& purpose(KeyPurpose which) const { return purposes[index_of(which)]; }
};

}  // namespace jpki::card
