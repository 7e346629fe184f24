// What a card remembers without power: applications, files, keys, PINs, counters and its personality, as
// plain data. Made by image_maker.hpp, kept on disk by image_file.hpp, executed by card.hpp. It never
// interprets a command; a family of cards is a different set of this data, not different code.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "virtual/family.hpp"
#include "virtual/personality.hpp"
#include "waist/bytes.hpp"

namespace jpki::vcard {

// An image that cannot be used; what() says where and why, without bytes from it.
struct ImageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class FileKind : std::uint8_t { kTransparent, kRecord, kPin, kKey, kObject };

// Which PIN EFs open a file for reading or signing: any one of them will do; 0000 is none.
using Guard = std::array<std::uint16_t, 3>;
constexpr Guard kFree{};
constexpr Guard kNever{0xFFFF};

// What the personality and the oracle need to recognise, whatever the file's number is in a family.
enum class Role : std::uint8_t {
    kNone,
    kAuthCert,
    kAuthCa,
    kAuthKey,
    kAuthPin,
    kSignCert,
    kSignCa,
    kSignKey,
    kSignPin,
    kTokenInfo,
    kAvailability,
    kTextKey,  // signs what proves that the card is there, as the next one does
    kVisualKey,
    kCommonKey,  // answers INTERNAL AUTHENTICATE
};

struct File {
    std::uint16_t id = 0;  // EF identifier; its low five bits are the short identifier. A tag for kObject.
    FileKind kind = FileKind::kTransparent;
    Role role = Role::kNone;
    Guard guard = kFree;
    Bytes body{};          // content, record 1, PIN bytes, or a PKCS#8 private key
    std::size_t size = 0;  // bytes of the whole EF when it is larger than its body
    unsigned tries_left = 0;
    unsigned tries_max = 0;  // 0: without a limit

    bool operator==(const File&) const = default;
};

struct Application {
    std::string name{};
    Bytes aid{};
    std::vector<File> files{};

    bool operator==(const Application&) const = default;
};

// A certification authority of the image's test PKI; its key is kept to issue further certificates.
struct Authority {
    Bytes certificate{};
    Bytes key{};

    bool operator==(const Authority&) const = default;
};

struct Image {
    unsigned person = 0;
    Family family = Family::kMyNumber;
    Personality personality{};
    Authority auth_ca{};  // empty in a family without authentication certificate
    Authority sign_ca{};
    // Of the card-verifiable certificates: a key only. Empty in a family that has none of them.
    Authority surface_ca{};
    std::vector<Application> applications{};

    // Nothing when the image has no such file.
    File* find(std::string_view application, std::uint16_t id);
    File* find(Role role);
    const File* find(Role role) const;
    // The DER of a certificate, without filler; throws ImageError when the image has none.
    const Bytes& certificate(Role role) const;

    bool operator==(const Image&) const = default;
};

constexpr std::string_view kJpki = "jpki";
constexpr std::string_view kCardManager = "manager";

}  // namespace jpki::vcard
