#include "card/registry.hpp"

#include "recorded_log.hpp"
#include "scripted_connection.hpp"

namespace jpki::card::testing {
namespace {

struct NoRandom final : Random {
    void fill(std::span<std::uint8_t> out) noexcept override { std::ranges::fill(out, std::uint8_t{0}); }
};

TEST(Registry, AssumesTheIndividualNumberCard) {
    EXPECT_EQ(make_card_factory()->assumed_family().model, "My Number Card");
}

TEST(Registry, MakesCardsThatSendNothingBeforeTheyAreOpened) {
    ScriptedConnection connection;
    NoRandom random;
    RecordedLog log;
    const auto factory = make_card_factory();
    const auto card = factory->make(random, log, Logout::application);
    ASSERT_NE(card, nullptr);
    card->serve(connection, {});
    EXPECT_EQ(&card->family(), &factory->assumed_family());
    EXPECT_EQ(card->close(kNever), Disposition::leave);
    connection.on("00A4040C 0A D392F000260100000001", "6A82");
    EXPECT_TRUE(failed_with(card->open(), Errc::not_jpki));
}

// Every family by the label in its token information (docs/cards.md, "Cards and phones").
TEST(Registry, RecognisesEveryFamilyByItsLabel) {
    const std::pair<const char*, const char*> families[] = {{"JPKIAPICCTOKEN2", "My Number Card"},
                                                            {"JPKIAPICCTOKEN", "Juki Card"},
                                                            {"JPKIAPGPSETOKEN", "JPKI Android"},
                                                            {"JPKIAPIOSTOKEN", "JPKI iPhone"},
                                                            {"SOMETHING ELSE", "My Number Card"}};
    for (const auto& [label, model] : families) {
        SCOPED_TRACE(label);
        ScriptedConnection connection;
        NoRandom random;
        RecordedLog log;
        const auto card = make_card_factory()->make(random, log, Logout::application);
        card->serve(connection, {});
        Bytes information = to_bytes(std::string_view(label));
        information.resize(160, ' ');
        connection.on("00A4040C 0A D392F000260100000001", "9000").on("00B08A0000", "6982");
        ASSERT_TRUE(card->open());
        connection.on("00A4020C 02 000A", "9000").on("00B0000000", "6982");
        connection.on("00A4020C 02 0006", "9000").on("00B0000000", information, "9000");
        connection.on("00A4020C 02 0002", "6A82");
        ASSERT_TRUE(card->identify());
        EXPECT_EQ(card->family().model, model);
    }
}

}  // namespace
}  // namespace jpki::card::testing
