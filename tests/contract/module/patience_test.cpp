// The first slot call of a program, while pcscd is silent, has just been started, or is still opening
// readers.
#include <chrono>
#include <functional>
#include <thread>

#include "world.hpp"

namespace jpki::testing {

using namespace std::chrono_literals;

class Patience : public World, public ::testing::WithParamInterface<bool> {
  protected:
    Patience() { threads = GetParam(); }
    ~Patience() override {
        readers.silence_service(false);
        if (later_.joinable()) later_.join();
    }
    void later(Duration when, std::function<void()> what) {
        later_ = std::thread([when, what = std::move(what)] {
            std::this_thread::sleep_for(when);
            what();
        });
    }
    static Duration took(const std::function<void()>& what) {
        const auto start = std::chrono::steady_clock::now();
        what();
        return std::chrono::steady_clock::now() - start;
    }
    static std::size_t list_once() {
        CK_SLOT_ID ids[16] = {};
        CK_ULONG count = 16;
        EXPECT_EQ(C_GetSlotList(CK_TRUE, ids, &count), CKR_OK);
        return count;
    }

  private:
    std::thread later_;
};

INSTANTIATE_TEST_SUITE_P(Hosts, Patience, ::testing::Values(true, false),
                         [](const auto& tested) { return tested.param ? "WithThreads" : "WithoutThreads"; });

TEST_P(Patience, WithoutAPcscdTheAnswerComesAtOnce) {
    readers.stop_service(true);
    start();
    EXPECT_LT(took([] { EXPECT_EQ(list_once(), 0U); }), 300ms);
}

TEST_P(Patience, AnOldPcscdWithoutACardIsBelievedAtOnce) {
    readers.remove();
    start();
    EXPECT_LT(took([] { EXPECT_EQ(list_once(), 0U); }), 300ms);
}

TEST_P(Patience, ASilentPcscdIsWaitedFor) {
    readers.silence_service(true);
    later(1700ms, [this] { readers.silence_service(false); });
    start();
    EXPECT_EQ(list_once(), 2U);
}

TEST_P(Patience, AReaderThatOpensLateIsThereAtTheFirstCall) {
    for (const Duration opening : {150ms, 600ms, 1200ms}) {
        SCOPED_TRACE(opening.count());
        readers.start_service({});
        readers.unplug(VirtualReaders::kFirst);
        std::thread opens([this, opening] {
            std::this_thread::sleep_for(opening);
            readers.plug_in(VirtualReaders::kFirst);
        });
        start();
        EXPECT_LT(took([] { EXPECT_EQ(list_once(), 2U); }), opening + 300ms);
        opens.join();
        ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    }
}

// Every call that asks for slots is somebody's first.
TEST_P(Patience, HoldsForEveryCallThatMayBeTheFirst) {
    const std::function<void()> calls[] = {
        [] {
            CK_SLOT_INFO info{};
            EXPECT_EQ(C_GetSlotInfo(kAuth, &info), CKR_OK);
            EXPECT_NE(info.flags & CKF_TOKEN_PRESENT, 0U);
        },
        [] {
            CK_TOKEN_INFO info{};
            EXPECT_EQ(C_GetTokenInfo(kSign, &info), CKR_OK);
        },
        [] { open(kAuth); },
        [] {
            CK_ULONG count = 0;
            EXPECT_EQ(C_GetMechanismList(kAuth, nullptr, &count), CKR_OK);
        },
        [] {
            CK_SLOT_ID slot = 0;
            EXPECT_EQ(C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr), CKR_NO_EVENT);
            EXPECT_EQ(list_once(), 2U);
        },
    };
    readers.start_service({});
    for (const auto& call : calls) {
        readers.remove();
        std::thread comes([this] {
            std::this_thread::sleep_for(200ms);
            readers.insert(card);
        });
        start();
        call();
        comes.join();
        ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    }
}

TEST_P(Patience, IsNotSpentTwice) {
    readers.remove();
    readers.start_service({});
    start();
    EXPECT_GE(took([] { EXPECT_EQ(list_once(), 0U); }), 1500ms);
    EXPECT_LT(took([] { EXPECT_EQ(list_once(), 0U); }), 300ms);
    CK_SLOT_ID slot = 0;
    EXPECT_LT(took([&] { EXPECT_EQ(C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr), CKR_NO_EVENT); }),
              300ms);
}

class Silence : public World {};

TEST_F(Silence, IsWaitedForThreeSecondsOnceAndWhatComesThenIsAnEvent) {
    readers.silence_service(true);
    start();
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(slots(false).empty());
    const auto waited = std::chrono::steady_clock::now() - start;
    EXPECT_GE(waited, 3s);
    EXPECT_LT(waited, 3500ms);
    EXPECT_TRUE(slots(false).empty());
    EXPECT_LT(std::chrono::steady_clock::now() - start, waited + 300ms);
    readers.silence_service(false);
    CK_SLOT_ID slot = 99;
    EXPECT_EQ(C_WaitForSlotEvent(0, &slot, nullptr), CKR_OK);
    EXPECT_EQ(slot, kAuth);
    EXPECT_EQ(slots(true).size(), 2U);
}

TEST_F(Silence, DoesNotKeepFinalizeWaiting) {
    readers.silence_service(true);
    start();
    std::thread lists([] {
        CK_ULONG count = 0;
        const CK_RV listed = C_GetSlotList(CK_FALSE, nullptr, &count);
        EXPECT_TRUE(listed == CKR_CRYPTOKI_NOT_INITIALIZED || (listed == CKR_OK && count == 0)) << listed;
    });
    std::this_thread::sleep_for(200ms);
    std::thread ends([this] {
        std::this_thread::sleep_for(300ms);
        readers.silence_service(false);
    });
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    lists.join();
    ends.join();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

}  // namespace jpki::testing
