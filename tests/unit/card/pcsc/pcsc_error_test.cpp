#include "pcsc/pcsc_error.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace jpki::card::pcsc {

TEST(PcscError, KnowsEveryCodeOfTheInstalledHeader) {
    std::ifstream header(JPKI_PCSCLITE_H);
    ASSERT_TRUE(header) << JPKI_PCSCLITE_H;
    int seen = 0;
    for (std::string line; std::getline(header, line);) {
        // #define SCARD_E_TIMEOUT  ((LONG)0x8010000A) /**< ... */
        std::istringstream words(line);
        std::string define;
        std::string name;
        std::string value;
        words >> define >> name >> value;
        constexpr std::string_view kCast = "((LONG)";
        if (define != "#define" || !name.starts_with("SCARD_") || !value.starts_with(kCast)) continue;
        const auto code = static_cast<std::uint32_t>(std::stoul(value.substr(kCast.size()), nullptr, 16));
        if (code == 0) continue;  // SCARD_S_SUCCESS
        ++seen;
        EXPECT_TRUE(is_known(code)) << name;
        EXPECT_STRNE(to_error(code).what, "") << name;
        EXPECT_EQ(to_error(code).detail, code) << name;
    }
    EXPECT_GE(seen, 55);
}

TEST(PcscError, TellsApartWhatCallersActOn) {
    const auto code_of = [](std::uint32_t code) { return to_error(code).code; };
    EXPECT_EQ(code_of(0x8010000C), Errc::no_card);
    EXPECT_EQ(code_of(0x80100069), Errc::card_removed);
    EXPECT_EQ(code_of(0x80100068), Errc::card_reset);
    EXPECT_EQ(code_of(0x80100066), Errc::card_mute);  // W_UNRESPONSIVE_CARD
    EXPECT_EQ(code_of(0x80100067), Errc::card_mute);  // W_UNPOWERED_CARD
    EXPECT_EQ(code_of(0x80100016), Errc::card_mute);  // E_NOT_TRANSACTED
    EXPECT_EQ(code_of(0x80100017), Errc::reader_gone);
    EXPECT_EQ(code_of(0x80100009), Errc::reader_gone);
    EXPECT_EQ(code_of(0x8010000B), Errc::reader_busy);
    EXPECT_EQ(code_of(0x8010001D), Errc::service_unavailable);  // E_NO_SERVICE
    EXPECT_EQ(code_of(0x8010001E), Errc::service_unavailable);  // E_SERVICE_STOPPED
    EXPECT_EQ(code_of(0x80100013), Errc::service_unavailable);  // F_COMM_ERROR
    EXPECT_EQ(code_of(0x8010006A), Errc::access_denied);
    EXPECT_EQ(code_of(0x80100006), Errc::no_memory);
    EXPECT_EQ(code_of(0x80100001), Errc::transport);
}

TEST(PcscError, NamesThePolkitActionAndTheProtocolVersions) {
    EXPECT_NE(std::string(to_error(0x8010006A).what).find("org.debian.pcsc-lite.access_pcsc"),
              std::string::npos);
    EXPECT_NE(std::string(to_error(0x8010001E).what).find("protocol versions"), std::string::npos);
}

TEST(PcscError, NeverSaysAnythingAboutAPin) {
    for (std::uint32_t code = 0x80100000; code < 0x80100100; ++code) {
        EXPECT_NE(to_error(code).code, Errc::pin_incorrect);
        EXPECT_NE(to_error(code).code, Errc::pin_locked);
    }
}

TEST(PcscError, CallsAnUnknownCodeTransport) {
    for (const std::uint32_t code : {1U, 0x80100070U, 0xFFFFFFFFU}) {
        EXPECT_FALSE(is_known(code));
        EXPECT_EQ(to_error(code).code, Errc::transport);
        EXPECT_EQ(to_error(code).detail, code);
    }
}

}  // namespace jpki::card::pcsc
