#include "core/slot_table.hpp"

#include "doubles.hpp"

namespace jpki::p11::testing {
namespace {

using Ids = std::vector<CK_SLOT_ID>;

class Slots : public ::testing::Test {
  protected:
    explicit Slots(View view = View::both) {
        environment_->view = view;
        slots_ = std::make_unique<SlotTable>(environment_, [] {});
    }
    void see(const Monitor::Snapshot& snapshot) { slots_->update(snapshot); }
    Ids listed(bool token_present = false) {
        slots_->rescan();
        return slots_->list(token_present);
    }
    Ids events() {
        Ids all;
        while (const auto id = slots_->take_event())
            all.push_back(*id);
        return all;
    }

    std::shared_ptr<World> shared_world_ = std::make_shared<World>();
    World& world_ = *shared_world_;
    std::shared_ptr<Environment> environment_ =
        make_environment(shared_world_, std::make_unique<FakeClock>());
    std::unique_ptr<SlotTable> slots_;
};
class SlotsOfOneToken : public Slots, public ::testing::WithParamInterface<View> {
  protected:
    SlotsOfOneToken() : Slots(GetParam()) {}
};

TEST_F(Slots, AreTwoTokensAReaderAuthenticationFirst) {
    see({reader("A", 1, false), reader("B", 1, false)});
    EXPECT_EQ(listed(), (Ids{0, 1, 2, 3}));
    EXPECT_EQ(slots_->find(0)->purpose(), KeyPurpose::authentication);
    EXPECT_EQ(slots_->find(1)->purpose(), KeyPurpose::signature);
    EXPECT_EQ(slots_->find(1)->reader_name(), "A");
    EXPECT_EQ(slots_->find(2)->reader_name(), "B");
}

TEST_F(Slots, NoReaderIsNoSlot) {
    see({});
    EXPECT_EQ(listed(), Ids{});
    EXPECT_EQ(slots_->find(0), nullptr);
}

TEST_F(Slots, IdsStayWithTheirReadersWhenReadersComeAndGo) {
    see({reader("A", 1, false), reader("B", 1, false)});
    EXPECT_EQ(listed().size(), 4U);
    see({reader("B", 1, false)});
    EXPECT_EQ(listed(), (Ids{2, 3}));
    see({reader("C", 1, false), reader("B", 1, false)});
    EXPECT_EQ(listed(), (Ids{2, 3, 4, 5}));
    EXPECT_EQ(slots_->find(4)->reader_name(), "C");
    see({reader("C", 1, false), reader("B", 1, false), reader("A", 9, false)});
    EXPECT_EQ(listed(), (Ids{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(slots_->find(0)->reader_name(), "A");
}

TEST_F(Slots, ThoseListedChangeOnlyWhenAskedTo) {
    see({reader("A", 1, true)});
    EXPECT_EQ(listed(), (Ids{0, 1}));
    see({reader("B", 1, true)});
    EXPECT_EQ(slots_->list(false), (Ids{0, 1}));
    EXPECT_NE(slots_->find(0), nullptr);
    EXPECT_EQ(slots_->find(2), nullptr);
    EXPECT_EQ(slots_->list(true), Ids{}) << "the reader's card went with it";
    EXPECT_EQ(listed(), (Ids{2, 3}));
    EXPECT_EQ(slots_->find(0), nullptr);
}

TEST_F(Slots, TheFirstUseScansWithoutBeingAsked) {
    see({reader("A", 1, true)});
    EXPECT_EQ(slots_->list(false), (Ids{0, 1}));
    SlotTable fresh(environment_, [] {});
    fresh.update({reader("A", 1, true)});
    EXPECT_NE(fresh.find(1), nullptr);
}

TEST_F(Slots, WithATokenAreThoseWithACard) {
    see({reader("A", 1, false), reader("B", 1, true)});
    EXPECT_EQ(listed(true), (Ids{2, 3}));
    see({reader("A", 2, true), reader("B", 2, false)});
    EXPECT_EQ(slots_->list(true), (Ids{0, 1}));
}

TEST_F(Slots, AnIdThatNeverWasIsNone) {
    see({reader("A", 1, true)});
    EXPECT_EQ(listed(), (Ids{0, 1}));
    EXPECT_EQ(slots_->find(2), nullptr);
    EXPECT_EQ(slots_->find(static_cast<CK_SLOT_ID>(-1)), nullptr);
}

TEST_F(Slots, WhatCameBeforeTheFirstAnswerIsNoEvent) {
    see({});
    see({reader("A", 1, true)});
    EXPECT_EQ(events(), Ids{});
    see({reader("A", 1, true)});
    EXPECT_EQ(events(), Ids{});
}

// Whoever asks while pcscd is silent, and then waits for cards.
TEST_F(Slots, WhatCameAfterAnEmptyAnswerIsOne) {
    EXPECT_EQ(listed(), Ids{});
    see({reader("A", 1, true)});
    EXPECT_EQ(events(), (Ids{0, 1}));
    SlotTable asked_for_events(environment_, [] {});
    EXPECT_EQ(asked_for_events.take_event(), std::nullopt);
    asked_for_events.update({reader("A", 1, true)});
    EXPECT_EQ(asked_for_events.take_event(), CK_SLOT_ID{0});
}

TEST_F(Slots, EveryComingAndGoingIsOneEventASlot) {
    see({reader("A", 1, false), reader("B", 1, false)});
    EXPECT_EQ(events(), Ids{});
    see({reader("A", 1, false), reader("B", 2, true)});
    EXPECT_EQ(events(), (Ids{2, 3}));
    see({reader("A", 1, false), reader("B", 3, false)});
    see({reader("A", 1, false), reader("B", 4, true)});
    EXPECT_EQ(events(), (Ids{2, 3})) << "a slot is reported once, whatever happened meanwhile";
    see({reader("A", 1, false)});
    EXPECT_EQ(events(), (Ids{2, 3})) << "an unplugged reader takes its card along";
}

TEST_F(Slots, AnExchangedCardIsAnotherCardGenerationAtOnce) {
    see({reader("A", 1, true)});
    (void)listed();
    const CardGeneration before = slots_->find(0)->refresh().card_generation;
    see({reader("A", 3, true)});
    EXPECT_NE(slots_->find(0)->refresh().card_generation, before);
}

TEST_F(Slots, StopStopsEveryReader) {
    see({reader("A", 1, true), reader("B", 1, true)});
    EXPECT_TRUE(slots_->stop(TimePoint{}));
}

TEST_P(SlotsOfOneToken, ShowOnlyThatTokenUnderTheSameIds) {
    see({reader("A", 1, true), reader("B", 1, true)});
    if (GetParam() == View::authentication) {
        EXPECT_EQ(listed(), (Ids{0, 2}));
        EXPECT_EQ(slots_->find(1), nullptr);
    } else {
        EXPECT_EQ(listed(), (Ids{1, 3}));
        EXPECT_EQ(slots_->find(0), nullptr);
    }
    see({reader("A", 2, false), reader("B", 1, true)});
    EXPECT_EQ(events().size(), 1U);
}
INSTANTIATE_TEST_SUITE_P(Views, SlotsOfOneToken, ::testing::Values(View::authentication, View::signature));

}  // namespace
}  // namespace jpki::p11::testing
