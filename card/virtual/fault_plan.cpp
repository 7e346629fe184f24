// See fault_plan.hpp. Before a command the rows whose turn it is are written down; those that keep the
// command from the card act at once, the others on the card's true answer.
#include "virtual/fault_plan.hpp"

#include <algorithm>
#include <map>

#include "virtual/json_text.hpp"

namespace jpki::vcard {
namespace {

struct Planned {
    FaultRow row;
    std::size_t seen = 0;
    std::size_t fired = 0;
    bool now = false;  // its turn is the command that is under way

    void see(ByteView apdu) {
        now = false;
        if (row.ins && (apdu.size() < 2 || apdu[1] != *row.ins)) return;
        now = row.onwards ? seen >= row.at : seen == row.at;
        ++seen;
    }
};

// Stands in for an answer that nobody has given yet.
const Bytes kDone{0x90, 0x00};

}  // namespace

struct FaultPlan::State {
    std::vector<Planned> rows;
    FaultHands hands;
    Bytes previous = kDone;
    std::map<std::uint8_t, std::pair<std::size_t, Bytes>> answers;  // the last of each instruction
    std::size_t answered = 0;

    void fire(Card& card, Planned& planned) {
        ++planned.fired;
        card.record_fault(planned.row.name);
    }

    void disturb(Card& card, const FaultRow& row) const {
        if (row.action == FaultAction::kReset) {
            if (row.cold) {
                card.power_off();
                card.power_on();
            } else {
                card.reset();
            }
            if (hands.reset) hands.reset(row.cold);
        } else if (row.action == FaultAction::kLeave) {
            card.power_off();
            if (hands.leave) hands.leave();
        } else if (row.action == FaultAction::kBounce) {
            card.power_off();
            hands.bounce ? hands.bounce() : card.power_on();
        } else if (row.action == FaultAction::kDelay && hands.delay) {
            hands.delay(row.delay);
        }
    }

    Bytes other(ByteView apdu) const {
        std::pair<std::size_t, Bytes> latest{0, kDone};
        for (const auto& [ins, answer] : answers) {
            if (apdu.size() >= 2 && ins != apdu[1] && answer.first >= latest.first) latest = answer;
        }
        return latest.second;
    }

    // What comes back instead of `answer`; nothing when it is not an answer that this row is about.
    std::optional<Bytes> bent(const FaultRow& row, ByteView apdu, ByteView answer) const {
        switch (row.action) {
            case FaultAction::kAnswer: return row.bytes;
            case FaultAction::kData: {
                Bytes out = row.bytes;
                append(out, answer.last(std::min<std::size_t>(answer.size(), 2)));
                return out;
            }
            case FaultAction::kShape: {
                const Bytes another = other(apdu);
                return shaped(row, {.answer = answer, .previous = previous, .other = another});
            }
            case FaultAction::kMute:
            case FaultAction::kLeave:
            case FaultAction::kBounce: return Bytes{};
            case FaultAction::kReset:
            case FaultAction::kDelay: break;
        }
        return std::nullopt;
    }

    std::optional<Bytes> before(Card& card, ByteView apdu) {
        for (Planned& planned : rows)
            planned.see(apdu);
        for (Planned& planned : rows) {
            if (!planned.now || planned.row.executed) continue;
            fire(card, planned);
            disturb(card, planned.row);
            if (std::optional<Bytes> answer = bent(planned.row, apdu, {})) return answer;
        }
        return std::nullopt;
    }

    std::optional<Bytes> after(Card& card, ByteView apdu, ByteView answer) {
        std::optional<Bytes> instead;
        for (Planned& planned : rows) {
            if (!planned.now || !planned.row.executed) continue;
            fire(card, planned);
            disturb(card, planned.row);
            if (auto out = bent(planned.row, apdu, instead ? ByteView(*instead) : answer)) instead = out;
            if (instead && instead->empty()) break;  // nothing is left to bend
        }
        previous = to_bytes(answer);
        if (apdu.size() >= 2) answers[apdu[1]] = {++answered, previous};
        return instead;
    }
};

FaultPlan::FaultPlan() : state_(std::make_shared<State>()) {}

void FaultPlan::add(std::string_view row) { state_->rows.push_back({.row = parse_fault(row)}); }

void FaultPlan::add_all(std::string_view text) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        line = line.substr(0, line.find('#'));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        try {
            add(line);
        } catch (const FaultError& wrong) {
            throw FaultError("line " + std::to_string(number) + ": " + wrong.what());
        }
    }
}

void FaultPlan::clear() { state_->rows.clear(); }

void FaultPlan::arm(Card& card) {
    for (Planned& planned : state_->rows)
        planned = {.row = std::move(planned.row)};
    state_->previous = kDone;
    state_->answers.clear();
    move_to(card);
}

void FaultPlan::move_to(Card& card) {
    card.on_fault_before(
        [state = state_, &card](std::size_t, ByteView apdu) { return state->before(card, apdu); });
    card.on_fault_after([state = state_, &card](std::size_t, ByteView apdu, ByteView answer) {
        return state->after(card, apdu, answer);
    });
}

FaultHands& FaultPlan::hands() { return state_->hands; }

std::size_t FaultPlan::fired() const {
    std::size_t count = 0;
    for (const Planned& planned : state_->rows)
        count += planned.fired;
    return count;
}

std::string FaultPlan::to_json() const {
    std::string out;
    for (const Planned& planned : state_->rows) {
        out += out.empty() ? "[" : ", ";
        out += "{\"row\": " + json_string(planned.row.text) + ", \"seen\": " + std::to_string(planned.seen) +
               ", \"fired\": " + std::to_string(planned.fired) + "}";
    }
    return out.empty() ? "[]" : out + "]";
}

}  // namespace jpki::vcard
