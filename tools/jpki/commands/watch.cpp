// `jpki watch`: what comes and goes, by C_WaitForSlotEvent, until Ctrl-C.
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <map>

#include "commands/command.hpp"
#include "common/waiting.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/diagnosis.hpp"
#include "token/token_text.hpp"

namespace jpki::app {

namespace {

constexpr timespec kBetweenLooks{0, 300'000'000};

// A card that does not answer, or that somebody else has, may do better without anybody touching it.
constexpr auto kLookAgain = std::chrono::seconds(2);

struct Card {
    CardStatus status;
    std::string model;
    std::string serial;
    std::string family;  // in words
    std::string_view family_name;

    [[nodiscard]] bool readable() const {
        return status.state == CardState::present || status.state == CardState::foreign;
    }
    bool operator==(const Card& other) const {
        return status.state == other.status.state && serial == other.serial;
    }
};
struct Seen {
    std::string name;
    std::optional<Card> card;
};
// By slot: names need not be unique, and change when a reader of the same name comes.
using Readers = std::map<CK_SLOT_ID, Seen>;

// The signals that end it. Blocked before the module has threads, so that they wait for Watch alone.
class EndSignals {
  public:
    EndSignals() {
        (void)::sigemptyset(&signals_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            (void)::sigaddset(&signals_, signal);
        (void)::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    EndSignals(const EndSignals&) = delete;
    EndSignals& operator=(const EndSignals&) = delete;
    ~EndSignals() { (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    // True when one has come within that time.
    [[nodiscard]] bool come() const { return ::sigtimedwait(&signals_, nullptr, &kBetweenLooks) > 0; }

  private:
    sigset_t signals_{};
    sigset_t before_{};
};

// Whoever read the lines has left; otherwise only the next event would show it.
bool nobody_reads() {
    pollfd output{STDOUT_FILENO, 0, 0};
    return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

Readers readers_of(const std::vector<Reader>& seen) {
    Readers found;
    for (const Reader& reader : seen) {
        Seen& place = found[reader.slot];
        place.name = reader.name;
        std::optional<Card>& card = place.card;
        if (reader.card.state == CardState::none) continue;
        card.emplace(Card{reader.card, reader.model, {}, {}, {}});
        if (reader.tokens.empty()) continue;
        card->serial = reader.tokens.front().serial;
        card->family = family_of(reader.tokens.front().status, reader.model);
        card->family_name = name_of_family(reader.tokens.front().status);
    }
    return found;
}

bool may_change_by_itself(const Readers& readers) {
    return std::ranges::any_of(
        readers, [](const auto& one) { return one.second.card && !one.second.card->readable(); });
}

std::tm local_time() {
    const std::time_t seconds = std::time(nullptr);
    std::tm parts{};
    (void)::localtime_r(&seconds, &parts);
    return parts;
}

std::string for_people(const std::tm& time) {
    std::array<char, 16> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S ", &time)};
}

// ISO 8601.
std::string for_programs(const std::tm& time) {
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &time)};
}

class Teller {
  public:
    explicit Teller(bool json) : json_(json) {}

    void compare(const Readers& before, const Readers& after) const {
        for (const auto& [slot, was] : before) {
            const auto now = after.find(slot);
            const bool gone = now == after.end() || !now->second.card;
            if (was.card && (gone || is_another(*was.card, *now->second.card)))
                tell_card("card_removed", was.name, *was.card);
            if (now == after.end()) tell("reader_removed", Text::reader_removed, was.name);
        }
        for (const auto& [slot, is] : after) {
            const auto then = before.find(slot);
            if (then == before.end()) tell("reader_connected", Text::reader_connected, is.name);
            if (!is.card) continue;
            if (then == before.end() || !then->second.card || is_another(*then->second.card, *is.card)) {
                tell_card("card_inserted", is.name, *is.card);
            } else if (then->second.card != is.card) {
                tell_card("card_changed", is.name, *is.card);
            }
        }
    }

    // Why there is nothing to be told of.
    void tell_trouble(const Finding& trouble, std::string_view state) const {
        if (json_) {
            write(Json{{"time", for_programs(local_time())},
                       {"event", "no_reader"},
                       {trouble.check, {{"state", state}}},
                       {"what", trouble.what},
                       {"advice", trouble.cure()}},
                  -1);
        } else {
            tell_finding(trouble);
        }
    }

  private:
    // Two that could be read and differ; one that could not be read may be any.
    static bool is_another(const Card& one, const Card& other) {
        return one.readable() && other.readable() && one != other;
    }
    static void tell_finding(const Finding& found) {
        write(for_people(local_time()) + found.what + "\n" + found.cure() + "\n");
    }
    void tell_card(const char* event, const std::string& reader, const Card& card) const {
        if (json_) {
            Json about{{"state", name_of(card.status.state)}};
            if (card.status.state == CardState::foreign) about["family"] = "unknown";
            if (!card.serial.empty())
                about.update({{"family", card.family_name}, {"model", card.model}, {"serial", card.serial}});
            line(event, reader, &about);
        } else if (event == std::string_view("card_removed")) {
            write(for_people(local_time()) + say(Text::card_removed, reader, words_for(card)) + "\n");
        } else if (card.readable()) {
            write(for_people(local_time()) + say(Text::card_inserted, reader, words_for(card)) + "\n");
        } else {
            tell_finding(finding_of(card.status, reader));
        }
    }
    static std::string words_for(const Card& card) {
        if (!card.family.empty()) return card.family;
        return say(card.status.state == CardState::foreign ? Text::unknown_card : Text::unread_card);
    }
    void tell(const char* event, Text sentence, const std::string& reader) const {
        if (json_) {
            line(event, reader, nullptr);
        } else {
            write(for_people(local_time()) + say(sentence, reader) + "\n");
        }
    }
    static void line(const char* event, const std::string& reader, const Json* card) {
        Json json{{"time", for_programs(local_time())}, {"event", event}, {"reader", reader}};
        if (card != nullptr) json["card"] = *card;
        write(json, -1);
    }

    bool json_;
};

// True when the module has told of a card that came or went.
bool events_of(const Module& module) {
    // Asked without waiting inside of it: not every module wakes up when it is to end.
    CK_SLOT_ID slot = 0;
    CK_RV rv = CKR_OK;
    bool any = false;
    while ((rv = module->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr)) == CKR_OK)
        any = true;
    if (rv != CKR_NO_EVENT) Module::check(rv);
    return any;
}

void watch(Context& context) {
    const EndSignals ends;
    const Module& module = context.module();
    const Teller teller(context.json);
    // Where a person sits nothing happening looks like nothing being done.
    if (!context.json && ::isatty(STDERR_FILENO) == 1) note(say(Text::watch_begins) + "\n");
    Readers known;
    std::string told;  // of what is in the way
    bool again = true;
    auto looked = std::chrono::steady_clock::now();
    for (bool first = true;; first = false) {
        if (again) {
            const auto seen = first ? look(module) : look_now(module);
            Readers now = readers_of(seen);
            teller.compare(known, now);
            known = std::move(now);
            looked = std::chrono::steady_clock::now();
            const MachineFacts facts = known.empty() ? look_at_machine() : MachineFacts{};
            const auto trouble = known.empty() ? reader_trouble(facts) : std::nullopt;
            const std::string words = trouble ? trouble->what : "";
            if (!words.empty() && words != told)
                teller.tell_trouble(*trouble,
                                    trouble->check == "service" ? service_state(facts) : reader_state(facts));
            told = words;
        }
        {
            const Waiting::Pause nothing_is_waited_for;
            if (nobody_reads() || ends.come()) return;
        }
        // Without a reader there are no events but new readers, which the list tells.
        again = events_of(module) || (known.empty() && !module.slots().empty()) ||
                ((known.empty() || may_change_by_itself(known)) &&
                 std::chrono::steady_clock::now() - looked >= kLookAgain);
    }
}

}  // namespace

void add_watch(Command app, Context& context) {
    app.add("watch", say(Text::help_watch)).run([&context] { watch(context); });
}

}  // namespace jpki::app
