// When there can be no report: who is told what, that nothing more is sent, and how the card is left.
#include <gmock/gmock.h>

#include <thread>

#include "world.hpp"

namespace jpki::probe::testing {
namespace {

using ::testing::HasSubstr;

// Counts commands as they are sent; `act` is called before the one with this number.
void before(World& world, std::size_t number, const std::function<void()>& act) {
    auto count = std::make_shared<std::size_t>(0);
    world.readers.before_command([=](ByteView) {
        if ((*count)++ == number) act();
    });
}

// How often the card has been powered down by a run that ended before the command with this number.
unsigned power_offs_before(std::size_t number) {
    if (number == 0) return 0;
    const auto powers_up = [](std::string_view id) {
        return std::ranges::find(commands(), id, &Command::id)->when == When::powers_up;
    };
    return 1 + static_cast<unsigned>(std::ranges::count_if(std::span(sent_ids()).first(number), powers_up));
}

class ProbeStops : public ::testing::Test {
  protected:
    void SetUp() override { app::speak(app::Language::english); }
};

TEST_F(ProbeStops, TheCardIsLeftAsAfterPowerUp) {
    World world;
    ASSERT_EQ(world.probe(), Exit::ok);
    world.expect_untouched();
    // Three to see what comes of it, and the last.
    EXPECT_EQ(world.card->oracle().power_offs, 4U);
    // Nothing is selected.
    EXPECT_EQ(world.readers.as_other_client({{0x00, 0xB0, 0x00, 0x00, 0x01}}).at(0), (Bytes{0x69, 0x86}));
    EXPECT_EQ(world.readers.connections_open(), 0);
    EXPECT_EQ(world.readers.contexts_open(), 0);
}

TEST_F(ProbeStops, NoTryIsLostOnAnyCard) {
    for (const char* image : {"default", "juki", "android", "iphone"}) {
        World world(image, {"first-command=6f00", "sfi=no"});
        ASSERT_EQ(world.probe(), Exit::ok) << image;
        world.expect_untouched();
    }
}

TEST_F(ProbeStops, AForeignCardSeesOneCommand) {
    World world("default", {"family=bank"});
    EXPECT_EQ(world.probe(), Exit::no_card);
    EXPECT_EQ(world.readers.commands_seen(), 1U);
    EXPECT_THAT(world.user.told, HasSubstr("not a JPKI card"));
}

TEST_F(ProbeStops, NothingIsSentToThoseWhoSayNo) {
    World world;
    world.user.answer = 'n';
    EXPECT_EQ(world.probe(), Exit::cancelled);
    world.user.answer = std::nullopt;
    EXPECT_EQ(world.probe(), Exit::refused);
    EXPECT_THAT(world.user.told, HasSubstr("--yes"));
    EXPECT_EQ(world.readers.commands_seen(), 0U);
    world.run_options.yes = true;
    world.user.questions.clear();
    EXPECT_EQ(world.probe(), Exit::ok);
    EXPECT_TRUE(world.user.questions.empty());
}

TEST_F(ProbeStops, ByTheUserWhereverItIs) {
    for (std::size_t number = 0; number < sent_ids().size(); ++number) {
        World world;
        world.user.stop = [&world, number] { return world.readers.commands_seen() == number; };
        ASSERT_EQ(world.probe(), Exit::cancelled) << number;
        EXPECT_EQ(world.readers.commands_seen(), number);
        world.expect_untouched();
        // The reader is free, and nothing is selected.
        EXPECT_EQ(world.readers.as_other_client({{0x00, 0xB0, 0x00, 0x00, 0x01}}).at(0), (Bytes{0x69, 0x86}));
        EXPECT_EQ(world.card->oracle().power_offs, power_offs_before(number)) << number;
    }
}

TEST_F(ProbeStops, WhenTheCardIsTakenOutWhereverItIs) {
    for (std::size_t number = 0; number < sent_ids().size(); ++number) {
        World world;
        before(world, number, [&world] { world.readers.remove(); });
        ASSERT_EQ(world.probe(), Exit::stopped) << number;
        EXPECT_THAT(world.user.told, HasSubstr("taken out or exchanged"));
        world.expect_untouched();
    }
}

TEST_F(ProbeStops, WhenTheCardIsExchangedWhereverItIs) {
    for (std::size_t number = 0; number < sent_ids().size(); ++number) {
        World world;
        const auto other = make_card("other");
        before(world, number, [&] {
            world.readers.remove();
            world.readers.insert(other);
        });
        ASSERT_EQ(world.probe(), Exit::stopped) << number;
        EXPECT_EQ(other->oracle().apdus, 0U) << number;
    }
}

TEST_F(ProbeStops, WhenACounterMoves) {
    for (const vcard::Role pin : {vcard::Role::kAuthPin, vcard::Role::kSignPin}) {
        const auto last =
            static_cast<std::size_t>(std::ranges::find(sent_ids(), "select_at_last") - sent_ids().begin());
        for (const std::size_t number : {std::size_t{6}, std::size_t{20}, last - 1}) {
            World world;
            before(world, number,
                   [&] { world.readers.locked([&] { ASSERT_TRUE(world.card->set_tries_left(pin, 2)); }); });
            ASSERT_EQ(world.probe(), Exit::stopped) << number;
            EXPECT_THAT(world.user.told, HasSubstr("then 63C2"));
        }
    }
}

// A login of another program may hide the counter at first; when it is over, the counter is there.
TEST_F(ProbeStops, NotWhenSomebodyElsesLoginEnds) {
    World world("default", {"verified-query=9000"});
    (void)world.readers.as_other_client(
        {{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
         {0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18},
         {0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34}});
    ASSERT_EQ(world.probe(), Exit::ok) << world.user.told;
    EXPECT_EQ(world.found.run.record.of("auth_tries").outcome(), "9000");
    EXPECT_EQ(world.found.run.record.of("auth_tries_at_last").outcome(), "63C3");
}

TEST_F(ProbeStops, WhateverFailsOnTheWay) {
    for (const Errc error : {Errc::transport, Errc::card_mute, Errc::card_reset, Errc::reader_gone,
                             Errc::service_unavailable, Errc::malformed_answer, Errc::no_memory}) {
        for (std::size_t number = 0; number < sent_ids().size(); ++number) {
            World world;
            auto count = std::make_shared<std::size_t>(0);
            world.readers.on_command(
                [=](ByteView) { return (*count)++ == number ? std::optional(error) : std::nullopt; },
                nullptr);
            const Exit exit = world.probe();
            const bool forgiven = sent_ids()[number] == "extended_read" && error != Errc::reader_gone;
            const Exit expected = forgiven                     ? Exit::ok
                                  : error == Errc::reader_gone ? Exit::stopped
                                                               : Exit::failed;
            EXPECT_EQ(static_cast<int>(exit), static_cast<int>(expected)) << number << world.user.told;
            world.expect_untouched();
            EXPECT_EQ(world.readers.connections_open(), 0);
        }
    }
}

TEST_F(ProbeStops, AfterWaitingForOthersNotForEver) {
    World world;
    world.readers.hold(true);
    EXPECT_EQ(world.probe(), Exit::failed);
    EXPECT_EQ(world.readers.commands_seen(), 0U);
    EXPECT_THAT(world.user.told, HasSubstr("Waiting for it"));
    EXPECT_THAT(world.user.told, HasSubstr("keeps the card for itself"));
}

TEST_F(ProbeStops, WaitingWhenTheUserWantsSo) {
    World world;
    world.retry.longest = std::chrono::minutes(10);
    world.readers.hold(true);
    int looks = 0;
    world.user.stop = [&looks] { return ++looks > 3; };
    EXPECT_EQ(world.probe(), Exit::cancelled);
}

TEST_F(ProbeStops, WaitingWhenTheOthersAreDone) {
    World world;
    world.retry.longest = std::chrono::seconds(20);
    world.readers.hold(true);
    std::jthread other([&world] {
        std::this_thread::sleep_for(std::chrono::milliseconds(60));
        world.readers.hold(false);
    });
    EXPECT_EQ(world.probe(), Exit::ok) << world.user.told;
}

TEST_F(ProbeStops, AResetByOthersBetweenTransactionsChangesNothing) {
    World world;
    before(world, 5, [&world] {
        // The first command of the second phase: its transaction has begun, so it was reset just before.
        world.readers.locked([&world] { world.card->reset(); });
    });
    EXPECT_EQ(world.probe(), Exit::ok) << world.user.told;
}

TEST_F(ProbeStops, WhereThereIsNoReaderOrNoCardItSaysWhatToDo) {
    World world;
    world.run_options.reader = "nowhere";
    EXPECT_EQ(world.probe(), Exit::no_card);
    EXPECT_THAT(world.user.told, HasSubstr("These are there: Virtual PCD 00 00"));
    world.run_options.reader.clear();
    world.readers.remove();
    EXPECT_EQ(world.probe(), Exit::no_card);
    EXPECT_THAT(world.user.told, HasSubstr("Put your My Number Card"));
    world.readers.unplug(VirtualReaders::kFirst);
    EXPECT_EQ(world.probe(), Exit::no_card);
    EXPECT_THAT(world.user.told, HasSubstr("No card reader is connected"));
    world.readers.stop_service(true);
    EXPECT_EQ(world.probe(), Exit::failed);
    EXPECT_THAT(world.user.told, HasSubstr("pcscd"));
    EXPECT_EQ(world.readers.commands_seen(), 0U);
}

TEST_F(ProbeStops, AYoungPcscdIsGivenTimeToOpenItsReaders) {
    World world;
    world.retry.returns = std::chrono::seconds(5);
    world.readers.start_service({});
    world.readers.unplug(VirtualReaders::kFirst);
    std::thread opens([&world] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        world.readers.plug_in(VirtualReaders::kFirst);
    });
    EXPECT_EQ(world.probe(), Exit::ok) << world.user.told;
    opens.join();
}

TEST_F(ProbeStops, WhereTwoCardsAreThereTheUserChooses) {
    World world;
    const auto other = make_card("other");
    world.readers.plug_in("Virtual PCD 00 01");
    world.readers.insert(other, "Virtual PCD 00 01");
    EXPECT_EQ(world.probe(), Exit::usage);
    EXPECT_EQ(world.readers.commands_seen(), 0U);
    world.run_options.reader = "Virtual PCD 00 01";
    EXPECT_EQ(world.probe(), Exit::ok);
    EXPECT_EQ(world.card->oracle().apdus, 0U);
    EXPECT_EQ(other->oracle().apdus, sent_ids().size());
}

}  // namespace
}  // namespace jpki::probe::testing
