#include "phone/phone.hpp"

#include "profile/application.hpp"

namespace jpki::card {

namespace {

// That the authentication certificate stands behind its PIN is published for Android. The same is assumed of
// the iPhone, where it costs at most a login that would not be needed.
constexpr TokenProfile kAuthentication = authentication_token(true);
constexpr TokenProfile kSignature = signature_token(6, 2048);

constexpr Profile phone(FamilyId id, std::string_view model, std::string_view token_label) {
    return {
        .family = {.model = model, .tokens = {&kAuthentication, &kSignature}, .id = id},
        .aid = kJpkiApplication,
        .token_label = token_label,
        .purposes = kJpkiFiles,
        .token_information = kTokenInformation,
        .identity_purpose = KeyPurpose::authentication,
        .neutral_aids = kNeutralApplications,
    };
}

}  // namespace

constinit const Profile kAndroid = phone(FamilyId::android, "JPKI Android", "JPKIAPGPSETOKEN");
constinit const Profile kIphone = phone(FamilyId::iphone, "JPKI iPhone", "JPKIAPIOSTOKEN");

}  // namespace jpki::card
