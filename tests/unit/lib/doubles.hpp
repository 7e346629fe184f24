// The far ends of the ports, for the unit tests of lib/reader and lib/core: time that stands still, readers
// and a card that do as they are told and write down what was asked of them. One thread at a time.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reader/environment.hpp"

namespace jpki::p11::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FakeClock final : public Clock {
  public:
    [[nodiscard]] TimePoint now() const noexcept override { return now_; }
    void sleep_until(TimePoint when) const noexcept override {
        slept_ += when - now_;
        now_ = when;
    }
    void advance(Duration by) { now_ += by; }
    [[nodiscard]] Duration slept() const { return slept_; }

  private:
    mutable TimePoint now_{std::chrono::hours(1)};
    mutable Duration slept_{};
};

class FixedRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) noexcept override { std::ranges::fill(out, std::uint8_t{0x5A}); }
};

// What happens behind the ports, and what was asked for. Answers are taken from the queues while they last;
// afterwards everything succeeds. Shared, because a worker's thread may let go of its card after a test's
// end.
struct World {
    std::vector<std::string> journal;
    std::vector<ReaderState> readers;
    Duration uptime = std::chrono::hours(1);
    std::deque<Status> service;   // ReaderSystem::open
    std::deque<Status> lists;     // ReaderContext::list
    std::deque<Status> connects;  // ReaderContext::connect
    std::function<void()> while_connecting;
    std::deque<Result<Begun>> begins;
    std::deque<Status> transmits;
    std::deque<Status> card_opens;
    Disposition closing = Disposition::leave;
    bool close_throws = false;
    bool close_transmits = false;
    int cards_made = 0;

    // The journal since the last call, joined by blanks.
    std::string told() {
        std::string text;
        for (const std::string& entry : journal)
            text += (text.empty() ? "" : " ") + entry;
        journal.clear();
        return text;
    }
    void note(std::string entry) { journal.push_back(std::move(entry)); }
};

template <class T>
T next(std::deque<T>& queue) {
    if (queue.empty()) return T{};
    T first = std::move(queue.front());
    queue.pop_front();
    return first;
}

struct FakeConnection final : Connection {
    explicit FakeConnection(std::shared_ptr<World> w) : keep(std::move(w)), world(*keep) {}
    ~FakeConnection() override { world.note("disconnect"); }
    Result<Begun> begin(TimePoint /*deadline*/) override {
        world.note("begin");
        return next(world.begins);
    }
    Result<Bytes> transmit(ByteView command, TimePoint deadline) override {
        world.note(to_hex(command));
        last_deadline = deadline;
        JPKI_TRY(next(world.transmits));
        return Bytes{0x90, 0x00};
    }
    void end(Disposition disposition) noexcept override {
        world.note(disposition == Disposition::leave ? "end" : "unpower");
    }
    std::shared_ptr<World> keep;
    World& world;
    static inline TimePoint last_deadline{};
};

struct FakeContext final : ReaderContext {
    explicit FakeContext(std::shared_ptr<World> w) : keep(std::move(w)), world(*keep) {}
    Result<std::vector<ReaderState>> list() override {
        world.note("list");
        JPKI_TRY(next(world.lists));
        return world.readers;
    }
    [[nodiscard]] Duration uptime() const noexcept override { return world.uptime; }
    Result<std::unique_ptr<Connection>> connect(const std::string& reader, TimePoint /*deadline*/) override {
        world.note("connect(" + reader + ")");
        if (world.while_connecting) world.while_connecting();
        JPKI_TRY(next(world.connects));
        return std::make_unique<FakeConnection>(keep);
    }
    std::shared_ptr<World> keep;
    World& world;
};

struct FakeReaders final : ReaderSystem {
    explicit FakeReaders(std::shared_ptr<World> w) : keep(std::move(w)), world(*keep) {}
    Result<std::unique_ptr<ReaderContext>> open() override {
        world.note("context");
        JPKI_TRY(next(world.service));
        return std::make_unique<FakeContext>(keep);
    }
    std::shared_ptr<World> keep;
    World& world;
};

inline constexpr TokenProfile kAuthentication{
    .pin = {.min_length = 4, .max_length = 4, .max_tries = 3, .alphabet = Alphabet::digits},
    .key = {.modulus_bits = 2048},
    .certificates = {{{.needs_login = false}, {.needs_login = false}}}};
