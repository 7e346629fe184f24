#include "entry/rv.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

constexpr unsigned kLast = static_cast<unsigned>(Errc::internal);

TEST(Rv, NothingIsAGeneralErrorButOurOwnMistakes) {
    for (unsigned code = 0; code <= kLast; ++code) {
        const auto errc = static_cast<Errc>(code);
        EXPECT_EQ(to_rv(errc) == CKR_GENERAL_ERROR, errc == Errc::internal) << code;
        EXPECT_NE(to_rv(errc), CKR_OK) << code;
    }
}

TEST(Rv, IsAValueThatThePinDialoguesOfHostsUnderstand) {
    EXPECT_EQ(to_rv(Errc::pin_incorrect), CKR_PIN_INCORRECT);
    EXPECT_EQ(to_rv(Errc::pin_malformed), CKR_PIN_INCORRECT) << "NSS asks again on this one only";
    EXPECT_EQ(to_rv(Errc::pin_locked), CKR_PIN_LOCKED);
    EXPECT_EQ(to_rv(Errc::last_try_refused), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(to_rv(Errc::card_removed), CKR_DEVICE_REMOVED);
    EXPECT_EQ(to_rv(Errc::no_card), CKR_TOKEN_NOT_PRESENT);
    EXPECT_EQ(to_rv(Errc::not_jpki), CKR_TOKEN_NOT_RECOGNIZED);
    EXPECT_EQ(to_rv(Errc::signature_wrong), CKR_DEVICE_ERROR);
    EXPECT_EQ(to_rv(Errc::security_status), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(to_rv(Errc::session_unknown), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(to_rv(Errc::no_memory), CKR_HOST_MEMORY);
}

TEST(Rv, HasTheNameOfItsValue) {
    EXPECT_STREQ(rv_name(Errc::pin_malformed), "CKR_PIN_INCORRECT");
    EXPECT_STREQ(rv_name(Errc::no_memory), "CKR_HOST_MEMORY");
    EXPECT_STREQ(rv_name(static_cast<Errc>(255)), "CKR_GENERAL_ERROR");
}

TEST(Rv, NeverInventsAValue) {
    for (unsigned code = 0; code <= kLast; ++code)
        EXPECT_LT(to_rv(static_cast<Errc>(code)), CKR_VENDOR_DEFINED) << code;
    EXPECT_EQ(to_rv(static_cast<Errc>(255)), CKR_GENERAL_ERROR);
}

}  // namespace
}  // namespace jpki::p11
