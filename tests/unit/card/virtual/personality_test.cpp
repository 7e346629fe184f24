// The table of switches, and what each value changes: one observable fact a value.
#include "virtual/personality.hpp"

#include <algorithm>
#include <set>

#include "test_card.hpp"

namespace jpki::vcard::test {
namespace {

TEST(Personality, NamesAreUniqueAndEverySwitchIsExplained) {
    std::set<std::string_view> names;
    for (const SwitchInfo& row : personality_switches()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_GE(row.value_count(), 2U) << row.name;
        EXPECT_TRUE(row.meaning.ends_with('.')) << row.name;
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(Switch::kCount));
}

TEST(Personality, StartsWithTheFirstValueOfEveryRow) {
    const Personality fresh;
    for (std::size_t i = 0; i < personality_switches().size(); ++i) {
        EXPECT_EQ(fresh.get(static_cast<Switch>(i)), personality_switches()[i].values[0]);
        EXPECT_TRUE(fresh.is_default(static_cast<Switch>(i)));
    }
}

TEST(Personality, TakesEveryValueOfTheTableAndNoOther) {
    for (const SwitchInfo& row : personality_switches()) {
        Personality personality;
        for (std::size_t i = 0; i < row.value_count(); ++i) {
            EXPECT_TRUE(personality.set(row.name, row.values[i])) << row.name;
        }
        EXPECT_FALSE(personality.set(row.name, "")) << row.name;
        EXPECT_FALSE(personality.set(row.name, "perhaps")) << row.name;
    }
    Personality personality;
    EXPECT_FALSE(personality.set("no-such-switch", "yes"));
    EXPECT_FALSE(personality.set("sfi"));
    EXPECT_TRUE(personality.set("BLOCKED-QUERY=63C0")) << "case does not matter";
    EXPECT_EQ(personality.get(Switch::kBlockedQuery), "63c0");
}

TEST(PersonalitySets, AreNamesForSwitchesThatExist) {
    std::set<std::string_view> names;
    for (const PersonalitySet& row : personality_sets()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_TRUE(row.meaning.ends_with('.')) << row.name;
        Personality chosen;
        for (const std::string_view setting : row.settings)
            EXPECT_TRUE(setting.empty() || chosen.set(setting)) << setting;
        Personality named;
        EXPECT_TRUE(named.set(row.name));
        EXPECT_EQ(named, chosen);
        for (const SwitchInfo& other : personality_switches())
            EXPECT_NE(row.name, other.name);
    }
    EXPECT_FALSE(Personality().set("seen-1868"));
}

TEST(PersonalitySets, LeaveTheOtherSwitchesAlone) {
    Personality personality;
    personality.set("sfi=no");
    EXPECT_TRUE(personality.set("SEEN-2025"));
    EXPECT_TRUE(personality.is(Switch::kSfi, "no"));
    EXPECT_TRUE(personality.is(Switch::kFirstCommand, "6f00"));
}

TEST(PersonalitySets, ACardOf2025) {
    TestCard card;
    ASSERT_TRUE(card.set("seen-2025"));
    EXPECT_EQ(to_hex(card.atr()), "3B888001000005E0B381A1007F");
    for (int i = 0; i < 2; ++i) {
        card.power_off();
        card.power_on();
        EXPECT_EQ(card.sw(kSelectJpki), "6F00") << "at every power-up";
        EXPECT_EQ(card.sw(kSelectJpki), "9000");
    }
    EXPECT_EQ(card.text("00CA5F5100"), "E000FF8131FE4514");
    EXPECT_EQ(card.data("00B08A00000000").size(), 2048U);
    card.set_tries_left(Role::kAuthPin, 0);
    EXPECT_EQ(card.sw(kQueryAuth), "63C0");
    EXPECT_EQ(card.sw(kVerifyAuth), "6984");
}

TEST(PersonalitySets, ACardWithAShorterFile) {
    JpkiCard card;
    ASSERT_TRUE(card.set("seen-1900"));
    EXPECT_EQ(card.read_file(0x02).size(), 1900U);
    EXPECT_EQ(card.read_file(0x02).back(), 0x00);
    EXPECT_EQ(card.read_file(0x0B).size(), 2048U);
    EXPECT_EQ(card.read_file(0x0B).back(), 0x00);
    card.sw(kSelectText);
    card.sw("0020009104 31323334");
    EXPECT_EQ(card.read_file(0x02).back(), 0xFF) << "the surface's files end as ever";
}

// The authentication PIN with no tries left.
struct BlockedCard : JpkiCard {
    BlockedCard() { set_tries_left(Role::kAuthPin, 0); }
};

TEST(Personality, ABlockedPinAnswersItsQueryAndItsVerifyDifferently) {
    BlockedCard card;
    EXPECT_EQ(card.sw(kQueryAuth), "63C0");
    EXPECT_EQ(card.sw(kVerifyAuth), "6984");
}

TEST(Personality, BlockedPinsAnswerAsSet) {
    for (const auto& [value, expected] : {std::pair{"6984", "6984"}, {"6983", "6983"}, {"63c0", "63C0"}}) {
        BlockedCard card;
        card.set("blocked-query", value);
        EXPECT_EQ(card.sw(kQueryAuth), expected);
        EXPECT_EQ(card.sw(kVerifyAuth), "6984");
        card.set("blocked-verify", value);
        EXPECT_EQ(card.sw(kVerifyAuth), expected);
    }
}

TEST(Personality, VerifiedQuery) {
    JpkiCard card;
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.sw(kQueryAuth), "63C3");
    card.set("verified-query", "9000");
    EXPECT_EQ(card.sw(kQueryAuth), "9000");
    EXPECT_EQ(card.sw(kQuerySign), "63C5");
}

TEST(Personality, NeutralAid) {
    TestCard card;
    card.set("neutral-aid", "absent");
    EXPECT_EQ(card.sw(kSelectManager), "6A82");
    EXPECT_EQ(card.sw(kSelectText), "9000");
    card.set("neutral-aid", "all-absent");
    EXPECT_EQ(card.sw(kSelectText), "6A82");
    EXPECT_EQ(card.sw(kSelectJpki), "9000");
}

TEST(Personality, ForeignCardHasNoJpkiApplication) {
    TestCard card;
    card.set("family", "bank");
    EXPECT_EQ(card.sw(kSelectJpki), "6A82");
    EXPECT_EQ(card.sw(kSelectText), "6A82");
    EXPECT_EQ(card.sw(kSelectManager), "9000");
    card.set("family", "image");
    EXPECT_EQ(card.sw(kSelectJpki), "9000");
}

TEST(Personality, ShortIdentifiersUnknown) {
    JpkiCard card;
    card.set("sfi", "no");
    EXPECT_EQ(card.sw("00B0860000"), "6A86");
    EXPECT_EQ(card.sw(kQueryAuth), "6A86");
    EXPECT_EQ(card.sw(kVerifyAuth), "6A86");
    EXPECT_EQ(card.sw(kSignAuth), "6A86");
    card.sw("00A4020C020018");
    EXPECT_EQ(card.sw("0020008004 31323334"), "9000");
    card.sw("00A4020C020017");
    EXPECT_EQ(card.sw("802A008003 616263 00"), "9000");
}

TEST(Personality, PssUnknown) {
    JpkiCard card;
    card.set("pss", "no");
    card.sw(kVerifyAuth);
    const std::string hash(64, '0');
    EXPECT_EQ(card.sw("802A049720" + hash + "00"), "6A86");
    EXPECT_EQ(card.sw("802A059703 616263 00"), "6A86");
    EXPECT_EQ(card.sw("802A029720" + hash + "00"), "9000");
}

TEST(Personality, P1IsCheckedBeforeOrAfterTheSecurityStatus) {
    const std::string hash(64, '0');
    JpkiCard card;
    EXPECT_EQ(card.sw("802A7F9720" + hash + "00"), "6A86");
    EXPECT_EQ(card.sw("802A049720" + hash + "00"), "6982");
    card.set("p1-check", "after");
    EXPECT_EQ(card.sw("802A7F9720" + hash + "00"), "6982");
    EXPECT_EQ(card.sw("802A049720" + hash + "00"), "6982");
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.sw("802A7F9720" + hash + "00"), "6A86");
}

