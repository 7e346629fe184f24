// The log line of a call: names, and a reason only where there is one.
#include "entry/trace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

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

std::string line(Fn function, const Status& status, const std::vector<CK_ULONG>& arguments = {}) {
    LastLine log(LogLevel::trace);
    trace(log, function, status, arguments);
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
    const std::string endless(500, 'x');
    const std::string cut = line(Fn::C_Sign, fail(Errc::transport, endless.c_str(), 0x6F00));
    EXPECT_EQ(cut.size(), 400U);
    EXPECT_TRUE(cut.starts_with("C_Sign -> CKR_DEVICE_ERROR (xxx"));
}

TEST(Trace, SuccessesAreDetailAndFailuresAreNews) {
    LastLine log(LogLevel::info);
    trace(log, Fn::C_GetInfo, {});
    EXPECT_EQ(log.written, LogLevel::off) << log.text;
    trace(log, Fn::C_GetInfo, fail(Errc::arguments_bad));
    EXPECT_EQ(log.written, LogLevel::info);
}

TEST(Trace, AFunctionOfTheVendorInterfaceSaysHowMuchItsSuccessMatters) {
    LastLine log(LogLevel::warning);
    trace(log, "JPKI_GetSlotStatus", {}, LogLevel::trace);
    EXPECT_EQ(log.written, LogLevel::off) << log.text;
    trace(log, "JPKI_AllowLastTry", {}, LogLevel::warning);
    EXPECT_EQ(log.text, "JPKI_AllowLastTry -> CKR_OK");
    LastLine more(LogLevel::info);
    trace(more, "JPKI_AllowLastTry", fail(Errc::card_removed, "gone"), LogLevel::warning);
    EXPECT_EQ(more.text, "JPKI_AllowLastTry -> CKR_DEVICE_REMOVED (gone)");
}

TEST(Trace, ShowsNumbersAsTheyAreAndPointersAsSet) {
    EXPECT_EQ(line(Fn::C_Sign, {}, {3, 1, 51, 0, 1}),
              "C_Sign -> CKR_OK [hSession=3, pData=set, ulDataLen=51, pSignature=NULL, pulSignatureLen=set]");
    EXPECT_EQ(line(Fn::C_GetMechanismInfo, fail(Errc::mechanism_invalid), {1, 0x40, 1}),
              "C_GetMechanismInfo -> CKR_MECHANISM_INVALID [slotID=1, type=0x40, pInfo=set]");
    EXPECT_EQ(line(Fn::C_OpenSession, fail(Errc::arguments_bad, "why"), {0, 6, 0, 1, 0}),
              "C_OpenSession -> CKR_ARGUMENTS_BAD (why) [slotID=0, flags=0x6, pApplication=NULL, Notify=set, "
              "phSession=NULL]");
}

TEST(Trace, NeverShowsHowLongATextIs) {
    EXPECT_EQ(line(Fn::C_Login, {}, {7, 1, 1, 4}),
              "C_Login -> CKR_OK [hSession=7, userType=1, pPin=set, ulPinLen=**]");
    EXPECT_EQ(line(Fn::C_SetPIN, {}, {1, 1, 54321, 1, 54321}).find("54321"), std::string::npos);
    EXPECT_EQ(line(Fn::C_LoginUser, {}, {1, 1, 1, 54321, 1, 54321}).find("54321"), std::string::npos);
    EXPECT_EQ(line(Fn::C_InitToken, {}, {1, 1, 54321, 1}).find("54321"), std::string::npos);
    EXPECT_EQ(line(Fn::C_InitPIN, {}, {1, 1, 54321}).find("54321"), std::string::npos);
}

TEST(Trace, NamesTheArgumentsOfEveryFunction) {
    const struct {
        Fn function;
        std::string arguments;  // "(slotID, pInfo)"
    } kAll[] = {
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) {Fn::name, #arguments},
#include "entry/functions.def"
#undef JPKI_FUNCTION
    };
    for (const auto& row : kAll) {
        const auto count = static_cast<std::size_t>(std::ranges::count(row.arguments, ',')) + 1;
        const std::string all = line(row.function, {}, std::vector<CK_ULONG>(count, 1));
        // Without the values it is the argument list.
        std::string names = "(";
        bool value = false;
        for (const char c : all.substr(all.find('[') + 1)) {
            if (c == '=') value = true;
            if (c == ',' || c == ']') value = false;
            if (!value) names += c == ']' ? ')' : c;
        }
        EXPECT_EQ(names, row.arguments);
    }
}

TEST(Trace, ArgumentsAreDetail) {
    LastLine log(LogLevel::info);
    trace(log, Fn::C_GetInfo, fail(Errc::arguments_bad), std::array<CK_ULONG, 1>{0});
    EXPECT_EQ(log.text, "C_GetInfo -> CKR_ARGUMENTS_BAD");
}

TEST(Trace, TakesOfAPointerOnlyWhetherItIsOne) {
    CK_UTF8CHAR pin[] = {'1', '2', '3', '4'};
    const CK_NOTIFY none = nullptr;
    EXPECT_EQ(loggable(&pin[0]), 1U);
    EXPECT_EQ(loggable(static_cast<CK_UTF8CHAR_PTR>(nullptr)), 0U);
    EXPECT_EQ(loggable(none), 0U);
    EXPECT_EQ(loggable(CK_ULONG{51}), 51U);
    EXPECT_EQ(loggable(CK_BBOOL{CK_TRUE}), 1U);
}

}  // namespace
}  // namespace jpki::p11
