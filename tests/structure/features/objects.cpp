// The objects, as the module shows them, and their attributes, as attributes.def has them.
#include <algorithm>
#include <array>

#include "core/object.hpp"
#include "library.hpp"
#include "report.hpp"

namespace jpki::features {

namespace {

using p11::ObjectKind;

constexpr unsigned bit(ObjectKind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned F = bit(ObjectKind::profile);
constexpr unsigned U = bit(ObjectKind::user_certificate);
constexpr unsigned A = bit(ObjectKind::ca_certificate);
constexpr unsigned P = bit(ObjectKind::public_key);
constexpr unsigned S = bit(ObjectKind::private_key);

struct Row {
    CK_ATTRIBUTE_TYPE type;
    const char* name;
    unsigned kinds;
    std::string_view source;
    const char* constant;
};
constexpr Row kRows[] = {
#define JPKI_ATTRIBUTE(type, kinds, source, constant) {type, #type, kinds, #source, #constant},
#include "core/attributes.def"
#undef JPKI_ATTRIBUTE
};

// What stands in the table for a source; for "boolean" and "number" it is the constant.
struct Source {
    std::string_view name;
    const char* words;
};
constexpr const char* kOfCertificate = "from the certificate";
constexpr Source kSources[] = {
    {"object_class", "the class"},
    {"unique_id", "32 hexadecimal digits; the same as long as the card is"},
    {"is_private", "`CK_TRUE` where it takes a login to see the object"},
    {"profile_id", "the profile"},
    {"label", "see above"},
    {"id", "see above"},
    {"subject", kOfCertificate},
    {"issuer", kOfCertificate},
    {"serial_number", kOfCertificate},
    {"certificate_value", "the certificate"},
    {"check_value", kOfCertificate},
    {"start_date", kOfCertificate},
    {"end_date", kOfCertificate},
    {"public_key_info", kOfCertificate},
    {"modulus", kOfCertificate},
    {"modulus_bits", kOfCertificate},
    {"public_exponent", kOfCertificate},
    {"signing_mechanisms", "the mechanisms that sign"},
    {"always_authenticate", "`CK_TRUE` of the signature key with `confirm = \"every-signature\"`"},
    {"empty", "empty"},
    {"sensitive", "`CKR_ATTRIBUTE_SENSITIVE`"},
};

std::string value(Report& report, const Row& row) {
    if (row.source == "boolean" || row.source == "number") return code(row.constant);
    const auto* found = std::ranges::find(kSources, row.source, &Source::name);
    report.expect(found != std::end(kSources), "the source of " + std::string(row.name) + " has words");
    return found == std::end(kSources) ? "" : found->words;
}

constexpr const char* kProfiles[] = {"CKP_INVALID_ID", "CKP_BASELINE_PROVIDER", "CKP_EXTENDED_PROVIDER",
                                     "CKP_AUTHENTICATION_TOKEN", "CKP_PUBLIC_CERTIFICATES_TOKEN"};
static_assert(CKP_INVALID_ID == 0 && CKP_BASELINE_PROVIDER == 1 && CKP_EXTENDED_PROVIDER == 2 &&
              CKP_AUTHENTICATION_TOKEN == 3 && CKP_PUBLIC_CERTIFICATES_TOKEN == 4);

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

struct Shown {
    std::string unique_id;
    ObjectKind kind = ObjectKind::profile;
    std::vector<std::string> cells;  // class, label or profile, ID
};

ObjectKind kind_of(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    switch (Library::get_number(session, object, CKA_CLASS)) {
        case CKO_CERTIFICATE:
            return Library::get_number(session, object, CKA_CERTIFICATE_CATEGORY) ==
                           CK_CERTIFICATE_CATEGORY_AUTHORITY
                       ? ObjectKind::ca_certificate
                       : ObjectKind::user_certificate;
        case CKO_PUBLIC_KEY: return ObjectKind::public_key;
        case CKO_PRIVATE_KEY: return ObjectKind::private_key;
        default: return ObjectKind::profile;
    }
}

Shown describe(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    constexpr std::array kClasses{"CKO_PROFILE", "CKO_CERTIFICATE", "CKO_CERTIFICATE", "CKO_PUBLIC_KEY",
                                  "CKO_PRIVATE_KEY"};
    Shown shown;
    shown.unique_id = text(Library::get(session, object, CKA_UNIQUE_ID));
    shown.kind = kind_of(session, object);
    shown.cells.push_back(code(kClasses.at(static_cast<std::size_t>(shown.kind))));
    if (shown.kind == ObjectKind::profile) {
        shown.cells.push_back(code(kProfiles[Library::get_number(session, object, CKA_PROFILE_ID)]));
        shown.cells.emplace_back("");
    } else {
        shown.cells.push_back(text(Library::get(session, object, CKA_LABEL)));
        shown.cells.push_back(code(to_hex(Library::get(session, object, CKA_ID))));
    }
    return shown;
}

// Each attribute of the table is there in the objects that the table gives it to, and in no other.
void ask(Report& report, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, ObjectKind kind) {
    for (const Row& row : kRows) {
        const auto own = std::ranges::find_if(kRows, [&](const Row& other) {
            return other.type == row.type && (other.kinds & bit(kind)) != 0;
        });
        CK_RV expected = CKR_ATTRIBUTE_TYPE_INVALID;
        if (own != std::end(kRows)) expected = own->source == "sensitive" ? CKR_ATTRIBUTE_SENSITIVE : CKR_OK;
        CK_ATTRIBUTE query{row.type, nullptr, 0};
        report.expect(C_GetAttributeValue(session, object, &query, 1) == expected,
                      std::string(row.name) + " is answered as lib/core/attributes.def has it");
    }
}

void list(Report& report, CK_SLOT_ID slot, const char* token) {
    const Library library;
    const CK_SESSION_HANDLE session = Library::open(slot);
    std::vector<std::string> public_ones;
    for (const CK_OBJECT_HANDLE object : Library::find_all(session))
        public_ones.push_back(text(Library::get(session, object, CKA_UNIQUE_ID)));
    Library::log_in(session, slot);
    for (const CK_OBJECT_HANDLE object : Library::find_all(session)) {
        Shown shown = describe(session, object);
        ask(report, session, object, shown.kind);
        const bool free = std::ranges::find(public_ones, shown.unique_id) != public_ones.end();
        shown.cells.insert(shown.cells.begin(), token);
        shown.cells.emplace_back(free ? "always" : "while logged in");
        report.row(shown.cells);
    }
}

}  // namespace

void objects(Report& report) {
    report.line("## Objects");
    report.line();
    report.line(
        "Of a My Number Card. On a phone nothing of the authentication token but CA certificate and profiles "
        "is seen without");
    report.line(
        "a login. Programs whose name begins with `ssh`, and all with Kerberos's `pkinit` in them, are not "
        "shown CA");
    report.line("certificates.");
    report.line();
    report.head({"token", "class", "`CKA_LABEL` or profile", "`CKA_ID`", "seen"});
    list(report, kAuthentication, "authentication");
    list(report, kSignature, "signature");
    report.line();
    report.line(
        "No data objects, validation objects, trust objects or hardware features: the card has nothing to "
        "put there, and");
    report.line("whom to trust is not the module's decision.");
    report.line();
    report.line("## Attributes");
    report.line();
    report.line(
        "What an object does not have is answered `CKR_ATTRIBUTE_TYPE_INVALID`. The keys' facts come from "
        "the user's certificate.");
    report.line();
    report.head(
        {"attribute", "profile", "user certificate", "CA certificate", "public key", "private key", "value"});
    for (const Row& row : kRows) {
        std::vector<std::string> cells{code(row.name)};
        for (const unsigned kind : {F, U, A, P, S})
            cells.emplace_back((row.kinds & kind) != 0 ? "×" : "");
        cells.push_back(value(report, row));
        report.row(cells);
    }
    report.line();
}

}  // namespace jpki::features
