// What is said of what is about certificates and their files.
#include "probe/assessment.hpp"

namespace jpki::probe {

namespace {

constexpr std::array<std::string_view, 8> kAuthenticationParts{"auth_cert_1", "auth_cert_2", "auth_cert_3",
                                                               "auth_cert_4", "auth_cert_5", "auth_cert_6",
                                                               "auth_cert_7", "auth_cert_8"};
constexpr std::array<std::string_view, 4> kAuthorityParts{"sign_ca_5", "sign_ca_6", "sign_ca_7", "sign_ca_8"};

// What a certificate's file answered: the content that it began with, or the status word.
std::string certificate_state(const Context& it, std::string_view select, std::string_view read) {
    if (!it.of(select).sw.ok()) return it.outcome(select);
    const std::string content = it.finding(read, "content");
    return content.empty() ? it.outcome(read) : content;
}

std::string authentication_state(const Context& it) {
    return certificate_state(it, "auth_certificate", "auth_certificate_start");
}
std::string signature_state(const Context& it) {
    return certificate_state(it, "sign_certificate", "sign_certificate_start");
}

// 6982: there may be one, behind its PIN.
bool is_missing(const std::string& state) { return state != "certificate" && state != "6982"; }

struct File {
    std::string size;
    std::string filler;

    [[nodiscard]] bool ends_with_certificate() const { return size == "with the certificate"; }
};
File file_of(const Context& it, std::span<const std::string_view> parts) {
    const std::string size = it.found(parts, "end");
    const std::string filler = it.found(parts, "filler");
    return {size.empty() && !filler.empty() ? "> 2304" : size, filler};
}

}  // namespace

Assessed availability(const Context& it) {
    const std::string bytes = it.finding("availability_bytes", "bytes");
    if (!bytes.empty()) return {Answer::availability_read, {bytes, it.outcome("availability_more")}};
    const bool selected = it.of("availability").sw.ok();
    return {Answer::availability_unread, {it.outcome(selected ? "availability_bytes" : "availability")}};
}

Assessed absent_certificate(const Context& it) {
    constexpr std::string_view kThere = "8F";
    const std::string auth = authentication_state(it);
    const std::string sign = signature_state(it);
    const std::string bytes = it.finding("availability_bytes", "bytes");
    const bool listed = bytes.size() < 5 || (bytes.substr(0, 2) == kThere && bytes.substr(3, 2) == kThere);
    if (listed && !is_missing(auth) && !is_missing(sign)) return {Answer::absent_not_here};
    return {Answer::absent_seen, {auth, sign, bytes.empty() ? "?" : bytes}};
}

Assessed authentication_certificate(const Context& it) {
    const std::string state = authentication_state(it);
    if (state == "certificate") return {Answer::auth_free, {it.finding("auth_certificate_start", "bytes")}};
    return {is_missing(state) ? Answer::auth_missing : Answer::auth_guarded, {state}};
}

Assessed key(const Context& it) {
    const auto part = [&it](std::string_view name) { return it.finding("auth_cert_1", name); };
    if (part("key").empty()) return {Answer::key_unseen};
    return {Answer::key_seen, {part("key"), part("signed"), part("from"), part("until")}};
}

Assessed extensions(const Context& it) {
    const auto part = [&it](std::string_view name) { return it.found(kAuthenticationParts, name); };
    if (part("extensions").empty()) return {Answer::extensions_unseen};
    return {Answer::extensions_seen, {part("extensions"), part("purposes"), part("policy"), part("access")}};
}

Assessed names(const Context& it) {
    const auto part = [&it](std::string_view name) { return it.found(kAuthenticationParts, name); };
    if (part("subject").empty()) return {Answer::names_unseen};
    return {Answer::names_seen, {part("subject"), part("issuer_key")}};
}

Assessed filler(const Context& it) {
    if (it.finding("auth_certificate_start", "bytes").empty()) return {Answer::filler_unknown};
    const File file = file_of(it, kAuthenticationParts);
    if (file.ends_with_certificate()) return {Answer::filler_none};
    if (file.size.empty()) return {Answer::filler_unknown};
    return {Answer::filler_seen, {file.size, file.filler.empty() ? "?" : file.filler}};
}

Assessed ca_file(const Context& it) {
    const File file = file_of(it, kAuthorityParts);
    if (file.ends_with_certificate()) return {Answer::ca_none};
    const std::string state = certificate_state(it, "sign_ca", "sign_ca_start");
    if (file.size.empty() || state != "certificate") return {Answer::ca_unknown, {state}};
    return {Answer::ca_filled, {file.size, file.filler.empty() ? "?" : file.filler}};
}

Assessed signature_certificate(const Context& it) {
    const std::string state = signature_state(it);
    if (state == "certificate") return {Answer::sign_free};
    return {is_missing(state) ? Answer::sign_missing : Answer::sign_guarded, {state}};
}

}  // namespace jpki::probe