TEST(Personality, SignLength) {
    JpkiCard card;
    card.sw(kVerifyAuth);
    card.set("sign-length", "6700");
    EXPECT_EQ(card.sw("802A029701 AA 00"), "6700");
}

TEST(Personality, ExtendedLengthIsAcceptedUnlessRefused) {
    JpkiCard card;
    EXPECT_EQ(card.data("00B08A00000000").size(), 2048U) << "a whole certificate file at once";
    EXPECT_EQ(card.data("00B08A00000400").size(), 1024U);
    EXPECT_EQ(card.sw("00200098000004 31323334"), "9000");
    EXPECT_EQ(card.data("802A0097000003 616263 0100").size(), 256U);
    EXPECT_EQ(card.sw("00840000000008"), "6985");
    card.sw(kSelectManager);
    EXPECT_EQ(card.data("00CA7F21000000").size(), 563U);
    card.set("extended", "refused");
    EXPECT_EQ(card.sw("00CA7F21000000"), "6700");
    EXPECT_EQ(card.sw("00840000000008"), "6700");
}

TEST(Personality, ShortReads) {
    JpkiCard card;
    card.set("short-read", "6282");
    EXPECT_EQ(card.send("00B0869E00"), hex("3939 6282"));
    EXPECT_EQ(card.sw("00B0869E02"), "9000");
    card.set("short-read", "6cxx");
    EXPECT_EQ(card.send("00B0869E00"), hex("6C02"));
    EXPECT_EQ(card.sw("00B086A000"), "6B00");
}

