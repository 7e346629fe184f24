#include "my_number/my_number.hpp"

#include "profile/application.hpp"

namespace jpki::card {

namespace {

constexpr TokenProfile kAuthentication = authentication_token(false);
constexpr TokenProfile kSignature = signature_token(6, 2048);

}  // namespace

constinit const Profile kMyNumber{
    .family = {.model = "My Number Card", .tokens = {&kAuthentication, &kSignature}},
    .aid = kJpkiApplication,
    .token_label = "JPKIAPICCTOKEN2",
    .purposes = kJpkiFiles,
    .token_information = kTokenInformation,
    .identity_purpose = KeyPurpose::authentication,
    .neutral_aids = kNeutralApplications,
};

}  // namespace jpki::card
