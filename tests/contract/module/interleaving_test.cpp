// Two threads at one chosen moment: what a storm meets only now and then, one thread is stopped here at a
// command it sends to the card, and the other one acts meanwhile.
#include <chrono>
#include <future>
#include <thread>

#include "world.hpp"

namespace jpki::testing {

using std::chrono::milliseconds;

class Interleaving : public World {
  protected:
    // Stops the first command that `picks` chooses, by its bytes and its number, until pass().
    void stop_at(std::function<bool(ByteView, int)> picks) {
        gate_ = std::make_shared<Gate>();
        readers.before_command([gate = gate_, picks = std::move(picks)](ByteView command) {
            if (gate->used || !picks(command, gate->commands++)) return;
            gate->used = true;
            gate->reached.set_value();
            gate->open.get_future().wait();
        });
    }
    // False: `call` was over before it sent such a command.
    bool wait_for(const std::future<CK_RV>& call) {
        const auto reached = gate_->reached.get_future();
        while (reached.wait_for(milliseconds(1)) != std::future_status::ready) {
            if (call.wait_for(milliseconds(0)) == std::future_status::ready) return false;
        }
        return true;
    }
    void pass() { gate_->open.set_value(); }

    static bool is_verify(ByteView command, int /*number*/) {
        return command.size() > 5 && command[1] == 0x20;
    }

    template <class F>
    static std::future<CK_RV> start(F call) {
        return std::async(std::launch::async, call);
    }

  private:
    struct Gate {
        bool used = false;
        int commands = 0;
        std::promise<void> reached;
        std::promise<void> open;
    };
    std::shared_ptr<Gate> gate_;
};

TEST_F(Interleaving, ACallInsideFinalizeEndsWellOrSaysThatTheLibraryIsGone) {
    const auto log_in = [](CK_SESSION_HANDLE session) { return login(session, kSignPin); };
    const auto sign = [](CK_SESSION_HANDLE session) { return sign_document(session); };
    for (const bool signs : {false, true}) {
        bool gone = false;
        int number = 0;
        for (bool reached = true; reached; ++number) {
            initialize();
            const CK_SESSION_HANDLE session = open(kSign);
            if (signs) {
                ASSERT_EQ(log_in(session), CKR_OK);
            }
            std::this_thread::sleep_for(milliseconds(150));  // a lease of its own for the call
            stop_at([number](ByteView, int at) { return at == number; });
            auto call = start([&] { return signs ? sign(session) : log_in(session); });
            reached = wait_for(call);
            if (!reached) pass();  // the logout has commands, too
            auto end = start([] { return C_Finalize(nullptr); });
            CK_INFO info{};
            while (C_GetInfo(&info) == CKR_OK)
                std::this_thread::sleep_for(milliseconds(1));
            std::this_thread::sleep_for(milliseconds(20));
            if (reached) pass();
            EXPECT_EQ(end.get(), CKR_OK);
            const CK_RV rv = call.get();
            EXPECT_TRUE(rv == CKR_OK || rv == CKR_CRYPTOKI_NOT_INITIALIZED)
                << std::hex << rv << std::dec << " at command " << number;
            gone = gone || rv == CKR_CRYPTOKI_NOT_INITIALIZED;
            readers.before_command([](ByteView) {});
            EXPECT_FALSE(second_client_can_sign());
        }
        EXPECT_TRUE(gone);
        EXPECT_GT(number, 3) << "the call sent less than was expected";
    }
    EXPECT_EQ(oracle().sign_pin.failed, 0U);
}

TEST_F(Interleaving, ALoginWhoseSessionIsClosedMeanwhileLeavesNobodyLoggedIn) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    stop_at(is_verify);
    auto call = start([&] { return login(session, kAuthPin); });
    ASSERT_TRUE(wait_for(call));
    EXPECT_EQ(C_CloseSession(session), CKR_OK);
    pass();
    EXPECT_EQ(call.get(), CKR_SESSION_HANDLE_INVALID);
    EXPECT_FALSE(second_client_can_sign());
    EXPECT_EQ(state(open(kAuth)), CKS_RO_PUBLIC_SESSION);
}

