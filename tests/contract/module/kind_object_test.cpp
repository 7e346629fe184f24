// Under every kind of card: exactly which objects are there, and that what they say agrees with the card and
// with each other.
#include <gmock/gmock.h>

#include <map>

#include "crypto/x509.hpp"
#include "kinds.hpp"

namespace jpki::testing {

using ::testing::UnorderedElementsAreArray;

namespace {

CK_ULONG number(const Bytes& value) {
    CK_ULONG out = 0;
    EXPECT_EQ(value.size(), sizeof out);
    std::copy_n(value.begin(), std::min(value.size(), sizeof out), reinterpret_cast<std::uint8_t*>(&out));
    return out;
}

std::string text(const Bytes& value) { return {value.begin(), value.end()}; }

}  // namespace

class KindObject : public EveryKind {
  protected:
    // An object in words: its class and its label, or which profile it is.
    static std::string words(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
        switch (number(get(session, object, CKA_CLASS))) {
            case CKO_PROFILE:
                return "profile " + std::to_string(number(get(session, object, CKA_PROFILE_ID)));
            case CKO_CERTIFICATE: return "certificate: " + text(get(session, object, CKA_LABEL));
            case CKO_PUBLIC_KEY: return "public key: " + text(get(session, object, CKA_LABEL));
            case CKO_PRIVATE_KEY: return "private key: " + text(get(session, object, CKA_LABEL));
            default: return "something else";
        }
    }
    static std::vector<std::string> shown(CK_SESSION_HANDLE session) {
        std::vector<std::string> all;
        for (const CK_OBJECT_HANDLE object : find(session))
            all.push_back(words(session, object));
        return all;
    }
    // `found_missing`: the card was asked for the certificate that it does not have.
    static std::vector<std::string> expected(const PurposeFacts& purpose, bool logged_in,
                                             bool found_missing) {
        std::vector<std::string> all{"certificate: " + purpose.objects + " CA Certificate", "profile 1",
                                     "profile 2", "profile 3"};
        if (purpose.public_certificates()) all.emplace_back("profile 4");
        if (found_missing) return all;
        if (logged_in || !purpose.certificate_needs_login) {
            all.push_back("certificate: " + purpose.objects + " Certificate");
            all.push_back("public key: " + purpose.objects + " Public Key");
        }
        if (logged_in) all.push_back("private key: " + purpose.objects + " Key");
        return all;
    }
    static CK_OBJECT_HANDLE find_id(CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted, CK_BYTE id) {
        const auto found = find(session, {{CKA_CLASS, &wanted, sizeof wanted}, {CKA_ID, &id, 1}});
        EXPECT_EQ(found.size(), 1U);
        return found.empty() ? CK_INVALID_HANDLE : found.front();
    }
    // Asks for the value of every certificate that is shown; each is the card's, byte by byte, or not
    // there.
    void read_certificates(CK_SESSION_HANDLE session, const PurposeFacts& purpose) {
        CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
        for (const CK_OBJECT_HANDLE object : find(session, {{CKA_CLASS, &wanted, sizeof wanted}})) {
            const bool user = get(session, object, CKA_ID) == Bytes{purpose.id};
            if (!user) {
                EXPECT_EQ(get(session, object, CKA_ID), Bytes{purpose.authority_id});
            }
            if (user && purpose.certificate_missing) {
                CK_ATTRIBUTE query{CKA_VALUE, nullptr, 0};
                EXPECT_EQ(C_GetAttributeValue(session, object, &query, 1), CKR_OBJECT_HANDLE_INVALID);
            } else {
                EXPECT_EQ(get(session, object, CKA_VALUE),
                          card->image().certificate(user ? purpose.certificate : purpose.authority));
            }
        }
    }
    // What stands in an object besides the values that only the card knows.
    static void look_at_every_object(CK_SESSION_HANDLE session) {
        for (const CK_OBJECT_HANDLE object : find(session)) {
            SCOPED_TRACE(words(session, object));
            Bytes unique = get(session, object, CKA_UNIQUE_ID);
            EXPECT_THAT(find(session, {{CKA_UNIQUE_ID, unique.data(), static_cast<CK_ULONG>(unique.size())}}),
                        ::testing::ElementsAre(object));
            EXPECT_EQ(get(session, object, CKA_TOKEN), Bytes{CK_TRUE});
            CK_ULONG size = 0;
            EXPECT_EQ(C_GetObjectSize(session, object, &size), CKR_OK);
            EXPECT_GT(size, 0U);
        }
    }
};

JPKI_UNDER_EVERY_KIND(KindObject);

TEST_P(KindObject, ExactlyTheseAreThereBeforeALoginAfterItAndAfterTheLogout) {
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        EXPECT_THAT(shown(session), UnorderedElementsAreArray(expected(purpose, false, false)));
        read_certificates(session, purpose);
        // Objects are there until the card was asked for what they hold.
        const bool found_missing = purpose.certificate_missing && !purpose.certificate_needs_login;
        EXPECT_THAT(shown(session), UnorderedElementsAreArray(expected(purpose, false, found_missing)));
        if (purpose.blocked) continue;
        ASSERT_EQ(login(session, purpose.pin), CKR_OK);
        EXPECT_THAT(shown(session), UnorderedElementsAreArray(expected(purpose, true, found_missing)));
        read_certificates(session, purpose);
        EXPECT_THAT(shown(session),
                    UnorderedElementsAreArray(expected(purpose, true, purpose.certificate_missing)));
        ASSERT_EQ(C_Logout(session), CKR_OK);
        EXPECT_THAT(shown(session),
                    UnorderedElementsAreArray(expected(purpose, false, purpose.certificate_missing)));
    }
}

