// A card that answers nonsense with 9000 is found out. What is true of honest signatures is in
// tests/conformance.
#include "world.hpp"

namespace jpki::testing {

class LyingCard : public World, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Lies, LyingCard, ::testing::Values("random", "zeros", "bitflip", "short", "empty"));

TEST_P(LyingCard, ItsSignatureIsNeverPassedOn) {
    ASSERT_TRUE(set("lie", GetParam()));
    initialize();
    for (const auto& [slot, pin] : {std::pair{kAuth, kAuthPin}, std::pair{kSign, kSignPin}}) {
        const CK_SESSION_HANDLE session = open(slot);
        ASSERT_EQ(login(session, pin), CKR_OK);
        Bytes signature;
        EXPECT_EQ(sign_document(session, &signature), CKR_DEVICE_ERROR);
        EXPECT_TRUE(signature.empty());
        EXPECT_EQ(sign_document(session), CKR_DEVICE_ERROR);
    }
    ASSERT_TRUE(set("lie", "no"));
    EXPECT_EQ(sign_document(open(kAuth)), CKR_OK);
}

}  // namespace jpki::testing
