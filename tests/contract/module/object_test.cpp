// What is shown to whom, beyond what tests/conformance asks of every token.
#include "virtual/image/image.hpp"
#include "world.hpp"

namespace jpki::testing {

class Objects : public World {
  protected:
    void SetUp() override { initialize(); }
};

// As in ssh, which prints and offers the key of every certificate it finds.
class ObjectsWithoutCa : public World {
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
    EXPECT_EQ(get(session, found.front(), CKA_ID), Bytes{0x01});
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(session), CKR_OK);
    const CK_SESSION_HANDLE other = open(kSign);
    EXPECT_TRUE(find(other, {{CKA_CLASS, &certificate, sizeof certificate}}).empty());
}

TEST_F(Objects, TheSignatureCertificateDoesNotOutliveTheLogin) {
    const CK_SESSION_HANDLE session = open(kSign);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    CK_BYTE id = 0x02;
    CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
    const auto before = find(session, {{CKA_ID, &id, 1}, {CKA_CLASS, &wanted, sizeof wanted}});
    ASSERT_EQ(before.size(), 1U);
    EXPECT_EQ(get(session, before[0], CKA_VALUE).size(), 1810U);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    CK_ATTRIBUTE query{CKA_VALUE, nullptr, 0};
    EXPECT_EQ(C_GetAttributeValue(session, before[0], &query, 1), CKR_OBJECT_HANDLE_INVALID);
    EXPECT_TRUE(find(session, {{CKA_ID, &id, 1}}).empty());
}

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
