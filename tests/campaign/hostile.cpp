// Certificates that lie about themselves, and signatures that are none: the card is the enemy, and the PIN is
// right.
#include <fmt/format.h>

#include <array>
#include <random>

#include "der_tree.hpp"
#include "families.hpp"
#include "hostile_variants.hpp"

namespace jpki::campaign {

namespace {

struct Target {
    const char* name;
    vcard::Role role;
};
constexpr std::array<Target, 4> kTargets{{{"auth", vcard::Role::kAuthCert},
                                          {"auth-ca", vcard::Role::kAuthCa},
                                          {"sign", vcard::Role::kSignCert},
                                          {"sign-ca", vcard::Role::kSignCa}}};

// Whatever a program might want of a card, one after the other, whether or not the one before succeeded.
void want_everything(User& user) {
    if (!user.initialize() || !user.wait_for_token()) return;
    (void)user.token_info(kAuth);
    (void)user.token_status(kAuth);
    (void)user.mechanisms(kAuth);
    for (const KeyPurpose purpose : kKeyPurposes) {
        const CK_SESSION_HANDLE session = user.open(purpose);
        if (session == 0) continue;
        (void)user.read_all(session, purpose, CKO_CERTIFICATE);
        (void)user.login(session, purpose, purpose == KeyPurpose::authentication ? kAuthPin : kSignPin);
        (void)user.read_all(session, purpose, CKO_CERTIFICATE);
        (void)user.read_all(session, purpose, CKO_PUBLIC_KEY);
        (void)user.sign(session, purpose);
    }
}

void meet_certificate(vcard::Role role, const Bytes& lie, bool threads, Ledger& ledger,
                      const Baseline& before) {
    Stage stage({.threads = threads, .personality = {}});
    stage.insert_with(role, lie);
    User user(stage, ledger);
    want_everything(user);
    check_after_scenario(user, {400});  // a file of 64 KiB takes 256 reads
    stage.insert(Person::first);
    check_recovery(user, true);
    user.finalize();
    check_after_finalize(user, before);
}

// --- signatures

using Forge = Bytes (*)(Bytes truth);

Bytes random_bytes(std::size_t size) {
    std::mt19937 engine(77);
    Bytes out(size);
    for (std::uint8_t& byte : out)
        byte = static_cast<std::uint8_t>(engine());
    return out;
}

struct Forgery {
    const char* name;
    Forge make;
};
constexpr std::array<Forgery, 12> kForgeries{{
    {"random", [](Bytes truth) { return random_bytes(truth.size()); }},
    {"zeros", [](Bytes truth) { return Bytes(truth.size(), 0); }},
    {"ones", [](Bytes truth) { return Bytes(truth.size(), 0xFF); }},
    {"one",
     [](Bytes truth) {
         Bytes out(truth.size(), 0);
         out.back() = 1;
         return out;
     }},
    {"first-byte",
     [](Bytes truth) {
         truth.front() ^= 0x40U;
         return truth;
     }},
    {"last-byte",
     [](Bytes truth) {
         truth.back() ^= 1U;
         return truth;
     }},
    {"middle-bit",
     [](Bytes truth) {
         truth[truth.size() / 2] ^= 0x10U;
         return truth;
     }},
    {"reversed", [](Bytes truth) { return Bytes(truth.rbegin(), truth.rend()); }},
    {"255-bytes", [](Bytes truth) { return Bytes(truth.begin() + 1, truth.end()); }},
    {"257-bytes",
     [](Bytes truth) {
         truth.insert(truth.begin(), 0);
         return truth;
     }},
    {"nothing", [](Bytes) { return Bytes{}; }},
    {"wrapped", [](Bytes truth) { return DerNode{0x04, truth, {}, std::nullopt}.encode(); }},
}};

constexpr std::array<std::pair<const char*, CK_MECHANISM_TYPE>, 3> kMechanisms{
    {{"rsa-pkcs", CKM_RSA_PKCS}, {"sha256-rsa-pkcs", CKM_SHA256_RSA_PKCS}, {"pss", CKM_SHA256_RSA_PKCS_PSS}}};

void meet_forgery(KeyPurpose purpose, Forge forge, CK_MECHANISM_TYPE mechanism, Ledger& ledger,
                  const Baseline& before) {
    Stage stage({});
    User user(stage, ledger);
    if (!user.initialize() || !user.wait_for_token() || !user.mechanisms(kAuth))
        return ledger.complain("the forgery was never met");
    const CK_SESSION_HANDLE session = user.open(purpose);
    if (session == 0 ||
        !user.login(session, purpose, purpose == KeyPurpose::authentication ? kAuthPin : kSignPin))
        return ledger.complain("the forgery was never met");
    bool forged = false;
    stage.readers.locked([&] {
        stage.card()->on_fault_after([&forged, forge](std::size_t, ByteView command, ByteView answer) {
            std::optional<Bytes> out;
            // A full signature only: the proofs of a logout are refused with two bytes.
            if (command.size() > 1 && command[1] == 0x2A && answer.size() > 2) {
                out = forge(to_bytes(answer.first(answer.size() - 2)));
                out->insert(out->end(), {0x90, 0x00});
                forged = true;
            }
            return out;
        });
    });
    if (user.sign(session, purpose, mechanism)) ledger.complain("I3: a forged signature was passed on");
    if (!forged) ledger.complain("the forgery was never met");
    stage.mend();
    check_recovery(user, false);
    user.finalize();
    check_after_finalize(user, before);
}

}  // namespace

std::vector<Case> hostile_certificates() {
    std::vector<Case> cases;
    for (const Target& target : kTargets) {
        const Bytes truth = image_of(Person::first).certificate(target.role);
        for (const Variant& variant : hostile_variants()) {
            for (const bool threads : {true, false}) {
                cases.push_back({fmt::format("certificates/{}/{}/{}", target.name, variant.name,
                                             threads ? "threads" : "inline"),
                                 [role = target.role, lie = variant.make(truth), threads](
                                     Ledger& ledger, const Baseline& before) {
                                     meet_certificate(role, lie, threads, ledger, before);
                                 }});
            }
        }
    }
    return cases;
}

std::vector<Case> wrong_signatures() {
    std::vector<Case> cases;
    for (const KeyPurpose purpose : kKeyPurposes) {
        for (const Forgery& forgery : kForgeries) {
            for (const auto& [name, type] : kMechanisms) {
                cases.push_back({fmt::format("signatures/{}/{}/{}", index_of(purpose) == 0 ? "auth" : "sign",
                                             forgery.name, name),
                                 [purpose, &forgery, type = type](Ledger& ledger, const Baseline& before) {
                                     meet_forgery(purpose, forgery.make, type, ledger, before);
                                 }});
            }
        }
    }
    return cases;
}

}  // namespace jpki::campaign