TEST(Personality, Filler) {
    JpkiCard card;
    EXPECT_EQ(card.read_file(0x0A).back(), 0xFF);
    card.set("filler", "00");
    EXPECT_EQ(card.read_file(0x0A).back(), 0x00);
    EXPECT_EQ(card.read_file(0x0A).size(), 2048U);
    card.set("filler", "none");
    EXPECT_EQ(card.read_file(0x0A), card.image().certificate(Role::kAuthCert));
}

TEST(Personality, TokenInformationCutToItsLabel) {
    JpkiCard card;
    card.set("token-info", "32");
    EXPECT_EQ(card.read_file(0x06), to_bytes(std::string_view("JPKIAPICCTOKEN2                 ")));
}

TEST(Personality, FirstCommandAfterPowerUpFailsOnce) {
    TestCard card;
    card.set("first-command", "6f00");
    EXPECT_EQ(card.sw(kSelectJpki), "6F00");
    EXPECT_EQ(card.sw(kSelectJpki), "9000");
    card.reset();
    EXPECT_EQ(card.sw(kSelectJpki), "9000") << "a warm reset is no power-up";
    card.power_off();
    card.power_on();
    EXPECT_EQ(card.sw(kSelectJpki), "6F00");
}

TEST(Personality, GetResponseNeeded) {
    JpkiCard card;
    card.set("get-response", "needed");
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.send(kSignAuth), hex("6100"));
    EXPECT_EQ(card.data("00C0000080").size(), 128U);
    EXPECT_EQ(card.sw("00C0000040"), "6140");
    EXPECT_EQ(card.data("80C0000040").size(), 64U) << "in either class";
    EXPECT_EQ(card.sw("00C0000000"), "6985");
    EXPECT_EQ(card.send("00A404000AD392F00026010000000100"), hex("610E"));
    EXPECT_EQ(card.send("00C000000E"), hex("6F0C840AD392F0002601000000019000"));
    EXPECT_EQ(card.data("00B0860010").size(), 16U) << "case 2 commands answer at once";
}

TEST(Personality, GetResponseIsLostByAnyOtherCommand) {
    JpkiCard card;
    card.set("get-response", "needed");
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.sw(kSignAuth), "6100");
    card.sw(kQueryAuth);
    EXPECT_EQ(card.sw("00C0000000"), "6985");
}

TEST(Personality, CertificatesAbsentBlankOrGarbage) {
    JpkiCard card;
    card.sw(kVerifySign);
    for (const auto& [name, short_id, id, available] :
         {std::tuple{"auth-cert", 0x0AU, "000A", "8F0000"}, {"sign-cert", 0x01U, "0001", "008F00"}}) {
        card.set(name, "absent");
        EXPECT_EQ(card.sw(std::string("00A4020C02") + id), "6A82");
        EXPECT_EQ(card.text("00B0880000"), available);
        card.set(name, "blank");
        const Bytes blank = card.read_file(short_id);
        EXPECT_TRUE(!blank.empty() &&
                    std::ranges::all_of(blank, [](std::uint8_t byte) { return byte == 0xFF; }));
        EXPECT_EQ(card.text("00B0880000"), available);
        card.set(name, "garbage");
        const Bytes garbage = card.read_file(short_id);
        EXPECT_TRUE(starts_with(garbage, hex("30820600")));
        EXPECT_EQ(card.text("00B0880000"), "8F8F00");
        card.set(name, "present");
    }
}

