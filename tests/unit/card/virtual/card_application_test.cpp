// What is the card's own: common data, residence record, the card manager's objects; and the commands that
// exist in every application, whatever they answer there.
#include <set>

#include "surface_help.hpp"

namespace jpki::vcard::test {
namespace {

TEST(CommonApplication, TellsTheCardsNumberTownAndEndInOneRecord) {
    SurfaceCard card("0100");
    EXPECT_EQ(card.data("00B2010C00"), to_bytes(std::string_view("\x01\x1C"
                                                                 "400000000000001"
                                                                 "99901"
                                                                 "20330305")));
    EXPECT_EQ(card.sw("00B2020C00"), "6A83");
    EXPECT_EQ(card.sw("00B2010400"), "9000") << "the file is current now";
    EXPECT_EQ(card.sw("00B0000000"), "6981");
}

TEST(CommonApplication, SharesAKeyReferenceWithTheResidenceRecord) {
    SurfaceCard card("0100");
    const Bytes reference = card.data("00B2011400");
    EXPECT_EQ(reference.size(), 16U);
    card.select("0401");
    EXPECT_EQ(card.data("00B2011400"), reference);
}

TEST(CommonApplication, AnswersAChallengeWithoutAPin) {
    SurfaceCard card("0100");
    const std::string longest(510, '5');
    for (const std::string& challenge :
         {std::string("01 AA"), std::string("10 00112233445566778899AABBCCDDEEFF"), "FF" + longest}) {
        const Bytes signature = card.data("00880099" + challenge + "00");
        ASSERT_EQ(signature.size(), 256U) << challenge;
        EXPECT_EQ(card.data("00880099" + challenge + "00"), signature) << "the same each time";
    }
    EXPECT_EQ(card.sw("00A4020C020019"), "9000");
    EXPECT_EQ(card.sw("0088008001AA00"), "9000") << "as the current file";
    EXPECT_EQ(card.sw("0088019901AA00"), "6A86");
    EXPECT_EQ(card.sw("0088009900"), "6700");
    EXPECT_EQ(card.sw("0088009901AA"), "6700");
    EXPECT_EQ(card.sw("802A00990361626300"), "6985") << "it answers nothing else";
}

// SHA-256 in a DigestInfo in PKCS#1 v1.5, by the key that is in the image.
TEST(CommonApplication, SignsTheChallengesDigest) {
    SurfaceCard card("0100");
    const Image& image = card.image();
    const Bytes signature = card.data("0088009903 616263 00");
    for (const Application& application : image.applications) {
        for (const File& file : application.files) {
            if (file.role != Role::kCommonKey) continue;
            Bytes encoded = hex("900301000191820100");
            append(encoded, RsaKey::from_der(file.body)->modulus());
            EXPECT_TRUE(signed_by(public_key(encoded), to_bytes(std::string_view("abc")), signature));
        }
    }
    EXPECT_EQ(card.oracle().other_keys.signatures, 1U);
}

TEST(InternalAuthenticate, IsRefusedByEveryOtherKey) {
    JpkiCard jpki;
    EXPECT_EQ(jpki.sw("0088009701AA00"), "6982");
    EXPECT_EQ(jpki.sw(kVerifyAuth), "9000");
    EXPECT_EQ(jpki.sw("0088009701AA00"), "6982") << "logged in or not";
    EXPECT_EQ(jpki.sw("0088009A01AA00"), "6982");
    EXPECT_EQ(jpki.sw("0088008A01AA00"), "6981");
    EXPECT_EQ(jpki.oracle().auth_key.signatures, 0U);
    EXPECT_EQ(SurfaceCard("0408").sw("0088009301AA00"), "6985");
    EXPECT_EQ(SurfaceCard("0402").sw("0088009A01AA00"), "6985");
    EXPECT_EQ(SurfaceCard("0401").sw("0088009901AA00"), "6A82");
}

TEST(SetSessionKey, ExistsEverywhereAndIsRefusedForDifferentReasons) {
    EXPECT_EQ(SurfaceCard("0100").sw("80AE0000"), "66F1");
    EXPECT_EQ(SurfaceCard("0402").sw("80AE0000"), "66F1");
    EXPECT_EQ(SurfaceCard("0401").sw("80AE0000"), "6982");
    EXPECT_EQ(JpkiCard().sw("80AE0000"), "6982");
}

TEST(SetSessionKey, IsTakenInTheTextApplicationAfterThePin) {
    SurfaceCard card("0408");
    const std::string command = "80AE0000 000100" + std::string(512, '7');
    EXPECT_EQ(card.sw(command), "6982");
    EXPECT_EQ(card.present("0014", kMyNumber), "9000");
    EXPECT_EQ(card.sw(command), "6982") << "secret A is not enough";
    EXPECT_EQ(card.present("0011", "1234"), "9000");
    EXPECT_EQ(card.sw(command), "9000");
    EXPECT_EQ(card.sw("80AE0000 10" + std::string(32, '7')), "6A80");
}

TEST(SetPublicKey, RefusesTheParametersThatHaveBeenTried) {
    JpkiCard card;
    for (const char* parameters : {"0000", "00AE", "8000", "00B6"})
        EXPECT_EQ(card.sw("80A2" + std::string(parameters) + "01AA"), "6A86") << parameters;
    EXPECT_EQ(card.sw("80A2009601AA"), "6982");
}

TEST(ChangeKey, ChangesThePinsOfCommonAndResidence) {
    for (const char* application : {"0100", "0401"}) {
        SurfaceCard card(application);
        card.sw("00A4020C02001C");
        EXPECT_EQ(card.sw("8032008004 35363738"), "6982");
        EXPECT_EQ(card.sw("0020008004 31323334"), "9000");
        EXPECT_EQ(card.sw("0024018004 35363738"), "6985") << "JPKI's form";
        EXPECT_EQ(card.sw("8032008004 35363738"), "9000");
        EXPECT_EQ(card.present("001C", "5678"), "9000");
        EXPECT_EQ(card.sw("8032018004 35363738"), "6A86");
        EXPECT_EQ(card.sw("00200080"), "63C3");
    }
}

TEST(ChangeKey, IsNotForTheOtherApplications) {
    JpkiCard card;
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.sw("8032009804 35363738"), "6985");
    EXPECT_EQ(card.oracle().auth_pin.changes, 0U);
    SurfaceCard visual("0402");
    visual.present("0011", "600305");
    EXPECT_EQ(visual.sw("8032008006 313131313131"), "6985");
    EXPECT_EQ(visual.sw("0024018006 313131313131"), "6985");
}

TEST(Key, WithoutALimitTellsNoCounter) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00200090"), "6300");
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(card.sw("0020009004 31323334"), "6300");
    SurfaceCard common("0100");
    EXPECT_EQ(common.sw("0020009E"), "6300");
    EXPECT_EQ(common.oracle().other_pins.queries, 1U);
}

