#include "document/certificate_extensions.hpp"

#include <openssl/x509v3.h>

#include <algorithm>

namespace jpki::app {

namespace {

std::string text_of(const ASN1_STRING* string) {
    unsigned char* utf8 = nullptr;
    const int length = ASN1_STRING_to_UTF8(&utf8, string);
    if (length < 0) return {};
    std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length));
    OPENSSL_free(utf8);
    return text;
}

// The last value of this kind in a name; empty when there is none.
std::string last_of(const X509_NAME* name, int kind) {
    std::string found;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, kind, at)) >= 0;)
        found = text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    return found;
}

// PREFECTURE-ken and CITY CRLDP, as the JPKI writes them.
void record_list(IssuePlace& place, const X509_NAME* list) {
    constexpr std::string_view kMark = " CRLDP";
    const std::string city = last_of(list, NID_commonName);
    if (!city.ends_with(kMark)) return;
    place.prefecture = last_of(list, NID_organizationalUnitName);
    place.city = city.substr(0, city.size() - kMark.size());
}

// CN: 14 characters, the municipality's five digits, and four characters more.
std::string municipality_of(const std::string& name) {
    constexpr std::size_t kBefore = 14;
    constexpr std::size_t kDigits = 5;
    if (name.size() != kBefore + kDigits + 4) return {};
    const std::string code = name.substr(kBefore, kDigits);
    return code.find_first_not_of("0123456789") == std::string::npos ? code : std::string();
}

}  // namespace

std::string identifier_of(const ASN1_OBJECT* object) {
    char buffer[128];
    const int length = OBJ_obj2txt(buffer, sizeof buffer, object, 1);
    return {buffer, length > 0 ? std::min(static_cast<std::size_t>(length), sizeof buffer - 1) : 0};
}

std::vector<std::string> extended_key_usage_of(const X509* certificate) {
    std::vector<std::string> found;
    const Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> uses(
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
    for (int i = 0; uses && i < sk_ASN1_OBJECT_num(uses.get()); ++i) {
        const ASN1_OBJECT* use = sk_ASN1_OBJECT_value(uses.get(), i);
        const int known = OBJ_obj2nid(use);
        found.emplace_back(known == NID_undef ? identifier_of(use) : OBJ_nid2sn(known));
    }
    return found;
}

std::vector<std::string> critical_of(const X509* certificate) {
    std::vector<std::string> found;
    for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
        X509_EXTENSION* extension = X509_get_ext(certificate, i);
        if (X509_EXTENSION_get_critical(extension) != 0)
            found.push_back(identifier_of(X509_EXTENSION_get_object(extension)));
    }
    return found;
}

std::vector<std::string> ocsp_of(const X509* certificate) {
    std::vector<std::string> found;
    const Owned<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free> places(static_cast<AUTHORITY_INFO_ACCESS*>(
        X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
    for (int i = 0; places && i < sk_ACCESS_DESCRIPTION_num(places.get()); ++i) {
        const ACCESS_DESCRIPTION* one = sk_ACCESS_DESCRIPTION_value(places.get(), i);
        if (OBJ_obj2nid(one->method) != NID_ad_OCSP || one->location->type != GEN_URI) continue;
        found.push_back(text_of(one->location->d.uniformResourceIdentifier));
    }
    return found;
}

IssuePlace place_of(const X509* certificate) {
    IssuePlace place;
    const Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free> lists(static_cast<CRL_DIST_POINTS*>(
        X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
    for (int i = 0; lists && i < sk_DIST_POINT_num(lists.get()); ++i) {
        const DIST_POINT* list = sk_DIST_POINT_value(lists.get(), i);
        if (list->distpoint == nullptr || list->distpoint->type != 0) continue;
        const GENERAL_NAMES* names = list->distpoint->name.fullname;
        for (int j = 0; j < sk_GENERAL_NAME_num(names); ++j) {
            const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, j);
            if (name->type == GEN_DIRNAME) record_list(place, name->d.directoryName);
        }
    }
    // Without a list that names a city, five digits are just digits.
    if (!place.empty())
        place.municipality = municipality_of(last_of(X509_get_subject_name(certificate), NID_commonName));
    return place;
}

}  // namespace jpki::app
