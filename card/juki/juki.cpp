#include "juki/juki.hpp"

#include "profile/application.hpp"

namespace jpki::card {

namespace {

// The key's size and the password's length are published. Whether the certificate is readable without the
// password is not; the password is assumed.
constexpr TokenProfile kSignature = signature_token(4, 1024);

}  // namespace

constinit const Profile kJuki{
    .family = {.model = "Juki Card", .tokens = {nullptr, &kSignature}, .id = FamilyId::juki},
    .aid = kJpkiApplication,
    .token_label = "JPKIAPICCTOKEN",
    .purposes = kJpkiFiles,
    .token_information = kTokenInformation,
    .identity_purpose = KeyPurpose::signature,
    .neutral_aids = kNeutralApplications,
};

}  // namespace jpki::card
