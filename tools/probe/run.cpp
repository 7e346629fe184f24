#include "probe/run.hpp"

#include <algorithm>
#include <ranges>
#include <thread>

#include "probe/guard.hpp"

namespace jpki::probe {

namespace {

using SteadyClock = std::chrono::steady_clock;

bool may_pass(Errc code) { return code == Errc::reader_busy || code == Errc::timed_out; }

bool is_gone(Errc code) {
    return code == Errc::card_removed || code == Errc::no_card || code == Errc::reader_gone;
}

// A reader that cannot carry a long command fails in ways of its own, and some cards fall silent.
bool may_be_refused(const Command& command) { return command.id == "extended_read"; }

// A code of PC/SC and its static text; nothing of a card is in them.
std::string words_of(const Error& error) {
    std::string words(error.what);
    if (error.detail == 0) return words.empty() ? "?" : words;
    const std::array<std::uint8_t, 4> code{static_cast<std::uint8_t>(error.detail >> 24U),
                                           static_cast<std::uint8_t>(error.detail >> 16U & 0xFFU),
                                           static_cast<std::uint8_t>(error.detail >> 8U & 0xFFU),
                                           static_cast<std::uint8_t>(error.detail & 0xFFU)};
    return words + (words.empty() ? "0x" : ", 0x") + to_hex(code);
}

std::chrono::microseconds since(SteadyClock::time_point before) {
    return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - before);
}

// Ends the transaction whatever happens in it.
class Transaction {
  public:
    explicit Transaction(Connection& connection, std::chrono::microseconds& took)
        : connection_(&connection), took_(&took) {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        const auto before = SteadyClock::now();
        connection_->end(how_);
        *took_ = since(before);
    }

    void end_with(Disposition how) { how_ = how; }

  private:
    Connection* connection_;
    std::chrono::microseconds* took_;  // to end it
    // Whatever ends a run early, nothing of it stays selected.
    Disposition how_ = Disposition::unpower;
};

class Runner {
  public:
    Runner(ReaderContext& context, const std::string& reader, Watcher& watcher, RetryPolicy retry)
        : context_(&context), reader_(&reader), watcher_(&watcher), retry_(retry) {}

    Run take() {
        const auto rows = commands();
        if (connect()) {
            for (std::size_t first = 0; first < rows.size() && goes_on();) {
                std::size_t end = first;
                while (end < rows.size() && rows[end].phase == rows[first].phase)
                    ++end;
                const bool powers_down = end == rows.size() || rows[end].when == When::powers_up;
                phase(rows.subspan(first, end - first), powers_down);
                first = end;
            }
        }
        if (something_selected_) power_down();
        const bool was_there = connection_ != nullptr;
        connection_.reset();
        if (was_there && result_.ending != Ending::failed && result_.ending != Ending::card_gone)
            leave_to_others();
        if (result_.ending == Ending::complete && counters_moved()) result_.ending = Ending::counter_moved;
        return std::move(result_);
    }

  private:
    // Calls `attempt` with a deadline until it no longer fails of others who have the card.
    template <class Attempt>
    bool patiently(Attempt attempt) {
        const auto limit = SteadyClock::now() + retry_.longest;
        for (;;) {
            if (stops()) return false;
            const auto deadline = std::min(SteadyClock::now() + retry_.step, limit);
            const Status tried = attempt(deadline);
            if (tried) return true;
            if (!may_pass(tried.error().code)) return end_by(tried.error());
            if (!std::exchange(told_of_waiting_, true)) watcher_->waits();
            if (SteadyClock::now() >= limit) return end_by(tried.error());
        }
    }

    bool connect() {
        const auto returns = SteadyClock::now() + retry_.returns;
        return patiently([&](TimePoint deadline) -> Status {
            auto connection = context_->connect(*reader_, deadline);
            while (failed_with(connection, Errc::no_card) && SteadyClock::now() < returns && !stops()) {
                std::this_thread::sleep_for(retry_.look);
                connection = context_->connect(*reader_, deadline);
            }
            if (!connection) return fail(connection.error());
            connection_ = std::make_unique<GuardedConnection>(std::move(*connection));
            return {};
        });
    }

    bool end_by(const Error& error) {
        result_.ending = is_gone(error.code) ? Ending::card_gone : Ending::failed;
        result_.error = error;
        return false;
    }

    bool stops() {
        if (watcher_->wants_to_stop()) result_.ending = Ending::interrupted;
        return result_.ending != Ending::complete;
    }

    [[nodiscard]] bool goes_on() const { return result_.ending == Ending::complete && !lost_power_; }

    void phase(std::span<const Command> rows, bool powers_down) {
        const bool powers_up = rows.front().when == When::powers_up;
        const auto before = SteadyClock::now();
        if (!patiently([this](TimePoint deadline) -> Status {
                return connection_->begin(deadline).map([](const Begun&) {});
            })) {
            if (powers_up && result_.ending != Ending::interrupted) take_lost_power(rows.front());
            return;
        }
        if (powers_up) power_took_ += since(before);
        const std::chrono::microseconds power = power_took_;
        Transaction transaction(*connection_, power_took_);
        something_selected_ = false;
        bool selected = false;
        for (const Command& row : rows) {
            if (stops()) return;
            if (row.when == When::if_selected && !selected) {
                result_.record.exchanges.push_back({.command = &row});
                continue;
            }
            if (!send(row)) return;
            if (row.when == When::powers_up) result_.record.exchanges.back().power = power;
            if (!begin_again(row)) return;
            if (is_select(row)) selected = result_.record.exchanges.back().sw.ok();
        }
        // At the very end the card forgets what was selected, too.
        if (!powers_down) transaction.end_with(Disposition::leave);
        something_selected_ = !powers_down;
    }

