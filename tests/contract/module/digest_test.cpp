// Digests: known answers, and the order of calls.
#include "world.hpp"

namespace jpki::testing {

class Digests : public World {
  protected:
    void SetUp() override {
        initialize();
        session = open(kAuth);
    }
    CK_RV begin(CK_MECHANISM_TYPE type = CKM_SHA256) {
        CK_MECHANISM mechanism{type, nullptr, 0};
        return C_DigestInit(session, &mechanism);
    }
    CK_SESSION_HANDLE session = 0;
    CK_BYTE abc[3] = {'a', 'b', 'c'};
    CK_BYTE out[64] = {};
    CK_ULONG length = sizeof out;
};

TEST_F(Digests, KnownAnswersWholeAndInParts) {
    const std::pair<CK_MECHANISM_TYPE, const char*> answers[] = {
        {CKM_SHA_1, "A9993E364706816ABA3E25717850C26C9CD0D89D"},
        {CKM_SHA224, "23097D223405D8228642A477BDA255B32AADBCE4BDA0B3F7E36C9DA7"},
        {CKM_SHA256, "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"},
    };
    for (const auto& [type, expected] : answers) {
        ASSERT_EQ(begin(type), CKR_OK);
        length = sizeof out;
        ASSERT_EQ(C_Digest(session, abc, 3, out, &length), CKR_OK);
        EXPECT_EQ(to_hex({out, length}), expected);
        ASSERT_EQ(begin(type), CKR_OK);
        ASSERT_EQ(C_DigestUpdate(session, abc, 1), CKR_OK);
        ASSERT_EQ(C_DigestUpdate(session, nullptr, 0), CKR_OK);
        ASSERT_EQ(C_DigestUpdate(session, abc + 1, 2), CKR_OK);
        length = sizeof out;
        ASSERT_EQ(C_DigestFinal(session, out, &length), CKR_OK);
        EXPECT_EQ(to_hex({out, length}), expected);
    }
}

TEST_F(Digests, OneShotAndPartsDoNotMix) {
    ASSERT_EQ(begin(), CKR_OK);
    ASSERT_EQ(C_DigestUpdate(session, abc, 3), CKR_OK);
    EXPECT_EQ(C_Digest(session, abc, 3, out, &length), CKR_OPERATION_ACTIVE);
    EXPECT_EQ(C_DigestFinal(session, out, &length), CKR_OPERATION_NOT_INITIALIZED);
    ASSERT_EQ(begin(), CKR_OK);
    ASSERT_EQ(C_Digest(session, abc, 3, nullptr, &length), CKR_OK);
    EXPECT_EQ(C_DigestFinal(session, out, &length), CKR_OPERATION_ACTIVE);
    EXPECT_EQ(C_DigestUpdate(session, abc, 3), CKR_OPERATION_NOT_INITIALIZED);
}

TEST_F(Digests, AnyErrorOfAFinishingCallEndsIt) {
    ASSERT_EQ(begin(), CKR_OK);
    EXPECT_EQ(C_Digest(session, abc, 3, out, nullptr), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(C_Digest(session, abc, 3, out, &length), CKR_OPERATION_NOT_INITIALIZED);
    ASSERT_EQ(begin(), CKR_OK);
    EXPECT_EQ(C_DigestUpdate(session, nullptr, 4), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(C_DigestFinal(session, out, &length), CKR_OPERATION_NOT_INITIALIZED);
}

TEST_F(Digests, LengthQueryAndSmallBufferKeepIt) {
    ASSERT_EQ(begin(), CKR_OK);
    length = 31;
    out[0] = 0xEE;
    EXPECT_EQ(C_Digest(session, abc, 3, out, &length), CKR_BUFFER_TOO_SMALL);
    EXPECT_EQ(length, 32U);
    EXPECT_EQ(out[0], 0xEE);
    EXPECT_EQ(C_Digest(session, abc, 3, out, &length), CKR_OK);
}

TEST_F(Digests, MechanismsAndParametersAreJudged) {
    CK_MECHANISM mechanism{CKM_SHA256, abc, 3};
    EXPECT_EQ(C_DigestInit(session, &mechanism), CKR_MECHANISM_PARAM_INVALID);
    EXPECT_EQ(begin(CKM_MD5), CKR_MECHANISM_INVALID);
    EXPECT_EQ(begin(CKM_SHA256_RSA_PKCS), CKR_MECHANISM_INVALID);
    ASSERT_EQ(begin(), CKR_OK);
    EXPECT_EQ(begin(), CKR_OPERATION_ACTIVE);
    EXPECT_EQ(C_DigestInit(session, nullptr), CKR_OK);
    EXPECT_EQ(C_DigestFinal(session, out, &length), CKR_OPERATION_NOT_INITIALIZED);
}

TEST_F(Digests, KeysAreIndigestible) {
    ASSERT_EQ(begin(), CKR_OK);
    EXPECT_EQ(C_DigestKey(session, find_class(session, CKO_PUBLIC_KEY)), CKR_KEY_INDIGESTIBLE);
    ASSERT_EQ(begin(), CKR_OK);
    EXPECT_EQ(C_DigestKey(session, 4711), CKR_KEY_HANDLE_INVALID);
    EXPECT_EQ(C_DigestKey(session, 4711), CKR_OPERATION_NOT_INITIALIZED);
}

}  // namespace jpki::testing