inline constexpr TokenProfile kSignature{
    .pin = {.min_length = 6, .max_length = 16, .max_tries = 5, .alphabet = Alphabet::upper_alphanumeric},
    .key = {.modulus_bits = 2048},
    .certificates = {{{.needs_login = true}, {.needs_login = false}}}};
inline constexpr CardFamily kFamily{.model = "Test Card", .tokens = {&kAuthentication, &kSignature}};

// A card that opens and closes, and sends what a test wants sent; nothing else is asked of it by leases.
struct FakeCard : Card {
    explicit FakeCard(std::shared_ptr<World> w) : keep(std::move(w)), world(*keep) {}
    ~FakeCard() override { world.note("forget"); }
    void serve(Connection& c, const Waiter& w) noexcept override {
        connection = &c;
        waiter = w;
        irreversible = false;
    }
    [[nodiscard]] bool sent_irreversible() const noexcept override { return irreversible; }
    Status send(ByteView command) {
        if (waiter.gone()) return fail(Errc::abandoned);
        return connection->transmit(command, waiter.deadline).map([](auto&&) {});
    }
    Status send_once(ByteView command) {
        irreversible = true;
        return send(command);
    }
    Status open() override {
        world.note("open");
        return next(world.card_opens);
    }
    [[nodiscard]] const CardFamily& family() const noexcept override { return kFamily; }
    Result<ByteView> identify() override { return fail(Errc::internal); }
    [[nodiscard]] bool identity_is_unique() const noexcept override { return true; }
    Result<PinCounter> read_counter(KeyPurpose /*purpose*/) override { return fail(Errc::internal); }
    Status verify(KeyPurpose /*purpose*/, const PinSource& /*pin*/) override { return fail(Errc::internal); }
    [[nodiscard]] bool is_verified(KeyPurpose /*purpose*/) const noexcept override { return false; }
    Status change_pin(KeyPurpose /*purpose*/, const SecretBytes& /*pin*/) override {
        return fail(Errc::internal);
    }
    Result<ByteView> read_certificate(KeyPurpose /*s*/, CertRole /*r*/, std::size_t /*n*/) override {
        return fail(Errc::internal);
    }
    [[nodiscard]] std::size_t certificate_size(KeyPurpose /*s*/, CertRole /*r*/) const noexcept override {
        return 0;
    }
    Result<Bytes> sign(KeyPurpose /*purpose*/, SignScheme /*scheme*/, ByteView /*data*/) override {
        return fail(Errc::internal);
    }
    Disposition close(TimePoint deadline) override {
        world.note("close");
        waiter = {.deadline = deadline};
        if (world.close_throws) throw std::bad_alloc();
        if (world.close_transmits) {
            const Status answer = send_once(Bytes{0x00, 0xA4, 0x04, 0x0C, 0x01, 0xA0});
            world.note(answer ? "logged-out" : "not-logged-out");
        }
        return world.closing;
    }
    void on_reset() noexcept override { world.note("reset"); }
    std::shared_ptr<World> keep;
    World& world;
    Connection* connection = nullptr;
    Waiter waiter;
    bool irreversible = false;
};

struct FakeCards final : CardFactory {
    explicit FakeCards(std::shared_ptr<World> w) : keep(std::move(w)), world(*keep) {}
    std::unique_ptr<Card> make(Random& /*random*/, Log& /*log*/, Logout /*logout*/) override {
        ++world.cards_made;
        return std::make_unique<FakeCard>(keep);
    }
    [[nodiscard]] const CardFamily& assumed_family() const noexcept override { return kFamily; }
    std::shared_ptr<World> keep;
    World& world;
};

inline std::shared_ptr<Environment> make_environment(std::shared_ptr<World> world,
                                                     std::unique_ptr<Clock> clock) {
    auto made = std::make_shared<Environment>();
    made->readers = std::make_unique<FakeReaders>(world);
    made->cards = std::make_unique<FakeCards>(world);
    made->clock = std::move(clock);
    made->random = std::make_unique<FixedRandom>();
    made->log = std::make_unique<SilentLog>();
    made->threads = false;
    return made;
}

inline ReaderState reader(std::string name, std::uint64_t event_count, bool card) {
    return {.name = std::move(name), .event_count = {event_count}, .card_present = card};
}

}  // namespace jpki::p11::testing
