// A FileCard with the individual-number card's profile on a scripted connection, and the commands that its
// tests have in common. Files hold bytes that only look like certificates: the engine reads no further than
// their DER header.
#pragma once

#include "my_number/my_number.hpp"
#include "profile/file_card.hpp"
#include "recorded_log.hpp"
#include "scripted_connection.hpp"
#include "waist/random.hpp"

namespace jpki::card::testing {

constexpr KeyPurpose kAuth = KeyPurpose::authentication;
constexpr KeyPurpose kSign = KeyPurpose::signature;
constexpr CertRole kUser = CertRole::user;
constexpr CertRole kAuthority = CertRole::authority;

constexpr const char* kSelectApplication = "00A4040C 0A D392F000260100000001";
constexpr const char* kSelectManager = "00A4040C 07 A0000001510000";
constexpr const char* kSelectHelper = "00A4040C 0A D3921000310001010408";
constexpr const char* kReadIdentity = "00B08A0000";

class PatternRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) noexcept override {
        for (std::uint8_t& byte : out)
            byte = next_++;
    }
    void restart() { next_ = 0x40; }

  private:
    std::uint8_t next_ = 0x40;
};

// A DER object of `total` bytes (at least 260), its content different for different seeds.
inline Bytes certificate(std::size_t total, unsigned seed = 1) {
    Bytes der = hex("3082");
    der.push_back(static_cast<std::uint8_t>((total - 4) >> 8U));
    der.push_back(static_cast<std::uint8_t>((total - 4) & 0xFFU));
    while (der.size() < total)
        der.push_back(static_cast<std::uint8_t>(der.size() * 31 + seed));
    return der;
}

class FileCardTest : public ::testing::Test {
  protected:
    FileCardTest() { card_.serve(connection_, {}); }
    static constexpr std::size_t kSize = 1000;

    // A lease on a card that knows short identifiers.
    void open_short() {
        connection_.on(kSelectApplication, "9000").on(kReadIdentity, slice(file_, 0, 256), "9000");
        ASSERT_TRUE(card_.open());
        connection_.expect_done();
    }
    // A lease on one that does not, the first and any later one.
    void open_long() {
        connection_.on(kSelectApplication, "9000").on(kReadIdentity, "6A86");
        ASSERT_TRUE(card_.open());
        connection_.expect_done();
    }
    void log_in_short(KeyPurpose purpose) {
        const std::string p2 = purpose == kAuth ? "98" : "9B";
        connection_.on("002000" + p2, "63C3").on("002000" + p2 + "04 31323334", "9000");
        ASSERT_TRUE(card_.read_counter(purpose));
        ASSERT_TRUE(card_.verify(purpose, &pin_));
        connection_.expect_done();
    }
    static std::string seen(const Result<PinCounter>& counter) {
        if (!counter) return "error";
        return counter->tries ? std::to_string(int{*counter->tries}) : "not reported";
    }

    Bytes file_ = certificate(kSize);
    SecretBytes pin_{ByteView(hex("31323334"))};
    PatternRandom random_;
    RecordedLog log_;
    ScriptedConnection connection_;
    FileCard card_{kMyNumber, random_, log_};
};

}  // namespace jpki::card::testing