TEST_F(Interleaving, OfTwoLoginsAtOnceOneIsToldThatTheUserIsIn) {
    for (const char* answer : {"63cx", "9000"}) {
        ASSERT_TRUE(set("verified-query", answer));
        initialize();
        const CK_SESSION_HANDLE session = open(kAuth);
        stop_at(is_verify);
        auto first = start([&] { return login(session, kAuthPin); });
        ASSERT_TRUE(wait_for(first));
        auto second = start([&] { return login(session, kAuthPin); });
        std::this_thread::sleep_for(milliseconds(50));
        pass();
        const CK_RV one = first.get();
        const CK_RV two = second.get();
        EXPECT_EQ(std::min(one, two), CKR_OK) << answer;
        EXPECT_EQ(std::max(one, two), CKR_USER_ALREADY_LOGGED_IN) << answer;
        EXPECT_EQ(sign_document(session), CKR_OK);
        EXPECT_EQ(oracle().auth_pin.failed, 0U);
        EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    }
}

TEST_F(Interleaving, OfTwoThatBeginTheSameThingInOneSessionOneIsToldThatItIsUnderWay) {
    initialize();
    CK_SESSION_HANDLE session = open(kAuth);
    const CK_OBJECT_HANDLE key = find_class(session, CKO_PUBLIC_KEY);
    // Both have to read the certificate first.
    const auto search = [&] {
        CK_BYTE nothing = 0;
        CK_ATTRIBUTE wanted{CKA_SUBJECT, &nothing, 1};
        return C_FindObjectsInit(session, &wanted, 1);
    };
    const auto verify = [&] {
        CK_MECHANISM mechanism{CKM_SHA256_RSA_PKCS, nullptr, 0};
        return C_VerifyInit(session, &mechanism, key);
    };
    const auto both = [&](const auto& call) {
        stop_at([](ByteView command, int) { return command.size() > 1 && command[1] == 0xB0; });
        auto first = start(call);
        ASSERT_TRUE(wait_for(first));
        auto second = start(call);
        std::this_thread::sleep_for(milliseconds(50));
        pass();
        const CK_RV one = first.get();
        const CK_RV two = second.get();
        EXPECT_EQ(std::min(one, two), CKR_OK);
        EXPECT_EQ(std::max(one, two), CKR_OPERATION_ACTIVE);
    };
    both(verify);
    EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    initialize();
    session = open(kAuth);
    both(search);
}

TEST_F(Interleaving, TheSameWrongPinFromTwoThreadsAtOnceCostsOneTry) {
    initialize();
    const CK_SESSION_HANDLE session = open(kSign, true);
    const auto log_in = [&] { return login(session, "WRONG1"); };
    const auto change = [&] {
        Bytes old_pin = to_bytes(std::string_view("WRONG1"));
        Bytes new_pin = to_bytes(std::string_view("NEW123"));
        return C_SetPIN(session, old_pin.data(), 6, new_pin.data(), 6);
    };
    unsigned tries = 5;
    const auto both = [&](const auto& one, const auto& other) {
        stop_at(is_verify);
        auto first = start(one);
        ASSERT_TRUE(wait_for(first));
        auto second = start(other);
        std::this_thread::sleep_for(milliseconds(50));
        pass();
        EXPECT_EQ(first.get(), CKR_PIN_INCORRECT);
        EXPECT_EQ(second.get(), CKR_PIN_INCORRECT);
        EXPECT_EQ(oracle().sign_pin.tries_left, --tries);
    };
    both(log_in, log_in);
    both(log_in, change);
    both(change, log_in);
    // Two that differ are two, and so are the same one after the other.
    stop_at(is_verify);
    auto first = start(log_in);
    ASSERT_TRUE(wait_for(first));
    auto second = start([&] { return login(session, kSignPin); });
    std::this_thread::sleep_for(milliseconds(50));
    pass();
    EXPECT_EQ(first.get(), CKR_PIN_INCORRECT);
    EXPECT_EQ(second.get(), CKR_FUNCTION_CANCELED) << "the last try is kept";
    EXPECT_EQ(oracle().sign_pin.tries_left, 1U);
}

}  // namespace jpki::testing
