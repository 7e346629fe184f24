// Nothing but a CK_RV comes out of a C_ function.
#include "entry/guard.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace jpki::p11 {
namespace {

TEST(Guard, LetsNoExceptionOut) {
    EXPECT_EQ(guarded([]() -> Status { throw std::bad_alloc(); }), CKR_HOST_MEMORY);
    EXPECT_EQ(guarded([]() -> Status { throw std::runtime_error("a mistake of ours"); }), CKR_GENERAL_ERROR);
    EXPECT_EQ(guarded([]() -> Status { throw 7; }), CKR_GENERAL_ERROR);
}

TEST(Guard, AnswersWhatTheBodyDoes) {
    EXPECT_EQ(guarded([] { return Status{}; }), CKR_OK);
    EXPECT_EQ(guarded([]() -> Status { return fail(Errc::pin_locked); }), CKR_PIN_LOCKED);
}

}  // namespace
}  // namespace jpki::p11
