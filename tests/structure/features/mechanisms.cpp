// The mechanisms: mechanisms.def, and what the module says of them.
#include <algorithm>
#include <array>

#include "flags.hpp"
#include "library.hpp"
#include "mechanism/mechanism_table.hpp"
#include "report.hpp"

namespace jpki::features {

namespace {

struct Row {
    CK_MECHANISM_TYPE type;
    const char* name;
    bool offered;
    const char* why;
};

constexpr Row kRows[] = {
#define JPKI_OFFERED(type, hash, scheme, flags, what) {type, #type, true, what},
#define JPKI_NOT_OFFERED(type, why) {type, #type, false, why},
#include "mechanism/mechanisms.def"
#undef JPKI_OFFERED
#undef JPKI_NOT_OFFERED
};

constexpr Flag kFlags[] = {JPKI_FLAG(CKF_HW), JPKI_FLAG(CKF_SIGN), JPKI_FLAG(CKF_VERIFY),
                           JPKI_FLAG(CKF_DIGEST)};

std::vector<CK_MECHANISM_TYPE> listed(CK_SLOT_ID slot) {
    std::vector<CK_MECHANISM_TYPE> types(256);
    auto count = static_cast<CK_ULONG>(types.size());
    must(C_GetMechanismList(slot, types.data(), &count), "C_GetMechanismList");
    types.resize(count);
    return types;
}

bool has(const std::vector<CK_MECHANISM_TYPE>& types, CK_MECHANISM_TYPE type) {
    return std::ranges::find(types, type) != types.end();
}

std::string key_size(const CK_MECHANISM_INFO& info) {
    const std::string least = std::to_string(info.ulMinKeySize);
    if (info.ulMaxKeySize == 0) return "";
    return info.ulMinKeySize == info.ulMaxKeySize ? least
                                                  : least + " to " + std::to_string(info.ulMaxKeySize);
}

}  // namespace

void mechanisms(Report& report) {
    std::vector<CK_MECHANISM_TYPE> without_pss;
    {
        const Library library(false);
        without_pss = listed(kAuthentication);
    }
    const Library library(true);
    const auto with_pss = listed(kAuthentication);
    report.expect(with_pss == listed(kSignature), "both tokens list the same mechanisms");
    std::vector<CK_MECHANISM_TYPE> offered;
    for (const Row& row : kRows)
        if (row.offered) offered.push_back(row.type);
    report.expect(with_pss == offered, "the rows of mechanisms.def are listed, all and in order");

    report.line("## Mechanisms");
    report.line();
    report.line("Of both tokens. \"If found\": only where this card was found to make PSS signatures");
    report.line(
        "([ADR 0013](adr/0013-pss-by-discovery.md)), since hosts would choose them and fail. Key sizes are "
        "in bits, those of a");
    report.line("My Number Card; the module takes them from the card's data.");
    report.line();
    report.head({"mechanism", "listed", "key", "flags", "what it does"});
    for (const Row& row : kRows) {
        if (!row.offered) continue;
        CK_MECHANISM_INFO info{};
        must(C_GetMechanismInfo(kAuthentication, row.type, &info), row.name);
        const p11::Mechanism* known = p11::find_mechanism(row.type);
        report.expect(known != nullptr && has(with_pss, row.type), std::string(row.name) + " is offered");
        const bool always = has(without_pss, row.type);
        report.expect(known != nullptr && always != known->needs_pss(),
                      std::string(row.name) + " is offered without PSS unless it needs it");
        report.row({code(row.name), always ? "always" : "if found", key_size(info),
                    flag_names(report, info.flags, kFlags), row.why});
    }
    report.line();
    report.line("Not offered, among others; `CKR_MECHANISM_INVALID`:");
    report.line();
    report.head({"mechanism", "why not"});
    for (const Row& row : kRows) {
        if (row.offered) continue;
        CK_MECHANISM_INFO info{};
        report.expect(C_GetMechanismInfo(kAuthentication, row.type, &info) == CKR_MECHANISM_INVALID,
                      std::string(row.name) + " is not offered");
        report.row({code(row.name), row.why});
    }
    report.line();
}

}  // namespace jpki::features
