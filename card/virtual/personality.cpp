// See personality.hpp. The first value of a row is what the best-witnessed source says of a My Number Card;
// what other families start with is said in family.cpp.
#include "virtual/personality.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace jpki::vcard {
namespace {

constexpr std::size_t kSwitches = static_cast<std::size_t>(Switch::kCount);

constexpr std::array<SwitchInfo, kSwitches> kTable{{
    {"family",
     {"image", "bank"},
     "What card this is: of the family that the image was made for, or a foreign card without JPKI "
     "application."},
    {"blocked-query", {"63c0", "6984", "6983"}, "The answer to a counter query on a blocked PIN."},
    {"blocked-verify", {"6984", "6983", "63c0"}, "The answer to VERIFY with a PIN that is already blocked."},
    {"verified-query", {"63cx", "9000"}, "The answer to a counter query on a PIN that is verified."},
    {"reselect",
     {"keeps", "clears"},
     "Whether selecting the same application again keeps its verified PINs."},
    {"reset", {"keeps", "clears"}, "Whether a warm reset keeps verified PINs."},
    {"other-aid", {"clears", "keeps"}, "Whether selecting another application clears verified PINs."},
    {"neutral-aid",
     {"present", "absent", "all-absent"},
     "Whether the card manager A0000001510000 can be selected; all-absent removes every application but "
     "JPKI."},
    {"sfi", {"yes", "no"}, "Whether short EF identifiers are understood; no answers 6A86."},
    {"pss", {"yes", "no"}, "Whether the sign command knows P1=04 and 05 (RSASSA-PSS); no answers 6A86."},
    {"p1-check",
     {"before", "after"},
     "Whether the sign command checks P1 before or after the security status."},
    {"sign-length", {"6985", "6700"}, "The answer to sign input of a length that P1 does not allow."},
    {"extended",
     {"accepted", "refused"},
     "Whether extended-length commands are executed or answered with 6700."},
    {"short-read",
     {"9000", "6282", "6cxx"},
     "How a read that wants more than the file holds ends: short data with 9000 or 6282, or 6Cxx without "
     "data."},
    {"filler", {"ff", "00", "none"}, "What follows the certificate up to the end of its file."},
    {"token-info", {"160", "32"}, "The size of EF 0006: the whole token information, or the label only."},
    {"first-command",
     {"ok", "6f00"},
     "Whether the first command after power-up is executed or answered with 6F00."},
    {"get-response",
     {"no", "needed"},
     "Whether the answer to a case 4 command must be fetched with GET RESPONSE."},
    {"auth-cert",
     {"present", "absent", "blank", "garbage"},
     "The authentication certificate: there, file missing (6A82), file without content, or bytes that are "
     "none."},
    {"sign-cert",
     {"present", "absent", "blank", "garbage"},
     "The signature certificate: there, file missing (6A82), file without content, or bytes that are none."},
    {"auth-pin",
     {"ok", "blocked"},
     "Blocked: the authentication PIN has no tries left, whatever its counter says."},
    {"sign-pin",
     {"ok", "blocked"},
     "Blocked: the signature password has no tries left, whatever its counter says."},
    {"pin-length",
     {"counts", "6700"},
     "Whether a PIN of the wrong length spends a try or is answered with 6700."},
    {"pin-rules",
     {"unchecked", "checked"},
     "Whether CHANGE REFERENCE DATA checks alphabet and length (6A80)."},
    {"after-change", {"keeps", "clears"}, "Whether a changed PIN stays verified."},
    {"atr",
     {"contactless", "contact", "contact-historical", "juki"},
     "Which answer to reset the card gives."},
    {"contact-atr",
     {"power-on", "application", "anywhere"},
     "Where GET DATA 5F51 answers: after power-up and with the card manager, with an application only, or "
     "both."},
    {"lower-certificate",
     {"present", "absent"},
     "GET DATA 7F21, the lower one of two certificates: there, or missing (6A88) as on older cards."},
    {"sign-ca-file", {"2048", "1900"}, "The size of EF 0002, filler included."},
    {"commands",
     {"all", "witnessed"},
     "Whether every command is executed, or only those that public sources saw cards answer; others are "
     "refused with "
     "6D00 or 6A86 (the oracle counts them either way)."},
    {"lie",
     {"no", "random", "zeros", "bitflip", "short", "empty"},
     "Wrong signatures answered with 9000: noise, zeros, one bit wrong, half the length, nothing."},
}};

constexpr std::array<PersonalitySet, 2> kSets{{
    {"seen-2025",
     "A test card of 2025, on a contactless reader.",
     {"atr=contactless", "first-command=6f00", "extended=accepted", "blocked-query=63c0",
      "contact-atr=application"}},
    {"seen-1900",
     "A citizen's card with a shorter EF 0002 and filler 00.",
     {"sign-ca-file=1900", "filler=00"}},
}};

constexpr bool table_is_complete() {
    return std::ranges::all_of(kTable, [](const SwitchInfo& row) { return row.value_count() >= 2; });
}
static_assert(table_is_complete());

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

}  // namespace

std::span<const SwitchInfo> personality_switches() { return kTable; }
std::span<const PersonalitySet> personality_sets() { return kSets; }

bool Personality::set(std::string_view name, std::string_view value) {
    const auto row = std::ranges::find(kTable, lower(name), &SwitchInfo::name);
    if (row == kTable.end() || value.empty()) return false;
    const auto chosen = std::ranges::find(row->values, lower(value));
    if (chosen == row->values.end()) return false;
    chosen_[static_cast<std::size_t>(row - kTable.begin())] =
        static_cast<std::uint8_t>(chosen - row->values.begin());
    return true;
}

bool Personality::set(std::string_view assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals != std::string_view::npos)
        return set(assignment.substr(0, equals), assignment.substr(equals + 1));
    const auto row = std::ranges::find(kSets, lower(assignment), &PersonalitySet::name);
    if (row == kSets.end()) return false;
    return std::ranges::all_of(row->settings,
                               [this](std::string_view setting) { return setting.empty() || set(setting); });
}

std::string_view Personality::get(Switch which) const {
    const auto index = static_cast<std::size_t>(which);
    return kTable[index].values[chosen_[index]];
}

}  // namespace jpki::vcard