TEST(CardManager, HoldsObjectsOfKnownShapes) {
    TestCard card;
    EXPECT_EQ(card.data("00CA004200").size(), 16U);
    EXPECT_EQ(card.data("00CA004500"), to_bytes(std::string_view("400000000000001")));
    EXPECT_EQ(card.data("00CA006600"), hex("732F 06072A864886FC6B01 600C060A2A864886FC6B02020101"
                                           "630906072A864886FC6B03 640B06092A864886FC6B040255"))
        << "without the template 66";
    EXPECT_EQ(card.data("00CA00F000"), to_bytes(std::string_view("99901")));
    EXPECT_EQ(card.data("00CA00F200"), to_bytes(std::string_view("20330305")));
    EXPECT_EQ(card.data("00CA00F700").size(), 16U);
    EXPECT_EQ(card.sw("00CA9F7F00"), "6A88");
}

TEST(CardManager, HoldsTwoCertificatesThatAShortLeCannotFetch) {
    TestCard card;
    for (const char* tag : {"00F8", "7F21"}) {
        EXPECT_EQ(card.sw("00CA" + std::string(tag) + "00"), "6700") << tag;
        EXPECT_EQ(card.sw("00CA" + std::string(tag) + "000232"), "6700") << "one byte too few";
        EXPECT_EQ(card.data("00CA" + std::string(tag) + "000233").size(), 563U) << tag;
        EXPECT_EQ(to_hex(slice(card.data("00CA" + std::string(tag) + "000000"), 0, 5)), "5F4E820129");
    }
}

TEST(CardManager, ChainsItsCertificates) {
    TestCard card;
    const std::vector<Object> upper = objects(card.data("00CA00F8000000"));
    const std::vector<Object> lower = objects(card.data("00CA7F21000000"));
    ASSERT_EQ(upper.size(), 2U);
    ASSERT_EQ(lower.size(), 2U);
    EXPECT_EQ(to_hex(slice(upper[0].value, 0, 7)), "36303030303230") << "6000020";
    const Bytes between = card.data("00CA00F700");
    EXPECT_EQ(to_bytes(slice(upper[0].value, 16, 16)), between);
    EXPECT_EQ(to_bytes(slice(lower[0].value, 0, 16)), between);
    EXPECT_EQ(lower[1].tag, 0x5F37U);
    EXPECT_TRUE(signed_by(public_key(slice(upper[0].value, 32)), lower[0].value, lower[1].value));
}

TEST(CardManager, AnswersWhereItIsSelectedAndAfterPowerUpOnly) {
    TestCard card;
    EXPECT_EQ(card.text("00CA5F5100"), "E000FF8131FE4514");
    for (const char* last : {"0408", "0402", "0401", "0100"}) {
        card.sw("00A4040C0AD392100031000101" + std::string(last));
        EXPECT_EQ(card.sw("00CA004500"), "6A88") << last;
    }
    card.sw(kSelectManager);
    EXPECT_EQ(card.sw("00CA004500"), "9000");
}

TEST(SelectNext, GoesThroughTheApplicationsOfOnePrefix) {
    TestCard card;
    std::set<std::string> names;
    for (std::string p2 = "00"; names.size() < 10; p2 = "02") {
        const std::string answer = to_hex(card.send("00A404" + p2 + "02D39200"));
        if (!answer.starts_with("6F")) {
            EXPECT_EQ(answer, "6A82");
            break;
        }
        EXPECT_TRUE(names.insert(answer).second) << "twice: " << answer;
    }
    EXPECT_EQ(names.size(), 5U);
    EXPECT_EQ(card.sw("00A4020202001C"), "6A86") << "of files there is one each";
}

TEST(SelectByNoName, IsTheCardManager) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00A4040000"), "9000");
    EXPECT_EQ(card.sw("00CA004500"), "9000");
    card.set("neutral-aid", "absent");
    EXPECT_EQ(card.sw("00A4040000"), "6A82");
}

}  // namespace
}  // namespace jpki::vcard::test
