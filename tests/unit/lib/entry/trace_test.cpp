// The log line of a call: names, and a reason only where there is one.
#include "entry/trace.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

class LastLine final : public Log {
  public:
    explicit LastLine(LogLevel level) : level_(level) {}
    [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return level <= level_; }
    void write(LogLevel level, std::string_view line) noexcept override {
        written = level;
        text = line;
    }

    LogLevel written = LogLevel::off;
    std::string text;

  private:
    LogLevel level_;
};

std::string line(Fn function, const Status& status) {
    LastLine log(LogLevel::trace);
    trace(log, function, status);
    return log.text;
}

TEST(Trace, SaysASuccessByItsName) { EXPECT_EQ(line(Fn::C_Login, {}), "C_Login -> CKR_OK"); }

TEST(Trace, SaysAFailureByItsNameWithTextAndStatusWord) {
    EXPECT_EQ(line(Fn::C_Login, fail(Errc::pin_incorrect, "wrong PIN", 0x63C2)),
              "C_Login -> CKR_PIN_INCORRECT (wrong PIN; SW 63C2)");
}

TEST(Trace, LeavesOutWhatSaysNothing) {
    EXPECT_EQ(line(Fn::C_OpenSession, fail(Errc::token_not_present)),
              "C_OpenSession -> CKR_TOKEN_NOT_PRESENT");
    EXPECT_EQ(line(Fn::C_InitToken, fail(Errc::function_not_supported, "the issuer does this")),
              "C_InitToken -> CKR_FUNCTION_NOT_SUPPORTED (the issuer does this)");
    EXPECT_EQ(line(Fn::C_Sign, fail(Errc::card_failure, "", 0x0A)), "C_Sign -> CKR_DEVICE_ERROR (SW 000A)");
}

TEST(Trace, TellsCodesOfPcscFromStatusWords) {
    EXPECT_EQ(line(Fn::C_Sign, fail(Errc::card_removed, "the card was removed", 0x80100069U)),
              "C_Sign -> CKR_DEVICE_REMOVED (the card was removed; PC/SC 80100069)");
}

TEST(Trace, CutsALineThatIsTooLong) {
    const std::string endless(400, 'x');
    const std::string cut = line(Fn::C_Sign, fail(Errc::transport, endless.c_str(), 0x6F00));
    EXPECT_EQ(cut.size(), 255U);
    EXPECT_TRUE(cut.starts_with("C_Sign -> CKR_DEVICE_ERROR (xxx"));
}

TEST(Trace, SuccessesAreDetailAndFailuresAreNews) {
    LastLine log(LogLevel::info);
    trace(log, Fn::C_GetInfo, {});
    EXPECT_EQ(log.written, LogLevel::off) << log.text;
    trace(log, Fn::C_GetInfo, fail(Errc::arguments_bad));
    EXPECT_EQ(log.written, LogLevel::info);
}

}  // namespace
}  // namespace jpki::p11
