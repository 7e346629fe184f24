#include "scenarios.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace jpki::campaign {

namespace {

constexpr KeyPurpose kA = KeyPurpose::authentication;
constexpr KeyPurpose kS = KeyPurpose::signature;

bool begin(User& user) { return user.initialize() && user.wait_for_token(); }

bool look(User& user) {
    return begin(user) && user.list() && user.token_info(kAuth) && user.token_info(kSign);
}

bool read_certificates(User& user) {
    if (!begin(user)) return false;
    const CK_SESSION_HANDLE session = user.open(kA);
    return session != 0 && user.read_all(session, kA, CKO_CERTIFICATE);
}

bool log_in(User& user) {
    if (!begin(user)) return false;
    const CK_SESSION_HANDLE session = user.open(kA);
    return session != 0 && user.login(session, kA, kAuthPin);
}

bool log_in_wrongly(User& user) {
    if (!begin(user)) return false;
    const CK_SESSION_HANDLE session = user.open(kA);
    return session != 0 && !user.login(session, kA, "0000");
}

bool sign_with(User& user, KeyPurpose purpose, CK_MECHANISM_TYPE type) {
    const CK_SESSION_HANDLE session = user.open(purpose);
    return session != 0 && user.login(session, purpose, purpose == kA ? kAuthPin : kSignPin) &&
           user.sign(session, purpose, type);
}

bool authenticate(User& user) { return begin(user) && sign_with(user, kA, CKM_SHA256_RSA_PKCS); }

bool read_signature_certificate(User& user) {
    if (!begin(user)) return false;
    const CK_SESSION_HANDLE session = user.open(kS);
    return session != 0 && user.login(session, kS, kSignPin) && user.read_all(session, kS, CKO_CERTIFICATE);
}

bool file(User& user) { return begin(user) && sign_with(user, kS, CKM_SHA256_RSA_PKCS); }

bool change_pin(User& user) {
    if (!begin(user)) return false;
    const CK_SESSION_HANDLE session = user.open(kA, true);
    return session != 0 && user.set_pin(session, kA, kAuthPin, kNewAuthPin);
}

bool refresh(User& user) {
    return look(user) && user.token_status(kAuth) && user.token_status(kSign) && user.token_info(kAuth);
}

bool pull_and_return(User& user) {
    if (!authenticate(user)) return false;
    user.stage().remove();
    if (!user.wait_for_no_token()) return false;
    user.stage().insert(Person::first);
    return user.wait_for_token() && sign_with(user, kA, CKM_SHA256_RSA_PKCS);
}

bool log_out(User& user) {
    if (!begin(user)) return false;
    const CK_SESSION_HANDLE session = user.open(kA);
    return session != 0 && user.login(session, kA, kAuthPin) && user.sign(session, kA) &&
           user.logout(session) && user.close_all(kAuth);
}

bool authenticate_by_pss(User& user) {
    return begin(user) && user.mechanisms(kAuth) && sign_with(user, kA, CKM_SHA256_RSA_PKCS_PSS);
}

bool use_both(User& user) {
    if (!begin(user)) return false;
    const CK_SESSION_HANDLE first = user.open(kA);
    const CK_SESSION_HANDLE second = user.open(kS);
    return first != 0 && second != 0 && user.login(first, kA, kAuthPin) && user.login(second, kS, kSignPin) &&
           user.sign(first, kA) && user.sign(second, kS) && user.sign(first, kA);
}

constexpr std::array<Scenario, 13> kScenarios{{
    {"look", look},
    {"read-certificates", read_certificates},
    {"log-in", log_in},
    {"log-in-wrongly", log_in_wrongly},
    {"authenticate", authenticate},
    {"read-signature-certificate", read_signature_certificate},
    {"file", file},
    {"change-pin", change_pin},
    {"refresh", refresh},
    {"pull-and-return", pull_and_return},
    {"log-out", log_out},
    {"authenticate-by-pss", authenticate_by_pss},
    {"use-both", use_both},
}};

}  // namespace

std::span<const Scenario> scenarios() { return kScenarios; }

const Scenario& scenario(std::string_view name) {
    const auto* found =
        std::ranges::find(kScenarios, name, [](const Scenario& s) { return std::string_view(s.name); });
    if (found == kScenarios.end()) throw std::invalid_argument(std::string(name));
    return *found;
}

}  // namespace jpki::campaign
