#include "probe/guard.hpp"

#include <gtest/gtest.h>

#include "probe/table.hpp"
#include "scripted_connection.hpp"

namespace jpki::probe {
namespace {

using card::testing::hex;
using card::testing::ScriptedConnection;

const Bytes kSelectJpki = hex("00A4040C0AD392F000260100000001");
const Bytes kSelectManager = hex("00A4040C07A0000001510000");
const Bytes kSelectHelper = hex("00A4040C0AD3921000310001010408");

bool allowed(const Bytes& apdu, const Bytes& application = kSelectJpki) {
    Guard guard;
    EXPECT_TRUE(guard.allows(application));
    return guard.allows(apdu);
}
bool allowed_after_power_up(const Bytes& apdu) { return Guard().allows(apdu); }

TEST(ProbeGuard, LetsEveryCommandOfTheTablePass) {
    Guard guard;
    for (const Command& command : commands())
        EXPECT_TRUE(guard.allows(command.apdu.bytes())) << command.id;
}

// Whatever follows the header: nothing, an Le, an Lc with data, both.
TEST(ProbeGuard, KnowsFourInstructionsOfOneClass) {
    const Bytes bodies[] = {{},
                            {0x00},
                            {0x04},
                            {0x01, 0x31},
                            {0x02, 0x00, 0x18},
                            {0x04, 0x31, 0x32, 0x33, 0x34},
                            {0x04, 0x31, 0x32, 0x33, 0x34, 0x00}};
    Guard selected;
    ASSERT_TRUE(selected.allows(kSelectJpki));
    // Eleven million of them: one buffer for each body, and a copy of the guard.
    for (const Bytes& body : bodies) {
        Bytes apdu(4);
        append(apdu, body);
        for (unsigned cla = 0; cla < 256; ++cla) {
            apdu[0] = static_cast<std::uint8_t>(cla);
            for (unsigned ins = 0; ins < 256; ++ins) {
                if (cla == 0 && (ins == 0xA4 || ins == 0xB0 || ins == 0x20 || ins == 0xCA)) continue;
                apdu[1] = static_cast<std::uint8_t>(ins);
                for (const std::uint8_t p1 :
                     std::initializer_list<std::uint8_t>{0x00, 0x02, 0x04, 0x80, 0x86}) {
                    apdu[2] = p1;
                    for (const std::uint8_t p2 :
                         std::initializer_list<std::uint8_t>{0x00, 0x0C, 0x80, 0x98, 0x9B}) {
                        apdu[3] = p2;
                        Guard guard = selected;
                        ASSERT_FALSE(guard.allows(apdu)) << to_hex(apdu);
                    }
                }
            }
        }
    }
}

TEST(ProbeGuard, LetsNoVerifyWithAnByteMoreThanItsHeaderPass) {
    for (unsigned p2 = 0; p2 < 256; ++p2) {
        for (unsigned p1 = 0; p1 < 256; ++p1) {
            const Bytes query{0x00, 0x20, static_cast<std::uint8_t>(p1), static_cast<std::uint8_t>(p2)};
            EXPECT_EQ(allowed(query), p1 == 0 && (p2 == 0x80 || p2 == 0x98)) << to_hex(query);
            Bytes longer = query;
            for (unsigned more = 0; more < 24; ++more) {
                longer.push_back(more == 0 ? 0x04 : 0x31);
                ASSERT_FALSE(allowed(longer)) << to_hex(longer);
            }
        }
    }
    EXPECT_FALSE(allowed(hex("00 20 00 80 00")));
    EXPECT_FALSE(allowed(hex("00 20 00 80 00 00 04 31 32 33 34")));
}

Bytes select_file(unsigned file) {
    return {0x00,
            0xA4,
            0x02,
            0x0C,
            0x02,
            static_cast<std::uint8_t>(file >> 8U),
            static_cast<std::uint8_t>(file & 0xFFU)};
}
std::vector<unsigned> files_allowed_in(const Bytes& application) {
    std::vector<unsigned> files;
    for (unsigned file = 0; file < 65536; ++file) {
        if (allowed(select_file(file), application)) files.push_back(file);
    }
    return files;
}

TEST(ProbeGuard, KnowsSevenFilesAndNoKey) {
    EXPECT_EQ(files_allowed_in(kSelectJpki),
              (std::vector<unsigned>{0x0001, 0x0002, 0x0006, 0x0008, 0x000A, 0x0018, 0x001B}));
    EXPECT_TRUE(files_allowed_in(kSelectManager).empty());
    EXPECT_FALSE(allowed_after_power_up(select_file(0x000A)));
}

// The individual number is in that application; its PIN is 0011.
TEST(ProbeGuard, KnowsOfTheSurfaceHelperNothingButAKeyThatIsLocked) {
    EXPECT_EQ(files_allowed_in(kSelectHelper), (std::vector<unsigned>{0x0012}));
    EXPECT_TRUE(allowed(hex("00200080"), kSelectHelper));
    EXPECT_FALSE(allowed(hex("0020008004"), kSelectHelper));
    for (unsigned p2 = 0; p2 < 256; ++p2)
        EXPECT_EQ(allowed({0x00, 0x20, 0x00, static_cast<std::uint8_t>(p2)}, kSelectHelper), p2 == 0x80);
    EXPECT_FALSE(allowed(hex("00B0000000"), kSelectHelper));
    EXPECT_FALSE(allowed(hex("00B0860004"), kSelectHelper));
}

TEST(ProbeGuard, KnowsTwoObjectsOfTheCard) {
    for (const char* object : {"00CA006600", "00CA5F5100"}) {
        EXPECT_TRUE(allowed_after_power_up(hex(object)));
        EXPECT_TRUE(allowed(hex(object)));
    }
    for (unsigned tag = 0; tag < 65536; ++tag) {
        const Bytes apdu{0x00, 0xCA, static_cast<std::uint8_t>(tag >> 8U),
                         static_cast<std::uint8_t>(tag & 0xFFU), 0x00};
        EXPECT_EQ(allowed_after_power_up(apdu), tag == 0x0066 || tag == 0x5F51) << tag;
    }
    for (const char* form : {"00CA0066", "00CA006610", "00CA0066000000", "80CA006600", "00CA00660131"})
        EXPECT_FALSE(allowed_after_power_up(hex(form))) << form;
}

// Which application is selected is then not known: it could be one of which less may be asked.
TEST(ProbeGuard, KnowsWhenASelectWasRefusedAndWhenTheCardWasReset) {
    Guard guard;
    ASSERT_TRUE(guard.allows(kSelectJpki));
    guard.answered(kSelectJpki, hex("6F00"));
    EXPECT_FALSE(guard.allows(hex("00B0000000")));
    EXPECT_FALSE(guard.allows(hex("00200080")));
    ASSERT_TRUE(guard.allows(kSelectJpki));
    guard.answered(kSelectJpki, {});
    EXPECT_FALSE(guard.allows(hex("00B0000000")));
    ASSERT_TRUE(guard.allows(kSelectJpki));
    guard.answered(kSelectJpki, hex("9000"));
    EXPECT_TRUE(guard.allows(hex("00B0000000")));
    guard.answered(select_file(0x000A), hex("6A82"));
    EXPECT_TRUE(guard.allows(hex("00B0000000")));
    guard.forget();
    EXPECT_FALSE(guard.allows(hex("00B0000000")));
}

TEST(ProbeGuard, KnowsThreeApplicationsByTheirWholeNames) {
    EXPECT_TRUE(allowed(hex("00A4040C0AD392F000260100000001")));
    EXPECT_FALSE(allowed(hex("00A4040C09D392F0002601000000")));
    EXPECT_FALSE(allowed(hex("00A4040C0AD392F00026010000000100")));
    EXPECT_FALSE(allowed(hex("00A4040C0BD392F000260100000001")));
    EXPECT_FALSE(allowed(hex("00A404000AD392F000260100000001")));
    // The applications that hold the individual number and the photograph.
    EXPECT_FALSE(allowed(hex("00A4040C0AD3921000310001010402")));
    EXPECT_FALSE(allowed(hex("00A4040C0AD3921000310001010100")));
}

TEST(ProbeGuard, ReadsOnly) {
    EXPECT_TRUE(allowed(hex("00B0000000")));
    EXPECT_TRUE(allowed(hex("00B0860004")));
    EXPECT_FALSE(allowed(hex("00B0810004")));  // the signature certificate by short identifier
    EXPECT_FALSE(allowed(hex("00B00000")));
    EXPECT_FALSE(allowed(hex("00B000000131")));
    EXPECT_FALSE(allowed(hex("00B00000013104")));
    EXPECT_FALSE(allowed(hex("00D6000001")));
    EXPECT_FALSE(allowed({}));
}

TEST(ProbeGuard, LetsNoMoreThanFourBytesOfTheSignatureCertificateBeRead) {
    const Bytes first_four = hex("00B0000004");
    Guard guard;
    ASSERT_TRUE(guard.allows(kSelectJpki));
    ASSERT_TRUE(guard.allows(hex("00A4020C020001")));
    EXPECT_TRUE(guard.allows(first_four));
    for (const char* more : {"00B0000005", "00B0000000", "00B0000404", "00B00000000100", "00B0860004"})
        EXPECT_FALSE(guard.allows(hex(more))) << more;
    // Another SELECT may have failed and left it selected.
    ASSERT_TRUE(guard.allows(hex("00A4020C02000A")));
    EXPECT_FALSE(guard.allows(hex("00B0000000")));
    ASSERT_TRUE(guard.allows(hex("00A4040C0AD392F000260100000001")));
    EXPECT_TRUE(guard.allows(hex("00B0000000")));
}

TEST(ProbeGuard, StandsBeforeTheReader) {
    auto scripted = std::make_unique<ScriptedConnection>();
    scripted->on("00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01", "90 00");
    scripted->on("00 20 00 80", "63 C3");
    GuardedConnection guarded(std::move(scripted));
    EXPECT_TRUE(failed_with(guarded.transmit(hex("00 20 00 80"), kNever), Errc::internal));
    ASSERT_TRUE(guarded.transmit(kSelectJpki, kNever));
    EXPECT_TRUE(failed_with(guarded.transmit(hex("00 20 00 80 04 31 32 33 34"), kNever), Errc::internal));
    EXPECT_TRUE(failed_with(guarded.transmit(hex("00 24 01 80 04 31 32 33 34"), kNever), Errc::internal));
    EXPECT_TRUE(failed_with(guarded.transmit(hex("80 2A 00 80 01 00 00"), kNever), Errc::internal));
    const auto answer = guarded.transmit(hex("00 20 00 80"), kNever);
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, hex("63C3"));
}

}  // namespace
}  // namespace jpki::probe
