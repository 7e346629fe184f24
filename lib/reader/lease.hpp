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

// The connection as a Card sees it: it stands still when nobody waits for the work any more, knows whether
// something that must not be repeated has left, and survives a reconnect.
class GuardedConnection final : public Connection {
  public:
    void attach(std::unique_ptr<Connection> connection) {
        inner_ = std::move(connection);
        attached_ = true;
    }
    void detach() noexcept {
        attached_ = false;
        inner_.reset();
    }
    // From any thread.
    [[nodiscard]] bool attached() const noexcept { return attached_; }

    // For one job: when to stop, and until when.
    void guard(const std::atomic<bool>* abandoned, TimePoint deadline) noexcept;
    // For the logout, which always goes through; what is known of the job before it stays.
    void unguard(TimePoint deadline) noexcept;
    // A VERIFY with a PIN, a change or a signature was sent since guard().
    [[nodiscard]] bool irreversible() const noexcept { return irreversible_; }
    void set_irreversible(bool value) noexcept { irreversible_ = value; }

    Result<Begun> begin(TimePoint deadline) override;
    Result<Bytes> transmit(ByteView command, TimePoint deadline) override;
    void end(Disposition disposition) noexcept override;
    [[nodiscard]] ReaderFeatures features() const noexcept override;

  private:
    std::unique_ptr<Connection> inner_;
    std::atomic<bool> attached_{false};
    const std::atomic<bool>* abandoned_ = nullptr;
    TimePoint deadline_ = kNever;
    bool irreversible_ = false;
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

    // Does `work` under a lease on the card of `incarnation`; once more from its beginning when somebody
    // reset the card before anything irreversible was sent. Errors: the transport's, not_jpki, card_removed,
    // `work`'s own.
    Status run(Incarnation incarnation, const std::atomic<bool>& abandoned, TimePoint deadline,
               const Work& work);

    // From any thread: there is a connection, so work that does not end is not waiting for one.
    [[nodiscard]] bool connected() const noexcept { return connection_.attached(); }

    // Ends the lease now if one lingers.
    void end_lease() noexcept;

    // Executor::IdleHook.
    std::optional<TimePoint> idle(TimePoint now) noexcept;

  private:
    Status attempt(Incarnation incarnation, const std::atomic<bool>& abandoned, TimePoint deadline,
                   const Work& work);
    Status acquire(Incarnation incarnation, const std::atomic<bool>& abandoned, TimePoint deadline);
    Status connect(TimePoint deadline);
    Status begin(TimePoint deadline);
    void note_failure(const Error& error);
    void forget_card() noexcept;
    [[nodiscard]] TimePoint now() const { return environment_->clock->now(); }

    std::shared_ptr<const Environment> environment_;
    std::string reader_;
    std::shared_ptr<Presence> presence_;

    std::unique_ptr<ReaderContext> context_;
    GuardedConnection connection_;
    std::unique_ptr<Card> card_;  // outlives connections, but not its incarnation
    Incarnation card_incarnation_ = 0;

    bool in_lease_ = false;
    bool of_no_use_ = false;  // as the last work found it
    bool contended_ = false;
    TimePoint lease_start_{};
    TimePoint last_work_{};
    TimePoint busy_since_{};
    TimePoint not_before_{};
};

}  // namespace jpki::p11