    // All else has been asked by then, and that it is so is something to report. Others may have been
    // quicker.
    void take_lost_power(const Command& row) {
        lost_power_ = true;
        result_.ending = Ending::complete;
        result_.record.exchanges.push_back({.command = &row, .power_error = words_of(result_.error)});
    }

    // A connection gives power back to a card that this run's power-downs have left without.
    void leave_to_others() {
        const auto limit = SteadyClock::now() + retry_.returns;
        for (;;) {
            const auto connected = context_->connect(*reader_, SteadyClock::now() + retry_.step);
            if (connected || may_pass(connected.error().code)) return;
            if (SteadyClock::now() >= limit) {
                result_.record.hidden = words_of(connected.error());
                return;
            }
            std::this_thread::sleep_for(retry_.look);
        }
    }

    // After a run that ended between two phases; not at any price, since others may have the card by now.
    void power_down() {
        if (connection_->begin(SteadyClock::now() + retry_.step)) connection_->end(Disposition::unpower);
    }

    static bool is_select(const Command& row) { return row.apdu.bytes()[1] == 0xA4; }

    // 6F00 was seen as a card's first answer after power-up. Where a phase begins, the application has to
    // be there.
    bool begin_again(const Command& row) {
        if (row.when != When::begins && row.when != When::powers_up) return true;
        if (result_.record.exchanges.back().sw.value() == 0x6F00 && !send(row)) return false;
        const card::StatusWord sw = result_.record.exchanges.back().sw;
        if (sw.ok() || row.when == When::powers_up) return true;
        result_.error = sw.error();
        const Errc code = result_.error.code;
        const bool none = code == Errc::file_not_found || code == Errc::unsupported_command ||
                          code == Errc::wrong_parameters;
        const bool first = row.phase == commands().front().phase;
        result_.ending = none && first ? Ending::foreign : Ending::failed;
        return false;
    }

    bool send(const Command& row) {
        watcher_->will_send(row);
        Exchange exchange{.command = &row, .sent = true};
        const auto before = SteadyClock::now();
        auto answer = connection_->transmit(row.apdu.bytes(), kNever);
        exchange.took = since(before);
        bool goes_on = true;
        if (answer && answer->size() >= 2) {
            take_answer(exchange, *answer);
        } else {
            const Error error = answer ? Error{Errc::malformed_answer} : answer.error();
            goes_on = may_be_refused(row) && !is_gone(error.code) && error.code != Errc::internal;
            if (!goes_on) end_by(error);
        }
        watcher_->has_answered(exchange);
        result_.record.exchanges.push_back(std::move(exchange));
        return goes_on;
    }

    void take_answer(Exchange& exchange, Bytes& answer) {
        exchange.answered = true;
        exchange.length = answer.size() - 2;
        exchange.sw = card::StatusWord(answer[exchange.length], answer[exchange.length + 1]);
        exchange.findings = masker_.look(*exchange.command, exchange.sw, slice(answer, 0, exchange.length));
        ::explicit_bzero(answer.data(), answer.size());
    }

    // Where the first answer named no number, somebody else's login may have been the reason.
    [[nodiscard]] bool moved(std::string_view first, std::string_view last) const {
        const Exchange& before = result_.record.of(first);
        return before.sw.tries_left() && result_.record.of(last).sw != before.sw;
    }
    [[nodiscard]] bool counters_moved() const {
        return moved("auth_tries", "auth_tries_at_last") || moved("sign_tries", "sign_tries_at_last");
    }

    ReaderContext* context_;
    const std::string* reader_;
    Watcher* watcher_;
    RetryPolicy retry_;
    std::unique_ptr<GuardedConnection> connection_;
    Masker masker_;
    bool told_of_waiting_ = false;
    bool lost_power_ = false;  // the card did not come back after a power-down
    std::chrono::microseconds power_took_{};
    bool something_selected_ = false;  // outside of a transaction
    Run result_;
};

}  // namespace

std::string Exchange::outcome() const {
    if (!sent) return "not sent";
    if (!answered) return "no answer";
    if (sw.wrong_expected() && !length_may_be_told(command->mask, length, findings)) return "6C..";
    return to_hex(std::array{sw.sw1(), sw.sw2()});
}

std::optional<std::size_t> Exchange::told_length() const {
    if (length != 0 && !length_may_be_told(command->mask, length, findings)) return std::nullopt;
    return length;
}

std::string_view Exchange::finding(std::string_view key) const {
    const auto found = std::ranges::find(findings, key, &ToldValue::key);
    return found == findings.end() ? std::string_view() : std::string_view(found->value);
}

const Exchange& Record::of(std::string_view id) const {
    static const Exchange kNone;
    const auto latest_first = std::views::reverse(exchanges);
    const auto found = std::ranges::find_if(
        latest_first, [id](const Exchange& exchange) { return exchange.command->id == id; });
    return found == latest_first.end() ? kNone : *found;
}

Run run(ReaderContext& context, const std::string& reader, Watcher& watcher, RetryPolicy retry) {
    return Runner(context, reader, watcher, retry).take();
}

}  // namespace jpki::probe