TEST(Personality, PinsBlockedWhateverTheirCounter) {
    JpkiCard card;
    card.set("auth-pin", "blocked");
    card.set("sign-pin", "blocked");
    EXPECT_EQ(card.sw(kQueryAuth), "63C0");
    EXPECT_EQ(card.sw(kVerifySign), "6984");
    EXPECT_EQ(card.oracle().auth_pin.tries_left, 0U);
    card.set("auth-pin", "ok");
    EXPECT_EQ(card.sw(kQueryAuth), "63C3");
}

TEST(Personality, PinOfAWrongLength) {
    JpkiCard card;
    EXPECT_EQ(card.sw("0020009803 313233"), "63C2");
    card.set("pin-length", "6700");
    EXPECT_EQ(card.sw("0020009803 313233"), "6700");
    EXPECT_EQ(card.sw(kQueryAuth), "63C2");
}

TEST(Personality, PinRulesOfAChange) {
    JpkiCard card;
    card.sw(kVerifySign);
    EXPECT_EQ(card.sw("0024018006 616263313233"), "9000") << "unchecked: lower case goes in";
    card.set("pin-rules", "checked");
    EXPECT_EQ(card.sw("0024018006 616263313233"), "6A80");
    EXPECT_EQ(card.sw("0024018005 4142433132"), "6A80");
    EXPECT_EQ(card.sw("0024018006 414243313233"), "9000");
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.sw("0024018004 31323341"), "6A80");
    EXPECT_EQ(card.sw("0024018004 31323335"), "9000");
}

TEST(Personality, AnswersToReset) {
    TestCard card;
    EXPECT_EQ(to_hex(card.atr()), "3B888001000005E0B381A1007F");
    card.set("atr", "contact");
    EXPECT_EQ(to_hex(card.atr()), "3BE000FF8131FE4514");
    card.set("atr", "contact-historical");
    EXPECT_EQ(to_hex(card.atr()), "3BDA13FF8131FB468012392F31C173C601C03B");
    card.set("atr", "juki");
    EXPECT_EQ(to_hex(card.atr()), "3B888001000014E0B38191005E");
}

TEST(Personality, CheckBytesOfTheAnswersToResetAreRight) {
    for (const char* value : {"contactless", "contact-historical", "contact", "juki"}) {
        TestCard card;
        card.set("atr", value);
        std::uint8_t sum = 0;
        const Bytes atr = card.atr();
        for (const std::uint8_t byte : slice(atr, 1))
            sum ^= byte;
        EXPECT_EQ(sum, 0) << value << " (ISO 7816-3 §8.2.5)";
    }
}

TEST(Personality, WhereTheContactAnswerToResetIs) {
    for (const auto& [value, after_power_up, in_application] : {std::tuple{"power-on", "9000", "6A88"},
                                                                {"application", "6A88", "9000"},
                                                                {"anywhere", "9000", "9000"}}) {
        TestCard card;
        ASSERT_TRUE(card.set("contact-atr", value));
        EXPECT_EQ(card.sw("00CA5F5100"), after_power_up) << value;
        card.sw(kSelectJpki);
        EXPECT_EQ(card.sw("00CA5F5100"), in_application) << value;
        card.sw(kSelectManager);
        EXPECT_EQ(card.sw("00CA5F5100"), after_power_up) << value;
        EXPECT_EQ(card.sw("00CA004500"), "9000") << value;
    }
}

TEST(Personality, OlderCardsHaveOneCertificateOfTheCardManager) {
    TestCard card;
    card.set("lower-certificate", "absent");
    EXPECT_EQ(card.sw("00CA7F21000000"), "6A88");
    EXPECT_EQ(card.sw("00CA00F8000000"), "9000");
}

TEST(Personality, IsSavedWithTheImage) {
    JpkiCard card;
    std::size_t saves = 0;
    card.on_save([&](const Image& image) {
        EXPECT_TRUE(image.personality.is(Switch::kSfi, "no"));
        ++saves;
        return true;
    });
    EXPECT_TRUE(card.set("sfi", "no"));
    EXPECT_FALSE(card.set("sfi", "maybe"));
    EXPECT_EQ(saves, 1U);
}

}  // namespace
}  // namespace jpki::vcard::test
