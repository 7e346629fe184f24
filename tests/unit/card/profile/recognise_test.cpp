// A card that is not what was assumed of it: its token information names the family.
#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

constexpr TokenProfile kOldToken{
    .pin = {.min_length = 4, .max_length = 16, .max_tries = 5, .alphabet = Alphabet::upper_alphanumeric},
    .key = {.modulus_bits = 1024},
    .certificates = {{{.needs_login = true}, {.needs_login = false}}}};

// The signature key only, its files elsewhere.
Profile old_profile() {
    Profile made = kMyNumber;
    made.family = {.model = "Old Card", .tokens = {nullptr, &kOldToken}};
    made.token_label = "JPKIAPICCTOKEN";
    made.purposes[index_of(kSign)].certificates[index_of(kAuthority)] = {0x0007, 0x07};
    return made;
}

class Recognise : public FileCardTest {
  protected:
    // The family's model after an identification with that label in EF 0006.
    std::string model_with(std::string_view label, char filler, const char* issuer) {
        ScriptedConnection connection;
        FileCard card(kMyNumber, random_, log_, Logout::application, others_);
        card.serve(connection, {});
        connection.on(kSelectApplication, "9000").on(kReadIdentity, "6A82");
        EXPECT_TRUE(card.open());
        Bytes information = to_bytes(label);
        information.resize(32, static_cast<std::uint8_t>(filler));
        information.resize(160, '0');
        connection.on("00A4020C 02 000A", "6A82").on("00A4020C 02 0006", "9000");
        connection.on("00B0000000", information, "9000");
        connection.on(std::string("00A4020C 02 ") + issuer, "9000").on("00B0000000", "3003020101 9000");
        EXPECT_TRUE(card.identify());
        return std::string(card.family().model);
    }
    Profile old_ = old_profile();
    std::array<const Profile*, 1> others_{&old_};
};

TEST_F(Recognise, ByTheWholeLabelWithoutItsFiller) {
    EXPECT_EQ(model_with("JPKIAPICCTOKEN", ' ', "0007"), "Old Card");
    EXPECT_EQ(model_with("JPKIAPICCTOKEN", '\0', "0007"), "Old Card");
}

TEST_F(Recognise, KeepsTheAssumptionUnderAnyOtherLabel) {
    for (const char* label : {"JPKIAPICCTOKEN2", "JPKIAPICCTOKE", "jpkiapicctoken", "X JPKIAPICCTOKEN", ""})
        EXPECT_EQ(model_with(label, ' ', "0002"), "My Number Card") << label;
}

TEST_F(Recognise, DoesNotAskForTheCertificateAgain) {
    FileCard card(kMyNumber, random_, log_, Logout::application, others_);
    card.serve(connection_, {});
    Bytes information = to_bytes(std::string_view("JPKIAPICCTOKEN"));
    information.resize(160, ' ');
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, "6A82");
    ASSERT_TRUE(card.open());
    connection_.on("00A4020C 02 000A", "6A82").on("00A4020C 02 0006", "9000");
    connection_.on("00B0000000", information, "9000").on("00A4020C 02 0007", "6A82");
    ASSERT_TRUE(card.identify());
    connection_.on(kSelectApplication, "9000");
    ASSERT_TRUE(card.open());
    connection_.on("00A4020C 02 0006", "9000").on("00B0000000", information, "9000");
    connection_.on("00A4020C 02 0007", "6A82");
    EXPECT_TRUE(card.identify());
    EXPECT_EQ(card.family().tokens[index_of(kAuth)], nullptr);
}

TEST_F(Recognise, AFamilyWithoutTheAuthenticationKeyHasNoPssToAskFor) {
    FileCard card(old_, random_, log_);
    card.serve(connection_, {});
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, "6A82");
    ASSERT_TRUE(card.open());
    const auto answer = card.probe_pss();
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, PssAnswer::unknown);
    EXPECT_EQ(card.close(kNever), Disposition::leave);
}

TEST_F(Recognise, AFamilyWithoutTheAuthenticationKeyIsLoggedOutAsAnyOther) {
    FileCard card(old_, random_, log_);
    card.serve(connection_, {});
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, "6A82");
    ASSERT_TRUE(card.open());
    connection_.on("00A4020C 02 001B", "9000").on("00200080 04 31323334", "9000");
    ASSERT_TRUE(card.verify(kSign, &pin_));
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000");
    connection_.on("00A4020C 02 0001", "9000").on("00B0000001", "6982");
    EXPECT_EQ(card.close(kNever), Disposition::leave);
}

}  // namespace
}  // namespace jpki::card::testing
