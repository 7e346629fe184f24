// See family.hpp. Where no source says how a family behaves, it behaves as a My Number Card.
#include "virtual/family.hpp"

#include <algorithm>

namespace jpki::vcard {
namespace {

constexpr FamilyInfo phone(std::string_view name, std::string_view meaning, std::string_view label,
                           std::string_view model, char serial_mark) {
    return {.name = name,
            .meaning = meaning,
            .token_label = label,
            .token_model = model,
            .serial_mark = serial_mark,
            .key_bytes = 256,
            .least_password = 6,
            .has_authentication = true,
            .auth_cert_guarded = true,
            .knows_last_command = false,
            .authority_prefix = "",
            .not_before = "2024-05-20",
            .not_after = "2033-03-05",
            .other_applications = {"manager"},
            .personality = {}};
}

constexpr FamilyInfo answering_last_command(FamilyInfo row) {
    row.knows_last_command = true;
    return row;
}

constexpr std::array<FamilyInfo, 4> kTable{{
    {.name = "mynumber",
     .meaning =
         "A My Number Card: two RSA-2048 keys; text, surface, common data, residence record and card manager "
         "as on real cards.",
     .token_label = "JPKIAPICCTOKEN2",
     .token_model = "E16R01NJ",
     .serial_mark = '0',
     .key_bytes = 256,
     .least_password = 6,
     .has_authentication = true,
     .auth_cert_guarded = false,
     .knows_last_command = false,
     .authority_prefix = "",
     .not_before = "2024-01-22",
     .not_after = "2033-03-05",
     .other_applications = {"text", "visual", "residence", "common", "manager"},
     .personality = {}},
    {.name = "juki",
     .meaning = "A Juki card: one RSA-1024 key, for signatures; expired; password of 4 to 16 characters.",
     .token_label = "JPKIAPICCTOKEN",
     .token_model = "TESTJUKI",
     .serial_mark = '1',
     .key_bytes = 128,
     .least_password = 4,
     .has_authentication = false,
     .auth_cert_guarded = false,
     .knows_last_command = false,
     .authority_prefix = "juki-",
     .not_before = "2015-04-06",
     .not_after = "2018-04-05",
     .other_applications = {"residence", "manager"},
     .personality = {"pss=no", "atr=juki"}},
    phone("android", "An Android phone: two RSA-2048 keys, both certificates behind their PINs, JPKI only.",
          "JPKIAPGPSETOKEN", "TESTGPSE", '2'),
    answering_last_command(phone("iphone", "An iPhone: as android, and it knows the command 80 FC.",
                                 "JPKIAPIOSTOKEN", "TESTIOS", '3')),
}};

}  // namespace

bool FamilyInfo::has_application(std::string_view application) const {
    return std::ranges::find(other_applications, application) != other_applications.end();
}

std::span<const FamilyInfo> families() { return kTable; }

const FamilyInfo& family_info(Family family) { return kTable[static_cast<std::size_t>(family)]; }

std::optional<Family> family_named(std::string_view name) {
    const auto row = std::ranges::find(kTable, name, &FamilyInfo::name);
    if (row == kTable.end()) return std::nullopt;
    return Family{static_cast<std::uint8_t>(row - kTable.begin())};
}

}  // namespace jpki::vcard
