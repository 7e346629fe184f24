#include "storm.hpp"

#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <thread>

#include "world.hpp"

namespace jpki::testing::storm {

namespace {

constexpr std::size_t kSlots = 2;
constexpr std::size_t kMostComplaints = 5;

struct Scheme {
    CK_MECHANISM_TYPE signs;
    CK_MECHANISM_TYPE hashes;
    const char* hash;
    bool pss;
};
constexpr std::array<Scheme, 6> kSchemes{{{CKM_SHA256_RSA_PKCS, CKM_SHA256, "SHA256", false},
                                          {CKM_SHA1_RSA_PKCS, CKM_SHA_1, "SHA1", false},
                                          {CKM_SHA224_RSA_PKCS, CKM_SHA224, "SHA224", false},
                                          {CKM_SHA384_RSA_PKCS, CKM_SHA384, "SHA384", false},
                                          {CKM_SHA512_RSA_PKCS, CKM_SHA512, "SHA512", false},
                                          {CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, "SHA256", true}}};

std::size_t slot_of(std::size_t place) { return place % kSlots; }

CK_ULONG size(const Bytes& bytes) { return static_cast<CK_ULONG>(bytes.size()); }

Bytes hash_of(const char* name, const Bytes& data) {
    Bytes value(EVP_MAX_MD_SIZE);
    std::size_t length = 0;
    if (EVP_Q_digest(nullptr, name, nullptr, data.data(), data.size(), value.data(), &length) != 1) return {};
    value.resize(length);
    return value;
}

EVP_PKEY* key_of(const Bytes& certificate) {
    const std::uint8_t* at = certificate.data();
    X509* parsed = d2i_X509(nullptr, &at, static_cast<long>(certificate.size()));
    EVP_PKEY* key = parsed == nullptr ? nullptr : X509_get_pubkey(parsed);
    X509_free(parsed);
    return key;
}

}  // namespace

Client::Client(const Plan& plan, Pool& pool, unsigned number)
    : plan_(plan), pool_(pool), number_(number), random_(plan.seed * 1000U + number) {
    for (const Person& person : plan.people) {
        auto& keys = keys_.emplace_back();
        for (std::size_t slot = 0; slot < kSlots; ++slot)
            keys[slot].reset(key_of(person[slot]));
    }
}

void Client::run_until(std::chrono::steady_clock::time_point end) {
    while (std::chrono::steady_clock::now() < end) {
        step();
        if (library_gone_) initialize();
    }
}

void Client::step() {
    // Drawn before anything is known of the results, so that a thread's plan depends on the seed alone.
    // Most calls wait for the card, one by one. Those that do not have to meet on one session to meet at all.
    const bool crowd = plan_.weather.shares && draw(4) != 0;
    const std::size_t place = crowd ? 0 : draw(static_cast<unsigned>(pool_.size()));
    const unsigned what = draw(1000);
    if (what < plan_.finalize_per_mille) return finalize();
    const TokenUse token_use{place, pool_[place].load()};
    if (token_use.session == 0) return open(place);
    if (crowd) return digest(token_use);
    const unsigned percent = draw(100);
    if (percent < 10) return look_around();
    if (percent < 16) return close(token_use);
    if (percent < 30) return log_in(token_use);
    if (percent < 45) return read(token_use);
    if (percent < 75) return sign(token_use);
    if (percent < 87) return verify(token_use);
    digest(token_use);
}

CK_RV Client::note(Op op, CK_RV rv) {
    tally_.note(op, rv);
    if (rv == CKR_CRYPTOKI_NOT_INITIALIZED) library_gone_ = true;
    return rv;
}

CK_RV Client::note(Op op, const TokenUse& token_use, CK_RV rv) {
    const bool gone =
        rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_DEVICE_REMOVED || rv == CKR_CRYPTOKI_NOT_INITIALIZED;
    CK_SESSION_HANDLE mine = token_use.session;
    if (gone) pool_[token_use.place].compare_exchange_strong(mine, 0);
    return note(op, rv);
}

// On a shared session a client goes on with what another one has begun.
bool Client::begun(CK_RV rv) const {
    return rv == CKR_OK || (plan_.weather.shares && rv == CKR_OPERATION_ACTIVE);
}

void Client::complain(const std::string& what) {
    if (complaints_.size() < kMostComplaints)
        complaints_.push_back("thread " + std::to_string(number_) + ": " + what);
}

Bytes Client::document() {
    Bytes data = to_bytes("thread " + std::to_string(number_) + " ");
    for (unsigned more = draw(200); more > 0; --more)
        data.push_back(static_cast<std::uint8_t>(draw(256)));
    return data;
}

// --- the library

void Client::finalize() {
    note(Op::finalize, C_Finalize(nullptr));
    initialize();
}

void Client::initialize() {
    library_gone_ = false;
    if (plan_.finalize_per_mille != 0) {
        CK_C_INITIALIZE_ARGS args{};
        args.flags = CKF_OS_LOCKING_OK;
        note(Op::initialize, C_Initialize(&args));
    }
    CK_ULONG count = 0;
    note(Op::slot_list, C_GetSlotList(CK_FALSE, nullptr, &count));
    library_gone_ = false;  // this time it is not this client's turn
}

void Client::look_around() {
    const auto slot = static_cast<CK_SLOT_ID>(draw(kSlots));
    std::array<CK_SLOT_ID, 8> slots{};
    std::array<CK_MECHANISM_TYPE, 32> mechanisms{};
    CK_ULONG count = slots.size();
    note(Op::slot_list, C_GetSlotList(static_cast<CK_BBOOL>(draw(2)), slots.data(), &count));
    CK_SLOT_INFO slot_info{};
    const CK_RV listed = note(Op::slot_info, C_GetSlotInfo(slot, &slot_info));
    if (listed == CKR_SLOT_ID_INVALID) note(Op::slot_list, C_GetSlotList(CK_FALSE, nullptr, &count));
    CK_TOKEN_INFO token_info{};
    note(Op::token_info, C_GetTokenInfo(slot, &token_info));
    count = mechanisms.size();
    note(Op::mechanism_list, C_GetMechanismList(slot, mechanisms.data(), &count));
    CK_SLOT_ID changed = 0;
    note(Op::slot_event, C_WaitForSlotEvent(CKF_DONT_BLOCK, &changed, nullptr));
}

// --- sessions

void Client::open(std::size_t place) {
    CK_SESSION_HANDLE made = 0;
    const CK_FLAGS flags = CKF_SERIAL_SESSION | (draw(2) == 0 ? CKF_RW_SESSION : 0UL);
    const CK_RV rv = note(Op::open, C_OpenSession(slot_of(place), flags, nullptr, nullptr, &made));
    CK_ULONG count = 0;
    if (rv == CKR_SLOT_ID_INVALID) note(Op::slot_list, C_GetSlotList(CK_FALSE, nullptr, &count));
    if (rv != CKR_OK) return std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CK_SESSION_HANDLE none = 0;
    if (!pool_[place].compare_exchange_strong(none, made)) note(Op::close, C_CloseSession(made));
}

void Client::close(const TokenUse& token_use) {
    CK_SESSION_HANDLE mine = token_use.session;
    if (draw(8) == 0) {
        note(Op::close_all, C_CloseAllSessions(slot_of(token_use.place)));
    } else {
        note(Op::close, token_use, C_CloseSession(token_use.session));
    }
    pool_[token_use.place].compare_exchange_strong(mine, 0);
}

void Client::log_in(const TokenUse& token_use) {
    CK_SESSION_INFO info{};
    if (draw(4) == 0) note(Op::session_info, token_use, C_GetSessionInfo(token_use.session, &info));
    if (draw(4) == 0) {
        note(Op::logout, token_use, C_Logout(token_use.session));
        return;
    }
    Bytes pin = to_bytes(slot_of(token_use.place) == kAuth ? kAuthPin : kSignPin);
    note(Op::login, token_use, C_Login(token_use.session, CKU_USER, pin.data(), size(pin)));
}

// --- objects

CK_OBJECT_HANDLE Client::find(const TokenUse& token_use, CK_ATTRIBUTE criterion) {
    if (!begun(note(Op::find_init, token_use, C_FindObjectsInit(token_use.session, &criterion, 1)))) return 0;
    CK_OBJECT_HANDLE found = 0;
    CK_ULONG count = 0;
    const CK_RV rv = note(Op::find, token_use, C_FindObjects(token_use.session, &found, 1, &count));
    note(Op::find_final, token_use, C_FindObjectsFinal(token_use.session));
    return rv == CKR_OK && count == 1 ? found : 0;
}

CK_OBJECT_HANDLE Client::find_class(const TokenUse& token_use, CK_OBJECT_CLASS wanted) {
    return find(token_use, {CKA_CLASS, &wanted, sizeof wanted});
}

Bytes Client::certificate(const TokenUse& token_use) {
    // Of the user and of the authority, in this order; where a login is needed, the user's is not shown
    // without.
    const CK_OBJECT_HANDLE found = find_class(token_use, CKO_CERTIFICATE);
    CK_ULONG category = 0;
    Bytes value(4096);
    std::array<CK_ATTRIBUTE, 2> query{
        {{CKA_CERTIFICATE_CATEGORY, &category, sizeof category}, {CKA_VALUE, value.data(), size(value)}}};
    if (found == 0) return {};
    const CK_RV rv =
        note(Op::attributes, token_use, C_GetAttributeValue(token_use.session, found, query.data(), 2));
    if (rv != CKR_OK || category != CK_CERTIFICATE_CATEGORY_TOKEN_USER) return {};
    value.resize(query[1].ulValueLen);
    return value;
}

void Client::read(const TokenUse& token_use) {
    const std::size_t slot = slot_of(token_use.place);
    if (draw(3) == 0) {
        // Only the card can tell which object this is.
        Bytes wanted = plan_.people.front()[slot];
        find(token_use, {CKA_VALUE, wanted.data(), size(wanted)});
        return;
    }
    const Bytes read = certificate(token_use);
    const bool known =
        std::ranges::any_of(plan_.people, [&](const Person& person) { return person[slot] == read; });
    if (!read.empty() && !known) complain("a certificate that no card has");
}

// --- signatures

bool Client::verifies(std::size_t person, std::size_t slot, std::size_t mechanism, const Made& made) const {
    const Scheme& scheme = kSchemes[mechanism];
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* details = nullptr;
    EVP_PKEY* key = keys_[person][slot].get();
    bool good = EVP_DigestVerifyInit_ex(context, &details, scheme.hash, nullptr, nullptr, key, nullptr) == 1;
    if (scheme.pss) {
        good = good && EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST) == 1;
    }
    good = good && EVP_DigestVerify(context, made.signature.data(), made.signature.size(), made.data.data(),
                                    made.data.size()) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

void Client::judge(const TokenUse& token_use, const Made& made) {
    const std::size_t slot = slot_of(token_use.place);
    for (std::size_t person = 0; person < plan_.people.size(); ++person) {
        for (std::size_t mechanism = 0; mechanism < kSchemes.size(); ++mechanism) {
            // On a shared session the mechanism may be another client's. The data never are.
            if (mechanism != made.mechanism && !plan_.weather.shares) continue;
            if (!verifies(person, slot, mechanism, made)) continue;
            // A session is of one card, so its certificate is the one that belongs to the signature.
            const Bytes shown = certificate(token_use);
            if (!shown.empty() && shown != plan_.people[person][slot])
                complain("signature and certificate of one session are of two cards");
            last_[slot] = made;
            last_[slot].mechanism = mechanism;
            return;
        }
    }
    complain("a signature that does not verify");
}

CK_RV Client::finish_signature(const TokenUse& token_use, Bytes& data, Bytes& signature) {
    CK_ULONG length = size(signature);
    CK_RV rv = CKR_OK;
    if (draw(4) != 0) {
        rv = C_Sign(token_use.session, data.data(), size(data), signature.data(), &length);
        note(Op::sign, token_use, rv);
    } else {
        const CK_ULONG half = size(data) / 2;
        rv = note(Op::sign_update, token_use, C_SignUpdate(token_use.session, data.data(), half));
        if (rv == CKR_OK)
            rv = note(Op::sign_update, token_use,
                      C_SignUpdate(token_use.session, data.data() + half, size(data) - half));
        if (rv == CKR_OK)
            rv = note(Op::sign_final, token_use, C_SignFinal(token_use.session, signature.data(), &length));
        // What several clients put together is nobody's document.
        if (plan_.weather.shares && rv == CKR_OK) rv = CKR_FUNCTION_CANCELED;
    }
    signature.resize(rv == CKR_OK ? length : 0);
    return rv;
}

void Client::sign(const TokenUse& token_use) {
    Made made{draw(kSchemes.size()), document(), Bytes(512)};
    const CK_OBJECT_HANDLE key = find_class(token_use, CKO_PRIVATE_KEY);
    if (key == 0) return;
    const Scheme& scheme = kSchemes[made.mechanism];
    CK_RSA_PKCS_PSS_PARAMS pss{CKM_SHA256, CKG_MGF1_SHA256, 32};
    CK_MECHANISM mechanism{scheme.signs, nullptr, 0};
    if (scheme.pss) mechanism = {scheme.signs, &pss, sizeof pss};
    const Op op = scheme.pss ? Op::pss_init : Op::sign_init;
    if (!begun(note(op, token_use, C_SignInit(token_use.session, &mechanism, key)))) return;
    if (finish_signature(token_use, made.data, made.signature) == CKR_OK) judge(token_use, made);
}

void Client::verify(const TokenUse& token_use) {
    Made made = last_[slot_of(token_use.place)];
    const bool forged = draw(3) == 0;
    if (made.signature.empty() || kSchemes[made.mechanism].pss) return;
    if (forged) made.signature[draw(256)] ^= 1U;
    const CK_OBJECT_HANDLE key = find_class(token_use, CKO_PUBLIC_KEY);
    CK_MECHANISM mechanism{kSchemes[made.mechanism].signs, nullptr, 0};
    if (key == 0) return;
    if (!begun(note(Op::verify_init, token_use, C_VerifyInit(token_use.session, &mechanism, key)))) return;
    note(forged ? Op::verify_forged : Op::verify, token_use,
         C_Verify(token_use.session, made.data.data(), size(made.data), made.signature.data(),
                  size(made.signature)));
}

// --- digests

void Client::digest(const TokenUse& token_use) {
    const Scheme& scheme = kSchemes[draw(kSchemes.size())];
    const bool whole = draw(2) == 0;
    Bytes data = document();
    Bytes value(EVP_MAX_MD_SIZE);
    CK_ULONG length = size(value);
    CK_MECHANISM mechanism{scheme.hashes, nullptr, 0};
    if (!begun(note(Op::digest_init, token_use, C_DigestInit(token_use.session, &mechanism)))) return;
    if (whole) {
        const CK_RV rv = C_Digest(token_use.session, data.data(), size(data), value.data(), &length);
        if (note(Op::digest, token_use, rv) != CKR_OK) return;
    } else {
        const CK_RV rv = C_DigestUpdate(token_use.session, data.data(), size(data));
        if (note(Op::digest_update, token_use, rv) != CKR_OK) return;
        if (note(Op::digest_final, token_use, C_DigestFinal(token_use.session, value.data(), &length)) !=
            CKR_OK)
            return;
        if (plan_.weather.shares) return;
    }
    value.resize(length);
    const bool right = std::ranges::any_of(kSchemes, [&](const Scheme& other) {
        return (plan_.weather.shares || other.hashes == scheme.hashes) && hash_of(other.hash, data) == value;
    });
    if (!right) complain("a digest that is wrong");
}

}  // namespace jpki::testing::storm