TEST_P(KindObject, TheFirstOfAllIsACertificateAndTheLastAreTheProfiles) {
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const auto all = shown(open(purpose.slot));
        const std::size_t profiles = purpose.public_certificates() ? 4 : 3;
        ASSERT_GT(all.size(), profiles);
        EXPECT_THAT(all.front(), ::testing::StartsWith("certificate: "));
        for (std::size_t i = 0; i < profiles; ++i)
            EXPECT_EQ(all[all.size() - profiles + i], "profile " + std::to_string(i + 1));
    }
}

TEST_P(KindObject, TheUsersCertificateAndKeysAgreeWithTheCardAndEachOther) {
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        if (!purpose.blocked) {
            ASSERT_EQ(login(session, purpose.pin), CKR_OK);
        }
        if (purpose.certificate_missing || (purpose.blocked && purpose.certificate_needs_login)) continue;
        const auto facts = *p11::crypto::parse_certificate(certificate(purpose));
        const CK_OBJECT_HANDLE user = find_id(session, CKO_CERTIFICATE, purpose.id);
        EXPECT_EQ(get(session, user, CKA_VALUE), certificate(purpose));
        EXPECT_EQ(get(session, user, CKA_SUBJECT), facts->subject);
        EXPECT_EQ(get(session, user, CKA_ISSUER), facts->issuer);
        EXPECT_EQ(get(session, user, CKA_SERIAL_NUMBER), facts->serial);
        EXPECT_EQ(get(session, user, CKA_CHECK_VALUE), facts->check_value);
        EXPECT_EQ(text(get(session, user, CKA_START_DATE)), facts->start);
        EXPECT_EQ(text(get(session, user, CKA_END_DATE)), facts->end);
        EXPECT_EQ(number(get(session, user, CKA_CERTIFICATE_CATEGORY)), CK_CERTIFICATE_CATEGORY_TOKEN_USER);
        EXPECT_EQ(get(session, user, CKA_PRIVATE), Bytes{purpose.certificate_needs_login});

        const CK_OBJECT_HANDLE public_key = find_id(session, CKO_PUBLIC_KEY, purpose.id);
        EXPECT_EQ(number(get(session, public_key, CKA_MODULUS_BITS)), purpose.bits);
        EXPECT_EQ(get(session, public_key, CKA_PRIVATE), Bytes{purpose.certificate_needs_login});
        std::vector<CK_OBJECT_HANDLE> keys{public_key};
        if (!purpose.blocked) keys.push_back(find_id(session, CKO_PRIVATE_KEY, purpose.id));
        for (const CK_OBJECT_HANDLE key : keys) {
            SCOPED_TRACE(words(session, key));
            EXPECT_EQ(get(session, key, CKA_MODULUS).size(), purpose.bits / 8);
            EXPECT_EQ(get(session, key, CKA_MODULUS), facts->key->modulus());
            EXPECT_EQ(get(session, key, CKA_PUBLIC_EXPONENT), facts->key->exponent());
            EXPECT_EQ(get(session, key, CKA_PUBLIC_KEY_INFO), facts->key->spki());
            EXPECT_EQ(get(session, key, CKA_SUBJECT), facts->subject);
        }
        look_at_every_object(session);
    }
}

TEST_P(KindObject, TheCaCertificateIsThereForEverybodyAndIssuedTheUsers) {
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        const CK_OBJECT_HANDLE authority = find_id(session, CKO_CERTIFICATE, purpose.authority_id);
        EXPECT_EQ(get(session, authority, CKA_VALUE), card->image().certificate(purpose.authority));
        EXPECT_EQ(get(session, authority, CKA_SUBJECT),
                  (*p11::crypto::parse_certificate(certificate(purpose)))->issuer);
        EXPECT_EQ(get(session, authority, CKA_PRIVATE), Bytes{CK_FALSE});
        EXPECT_EQ(number(get(session, authority, CKA_CERTIFICATE_CATEGORY)),
                  CK_CERTIFICATE_CATEGORY_AUTHORITY);
    }
}

}  // namespace jpki::testing
