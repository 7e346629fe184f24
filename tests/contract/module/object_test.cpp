// Which objects are there, when, and what their attributes say.
#include <gmock/gmock.h>

#include <set>

#include "virtual/image.hpp"
#include "world.hpp"

namespace jpki::testing {

namespace {

CK_ULONG number(const Bytes& value) {
    CK_ULONG out = 0;
    EXPECT_EQ(value.size(), sizeof out);
    std::copy_n(value.begin(), std::min(value.size(), sizeof out), reinterpret_cast<std::uint8_t*>(&out));
    return out;
}

std::string text(const Bytes& value) { return {value.begin(), value.end()}; }

}  // namespace

class Objects : public World {
  protected:
    void SetUp() override { initialize(); }

    std::multiset<CK_OBJECT_CLASS> classes(CK_SESSION_HANDLE session) {
        std::multiset<CK_OBJECT_CLASS> seen;
        for (const CK_OBJECT_HANDLE object : find(session))
            seen.insert(number(get(session, object, CKA_CLASS)));
        return seen;
    }
    std::vector<CK_ULONG> profiles(CK_SESSION_HANDLE session) {
        CK_OBJECT_CLASS wanted = CKO_PROFILE;
        CK_BBOOL token = CK_TRUE;
        std::vector<CK_ULONG> ids;
        for (const CK_OBJECT_HANDLE object :
             find(session, {{CKA_TOKEN, &token, sizeof token}, {CKA_CLASS, &wanted, sizeof wanted}}))
            ids.push_back(number(get(session, object, CKA_PROFILE_ID)));
        return ids;
    }
};

TEST_F(Objects, AuthenticationShowsItsCertificatesAndPublicKeyToEverybody) {
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(classes(session),
              (std::multiset<CK_OBJECT_CLASS>{CKO_CERTIFICATE, CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PROFILE,
                                              CKO_PROFILE, CKO_PROFILE, CKO_PROFILE}));
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(classes(session).count(CKO_PRIVATE_KEY), 1U);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    EXPECT_EQ(classes(session).count(CKO_PRIVATE_KEY), 0U);
}

// As in ssh, which prints and offers the key of every certificate it finds.
class ObjectsWithoutCa : public Objects {
  protected:
    void SetUp() override {
        ca_certificates = false;
        initialize();
    }
};

TEST_F(ObjectsWithoutCa, ShowTheUsersCertificateOnlyAndSign) {
    const CK_SESSION_HANDLE session = open(kAuth);
    CK_OBJECT_CLASS certificate = CKO_CERTIFICATE;
    const auto found = find(session, {{CKA_CLASS, &certificate, sizeof certificate}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(number(get(session, found.front(), CKA_CERTIFICATE_CATEGORY)),
              CK_CERTIFICATE_CATEGORY_TOKEN_USER);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(session), CKR_OK);
    const CK_SESSION_HANDLE other = open(kSign);
    EXPECT_TRUE(find(other, {{CKA_CLASS, &certificate, sizeof certificate}}).empty());
}

TEST_F(Objects, SignatureShowsItsCertificateAndKeysOnlyAfterLogin) {
    const CK_SESSION_HANDLE session = open(kSign);
    EXPECT_EQ(classes(session),
              (std::multiset<CK_OBJECT_CLASS>{CKO_CERTIFICATE, CKO_PROFILE, CKO_PROFILE, CKO_PROFILE}));
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    EXPECT_EQ(classes(session),
              (std::multiset<CK_OBJECT_CLASS>{CKO_CERTIFICATE, CKO_CERTIFICATE, CKO_PUBLIC_KEY,
                                              CKO_PRIVATE_KEY, CKO_PROFILE, CKO_PROFILE, CKO_PROFILE}));
}

TEST_F(Objects, ProfilesSayWhichTokenHasPublicCertificates) {
    EXPECT_EQ(profiles(open(kAuth)),
              (std::vector<CK_ULONG>{CKP_BASELINE_PROVIDER, CKP_EXTENDED_PROVIDER, CKP_AUTHENTICATION_TOKEN,
                                     CKP_PUBLIC_CERTIFICATES_TOKEN}));
    EXPECT_EQ(profiles(open(kSign)), (std::vector<CK_ULONG>{CKP_BASELINE_PROVIDER, CKP_EXTENDED_PROVIDER,
                                                            CKP_AUTHENTICATION_TOKEN}));
}

TEST_F(Objects, PrivateObjectsNeverAppearBeforeLoginEvenWhenAskedFor) {
    CK_BBOOL yes = CK_TRUE;
    EXPECT_TRUE(find(open(kAuth), {{CKA_PRIVATE, &yes, sizeof yes}}).empty());
    EXPECT_TRUE(find(open(kSign), {{CKA_PRIVATE, &yes, sizeof yes}}).empty());
}

TEST_F(Objects, SearchesByClassIdAndLabelSendNothing) {
    const CK_SESSION_HANDLE session = open(kAuth);
    commands();
    CK_OBJECT_CLASS certificate = CKO_CERTIFICATE;
    CK_BYTE id = 0x01;
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    std::string label = "User Authentication Certificate";
    EXPECT_EQ(find(session, {{CKA_CLASS, &certificate, sizeof certificate}}).size(), 2U);
    EXPECT_EQ(find(session, {{CKA_ID, &id, 1}, {CKA_CERTIFICATE_TYPE, &type, sizeof type}}).size(), 1U);
    EXPECT_EQ(find(session, {{CKA_LABEL, label.data(), static_cast<CK_ULONG>(label.size())}}).size(), 1U);
    CK_OBJECT_CLASS nss_trust = 0xCE534353;
    EXPECT_TRUE(find(session, {{CKA_CLASS, &nss_trust, sizeof nss_trust}}).empty());
    EXPECT_EQ(commands(), 0U);
}

TEST_F(Objects, MatchingIsExactInLengthAndOctets) {
    const CK_SESSION_HANDLE session = open(kAuth);
    std::uint32_t short_class = CKO_CERTIFICATE;
    EXPECT_TRUE(find(session, {{CKA_CLASS, &short_class, sizeof short_class}}).empty());
    CK_BYTE nothing = 0;
    EXPECT_TRUE(find(session, {{CKA_VENDOR_DEFINED | 0x77, &nothing, 1}}).empty());
    CK_BYTE one = 1;
    CK_BYTE three = 3;
    EXPECT_TRUE(find(session, {{CKA_ID, &one, 1}, {CKA_ID, &three, 1}}).empty());
}

TEST_F(Objects, TheCertificateIsExactlyTheCards) {
    const CK_SESSION_HANDLE session = open(kAuth);
    CK_BYTE id = 0x01;
    CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
    const auto found = find(session, {{CKA_ID, &id, 1}, {CKA_CLASS, &wanted, sizeof wanted}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(get(session, found[0], CKA_VALUE), card->image().certificate(vcard::Role::kAuthCert));
    EXPECT_EQ(get(session, found[0], CKA_SERIAL_NUMBER)[0], 0x02);
    EXPECT_EQ(get(session, found[0], CKA_CHECK_VALUE).size(), 3U);
    EXPECT_EQ(text(get(session, found[0], CKA_START_DATE)), "20240122");
    EXPECT_TRUE(get(session, found[0], CKA_URL).empty());
    EXPECT_EQ(number(get(session, found[0], CKA_CERTIFICATE_CATEGORY)), CK_CERTIFICATE_CATEGORY_TOKEN_USER);
}

TEST_F(Objects, KeysAndCertificateBelongTogetherAndTheCaIssuedThem) {
    for (const auto& [slot, pin] : {std::pair{kAuth, kAuthPin}, std::pair{kSign, kSignPin}}) {
        const CK_SESSION_HANDLE session = open(slot);
        ASSERT_EQ(login(session, pin), CKR_OK);
        const CK_OBJECT_HANDLE private_key = find_class(session, CKO_PRIVATE_KEY);
        const CK_OBJECT_HANDLE public_key = find_class(session, CKO_PUBLIC_KEY);
        CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
        const auto certificates = find(session, {{CKA_CLASS, &wanted, sizeof wanted}});
        ASSERT_EQ(certificates.size(), 2U);
        const CK_OBJECT_HANDLE user = certificates[0];
        const CK_OBJECT_HANDLE authority = certificates[1];
        EXPECT_EQ(get(session, user, CKA_ID), get(session, private_key, CKA_ID));
        EXPECT_EQ(get(session, user, CKA_ID), get(session, public_key, CKA_ID));
        EXPECT_NE(get(session, user, CKA_ID), get(session, authority, CKA_ID));
        EXPECT_EQ(get(session, user, CKA_SUBJECT), get(session, private_key, CKA_SUBJECT));
        EXPECT_EQ(get(session, user, CKA_ISSUER), get(session, authority, CKA_SUBJECT));
        EXPECT_EQ(get(session, private_key, CKA_MODULUS), get(session, public_key, CKA_MODULUS));
        EXPECT_EQ(get(session, private_key, CKA_MODULUS).size(), 256U);
        EXPECT_EQ(get(session, user, CKA_PUBLIC_KEY_INFO), get(session, public_key, CKA_PUBLIC_KEY_INFO));
        EXPECT_EQ(get(session, private_key, CKA_PUBLIC_EXPONENT), (Bytes{1, 0, 1}));
        EXPECT_EQ(get(session, private_key, CKA_ALWAYS_AUTHENTICATE), Bytes{CK_FALSE});
    }
}

TEST_F(Objects, EveryEntryOfATemplateIsAnsweredAndTheWorstCodeWins) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
    CK_BBOOL sign = CK_FALSE;
    CK_BYTE small[4] = {0xEE, 0xEE, 0xEE, 0xEE};
    CK_BYTE secret[512];
    CK_ATTRIBUTE query[] = {{CKA_SIGN, &sign, sizeof sign},
                            {CKA_VENDOR_DEFINED | 1, nullptr, 0},
                            {CKA_PRIVATE_EXPONENT, secret, sizeof secret},
                            {CKA_MODULUS, small, sizeof small},
                            {CKA_KEY_TYPE, nullptr, 99}};
    EXPECT_EQ(C_GetAttributeValue(session, key, query, 5), CKR_ATTRIBUTE_SENSITIVE);
    EXPECT_EQ(sign, CK_TRUE);
    EXPECT_EQ(query[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
    EXPECT_EQ(query[2].ulValueLen, CK_UNAVAILABLE_INFORMATION);
    EXPECT_EQ(query[3].ulValueLen, CK_UNAVAILABLE_INFORMATION);
    EXPECT_EQ(small[0], 0xEE);
    EXPECT_EQ(query[4].ulValueLen, sizeof(CK_ULONG));
    query[3].ulValueLen = sizeof small;
    EXPECT_EQ(C_GetAttributeValue(session, key, &query[3], 1), CKR_BUFFER_TOO_SMALL);
    EXPECT_EQ(C_GetAttributeValue(session, key, nullptr, 1), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(C_GetAttributeValue(session, key, nullptr, 0), CKR_OK);
}

TEST_F(Objects, HandlesOfPrivateObjectsDieWithTheLogin) {
    const CK_SESSION_HANDLE session = open(kAuth);
    const CK_OBJECT_HANDLE certificate = find_class(session, CKO_CERTIFICATE);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_KEY_HANDLE_INVALID);
    CK_ATTRIBUTE query{CKA_CLASS, nullptr, 0};
    EXPECT_EQ(C_GetAttributeValue(session, key, &query, 1), CKR_OBJECT_HANDLE_INVALID);
    EXPECT_EQ(find_class(session, CKO_CERTIFICATE), certificate);
    EXPECT_EQ(find_class(open(kAuth), CKO_CERTIFICATE), certificate);
}

TEST_F(Objects, TheSignatureCertificateDoesNotOutliveTheLogin) {
    const CK_SESSION_HANDLE session = open(kSign);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    CK_BYTE id = 0x02;
    CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
    const auto before = find(session, {{CKA_ID, &id, 1}, {CKA_CLASS, &wanted, sizeof wanted}});
    ASSERT_EQ(before.size(), 1U);
    EXPECT_EQ(get(session, before[0], CKA_VALUE).size(), 1909U);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    CK_ATTRIBUTE query{CKA_VALUE, nullptr, 0};
    EXPECT_EQ(C_GetAttributeValue(session, before[0], &query, 1), CKR_OBJECT_HANDLE_INVALID);
    EXPECT_TRUE(find(session, {{CKA_ID, &id, 1}}).empty());
}

TEST_F(Objects, ObjectsCannotBeChangedCopiedOrDestroyed) {
    const CK_SESSION_HANDLE session = open(kAuth, true);
    for (const CK_OBJECT_HANDLE object : find(session)) {
        CK_OBJECT_HANDLE copy = 0;
        EXPECT_EQ(C_CopyObject(session, object, nullptr, 0, &copy), CKR_ACTION_PROHIBITED);
        EXPECT_EQ(C_DestroyObject(session, object), CKR_ACTION_PROHIBITED);
        EXPECT_EQ(C_SetAttributeValue(session, object, nullptr, 0), CKR_ACTION_PROHIBITED);
        CK_ULONG size = 0;
        EXPECT_EQ(C_GetObjectSize(session, object, &size), CKR_OK);
        EXPECT_GT(size, 0U);
    }
    EXPECT_EQ(C_DestroyObject(session, 0), CKR_OBJECT_HANDLE_INVALID);
    EXPECT_EQ(C_DestroyObject(session, 77777), CKR_OBJECT_HANDLE_INVALID);
}

TEST_F(Objects, UniqueIdsFindOneObjectEachAndSurviveFinalize) {
    CK_SESSION_HANDLE session = open(kAuth);
    std::set<std::string> before;
    for (const CK_OBJECT_HANDLE object : find(session)) {
        Bytes id = get(session, object, CKA_UNIQUE_ID);
        before.insert(text(id));
        EXPECT_EQ(find(session, {{CKA_UNIQUE_ID, id.data(), static_cast<CK_ULONG>(id.size())}}),
                  std::vector<CK_OBJECT_HANDLE>{object});
    }
    EXPECT_EQ(before.size(), find(session).size());
    ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    initialize();
    session = open(kAuth);
    for (const CK_OBJECT_HANDLE object : find(session))
        EXPECT_EQ(before.count(text(get(session, object, CKA_UNIQUE_ID))), 1U);
}

TEST_F(Objects, SearchesKeepTheirRules) {
    const CK_SESSION_HANDLE session = open(kAuth);
    CK_OBJECT_HANDLE object = 0;
    CK_ULONG count = 9;
    EXPECT_EQ(C_FindObjects(session, &object, 1, &count), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(C_FindObjectsInit(session, nullptr, 1), CKR_ARGUMENTS_BAD);
    ASSERT_EQ(C_FindObjectsInit(session, nullptr, 0), CKR_OK);
    EXPECT_EQ(C_FindObjectsInit(session, nullptr, 0), CKR_OPERATION_ACTIVE);
    EXPECT_EQ(C_FindObjects(session, &object, 0, &count), CKR_OK);
    EXPECT_EQ(count, 0U);
    std::size_t seen = 0;
    while (C_FindObjects(session, &object, 1, &count) == CKR_OK && count == 1)
        ++seen;
    EXPECT_EQ(seen, 7U);
    EXPECT_EQ(C_FindObjects(session, &object, 1, &count), CKR_OK);
    EXPECT_EQ(count, 0U);
    EXPECT_EQ(C_FindObjectsFinal(session), CKR_OK);
    EXPECT_EQ(C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
}

// Found by the fuzzer of templates.
TEST_F(Objects, ALengthThatNoValueHasFindsNothingAndIsNotRead) {
    const CK_SESSION_HANDLE session = open(kAuth);
    CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
    for (const CK_ULONG length : {CK_UNAVAILABLE_INFORMATION, CK_ULONG{1} << 63U, CK_ULONG{0x10000}}) {
        CK_ATTRIBUTE criterion{CKA_CLASS, &wanted, length};
        ASSERT_EQ(C_FindObjectsInit(session, &criterion, 1), CKR_OK) << length;
        CK_OBJECT_HANDLE found = 0;
        CK_ULONG count = 1;
        EXPECT_EQ(C_FindObjects(session, &found, 1, &count), CKR_OK);
        EXPECT_EQ(count, 0U);
        EXPECT_EQ(C_FindObjectsFinal(session), CKR_OK);
    }
}

}  // namespace jpki::testing
