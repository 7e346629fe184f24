// The seven steps: what is asked of the holder, what is left out, and what of it the report says.
#include <gmock/gmock.h>

#include "probe/guide.hpp"
#include "probe/lifting.hpp"
#include "world.hpp"

namespace jpki::probe::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Outcome = StepResult::Outcome;

class ProbeGuide : public ::testing::Test {
  protected:
    void SetUp() override { app::speak(app::Language::english); }

    // A holder who never lifts the card.
    Exit lead(World& world) {
        const auto system = world.readers.system();
        try {
            guided_ = guide(*system, [&world](const std::string&) { return world.atr(); }, world.user,
                            world.run_options,
                            {.module = "/lib/module.so",
                             .retry = world.retry,
                             .look = std::chrono::milliseconds(1),
                             .longest = std::chrono::milliseconds(20)});
            world.found = guided_.found;
            return Exit::ok;
        } catch (const Failure& failure) {
            world.user.told += failure.what + "\n" + failure.advice + "\n";
            return failure.exit;
        }
    }
    [[nodiscard]] std::vector<Outcome> outcomes() const {
        std::vector<Outcome> all;
        for (const StepResult& result : guided_.results)
            all.push_back(result.outcome);
        return all;
    }
    [[nodiscard]] std::string page(const World& world) const {
        Report report = world.report();
        report.steps = guided_.results;
        return to_markdown(report);
    }

    Guided guided_;
};

TEST_F(ProbeGuide, LeadsThroughSevenStepsAndReportsWhatTheHolderSaw) {
    World world;
    // Step 1, whether to begin, 2, 3, 4, 5, whether to lift, 7.
    world.user.answers = "yyyny\nyq";
    ASSERT_EQ(lead(world), Exit::ok) << world.user.told;
    EXPECT_THAT(outcomes(), ElementsAre(Outcome::yes, Outcome::yes, Outcome::no, Outcome::yes,
                                        Outcome::left_out, Outcome::counted, Outcome::left_out));
    EXPECT_THAT(page(world), HasSubstr("Steps                 1: yes; 2: yes; 3: no; 4: yes; 5: left out; 6: "
                                       "laid 0 times, answered 0,"));
    for (const char* line : {"    jpki doctor\n    jpki status\n", "    jpki cert show auth\n",
                             "    pkcs11-tool --module /lib/module.so -M\n", "ssh-add -s /lib/module.so &&"})
        EXPECT_THAT(world.user.told, HasSubstr(line));
    world.expect_untouched();
}

TEST_F(ProbeGuide, StaysOnePage) {
    for (const app::Language language : {app::Language::english, app::Language::japanese}) {
        app::speak(language);
        World world("default", {"first-command=6f00", "atr=contact-historical"});
        ASSERT_EQ(lead(world), Exit::ok);
        const std::string all = page(world);
        EXPECT_LE(std::ranges::count(all, '\n'), 60);
    }
}

// A wrong PIN there would cost one of the last tries.
TEST_F(ProbeGuide, AsksForNoStepWithAPinUnlessAllTriesAreThere) {
    const auto outcomes_with = [this](vcard::Role pin, unsigned tries) {
        World world;
        world.readers.locked([&] { EXPECT_TRUE(world.card->set_tries_left(pin, tries)); });
        EXPECT_EQ(lead(world), Exit::ok);
        EXPECT_THAT(world.user.told, HasSubstr("Left out: this step takes a PIN"));
        return outcomes();
    };
    auto auth = outcomes_with(vcard::Role::kAuthPin, 2);
    EXPECT_EQ(auth[4], Outcome::not_full);
    EXPECT_EQ(auth[6], Outcome::not_full);
    auto sign = outcomes_with(vcard::Role::kSignPin, 4);
    EXPECT_EQ(sign[4], Outcome::yes);
    EXPECT_EQ(sign[6], Outcome::not_full);

    World unknown;
    unknown.card->on_fault_after([](std::size_t, ByteView apdu, ByteView) -> std::optional<Bytes> {
        if (apdu[1] != 0x20) return std::nullopt;
        return Bytes{0x6A, 0x88};
    });
    ASSERT_EQ(lead(unknown), Exit::ok);
    EXPECT_EQ(outcomes()[4], Outcome::not_full);
    EXPECT_THAT(unknown.user.told, Not(HasSubstr("ssh-add")));
}

TEST_F(ProbeGuide, EndsWhenTheHolderWantsSo) {
    for (const char key : {'q', User::kInterrupted}) {
        World early;
        early.user.answers = std::string(1, key);
        EXPECT_EQ(lead(early), Exit::cancelled);
        EXPECT_EQ(early.readers.commands_seen(), 0U);
        World late;
        late.user.answers = std::string("yyy") + key;
        ASSERT_EQ(lead(late), Exit::ok);
        EXPECT_EQ(late.user.questions.size(), 4U);
        EXPECT_THAT(page(late), HasSubstr("2: yes; 3: left out; 4: left out"));
    }
    World said_no;
    said_no.user.answers = "yn";
    EXPECT_EQ(lead(said_no), Exit::cancelled);
    World nobody;
    nobody.user.answer = std::nullopt;
    EXPECT_EQ(lead(nobody), Exit::refused);
    EXPECT_THAT(nobody.user.told, HasSubstr("--guide --dry-run"));
}

TEST_F(ProbeGuide, CountsHowOftenTheCardIsLaidAndAnswers) {
    World world;
    Guidance guidance{.module = "",
                      .retry = world.retry,
                      .look = std::chrono::milliseconds(1),
                      .longest = std::chrono::milliseconds(2000)};
    world.readers.on_command(
        [&world](ByteView) {
            const bool fails = world.readers.commands_seen() == 3;
            return fails ? std::optional(Errc::card_mute) : std::nullopt;
        },
        nullptr);
    // Between two looks the card is lifted, or laid back.
    world.user.stop = [&world] {
        if (world.readers.has_card()) {
            world.readers.remove();
        } else {
            world.readers.insert(world.card);
        }
        return false;
    };
    const auto system = world.readers.system();
    const auto context = system->open();
    ASSERT_TRUE(context);
    const std::string counted = count_lifting(**context, VirtualReaders::kFirst, world.user, guidance);
    EXPECT_THAT(counted, ::testing::StartsWith("laid 10 times, answered 3,"));
    EXPECT_THAT(world.user.told, HasSubstr("10/10  it "));
    EXPECT_THAT(world.user.told, HasSubstr("it does not answer"));
    world.expect_untouched();
}

TEST_F(ProbeGuide, IsShownWholeWithoutACard) {
    for (const app::Language language : {app::Language::japanese, app::Language::english}) {
        app::speak(language);
        const std::string all = guide_as_text("/lib/module.so");
        for (const Step& step : steps())
            EXPECT_THAT(all, HasSubstr(shown(step, "/lib/module.so")));
        EXPECT_THAT(all, Not(HasSubstr("{")));
    }
    EXPECT_EQ(guide_as_json("m")["steps"].items().size(), 7U);
}

}  // namespace
}  // namespace jpki::probe::testing
