// A lease: this reader, inside one PC/SC transaction, with the same card as before. The only way to a Card,
// so an APDU outside a transaction does not compile. LeaseKeeper makes, lingers on and ends leases; it is
// confined to the reader's executor and never called from an API thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "reader/environment.hpp"
#include "reader/presence.hpp"

namespace jpki::p11 {

class CardLease {
  public:
    CardLease(const CardLease&) = delete;
    CardLease& operator=(const CardLease&) = delete;

    [[nodiscard]] Card& card() const noexcept { return *card_; }
    // Whoever does the work has learned that there is nothing here for it: others may have the card as soon
    // as the lease ends.
    void of_no_use() noexcept { *of_no_use_ = true; }

  private:
    friend class LeaseKeeper;
    CardLease(Card& card, bool& of_no_use) : card_(&card), of_no_use_(&of_no_use) {}
    ~CardLease() = default;
    Card* card_;
    bool* of_no_use_;
};

class LeaseKeeper {
  public:
    LeaseKeeper(std::shared_ptr<const Environment> environment, std::string reader,
                std::shared_ptr<Presence> presence)
        : environment_(std::move(environment)), reader_(std::move(reader)), presence_(std::move(presence)) {}
    LeaseKeeper(const LeaseKeeper&) = delete;
    LeaseKeeper& operator=(const LeaseKeeper&) = delete;
    ~LeaseKeeper() = default;

    using Work = std::function<Status(CardLease&)>;

    // Does `work` under a lease on the card of `card_generation`; once more from its beginning when somebody
    // reset the card before anything irreversible was sent. Errors: the transport's, not_jpki, card_removed,
    // `work`'s own.
    Status run(CardGeneration card_generation, const std::atomic<bool>& abandoned, TimePoint deadline,
               const Work& work);

    // From any thread: there is a connection, so work that does not end is not waiting for one.
    [[nodiscard]] bool connected() const noexcept { return connected_; }

    // Ends the lease now if one lingers.
    void end_lease() noexcept;

    // Executor::IdleHook.
    std::optional<TimePoint> idle(TimePoint now) noexcept;

  private:
    Status attempt(CardGeneration card_generation, const std::atomic<bool>& abandoned, TimePoint deadline,
                   const Work& work);
    Status acquire(CardGeneration card_generation, const std::atomic<bool>& abandoned, TimePoint deadline);
    Status connect(TimePoint deadline);
    Status begin(TimePoint deadline);
    void disconnect() noexcept;
    void record_failure(const Error& error);
    void forget_card() noexcept;
    [[nodiscard]] TimePoint now() const { return environment_->clock->now(); }

    std::shared_ptr<const Environment> environment_;
    std::string reader_;
    std::shared_ptr<Presence> presence_;

    std::unique_ptr<ReaderContext> context_;
    std::unique_ptr<Connection> connection_;
    std::atomic<bool> connected_{false};  // there is one; for other threads
    std::unique_ptr<Card> card_;          // outlives connections, but not its card generation
    CardGeneration card_generation_ = 0;

    bool in_lease_ = false;
    bool irreversible_ = false;  // the last work sent what must not be sent twice
    bool of_no_use_ = false;     // as the last work found it
    bool contended_ = false;
    TimePoint lease_start_{};
    TimePoint last_work_{};
    TimePoint busy_since_{};
    TimePoint not_before_{};
};

}  // namespace jpki::p11
