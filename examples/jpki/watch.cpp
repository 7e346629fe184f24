// `jpki watch`: what comes and goes, by C_WaitForSlotEvent, until Ctrl-C.
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <array>
#include <csignal>
#include <ctime>
#include <map>

#include "command.hpp"
#include "failure.hpp"
#include "seat_text.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

constexpr timespec kBetweenLooks{0, 300'000'000};

struct Card {
    bool foreign = false;
    std::string model;
    std::string serial;
    std::string family;  // in words

    bool operator==(const Card& other) const { return foreign == other.foreign && serial == other.serial; }
};
using Readers = std::map<std::string, std::optional<Card>>;

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

std::optional<Card> card_in(const Module& module, CK_SLOT_ID slot) {
    CK_TOKEN_INFO token{};
    const CK_RV rv = module->C_GetTokenInfo(slot, &token);
    if (rv == CKR_TOKEN_NOT_RECOGNIZED) return Card{.foreign = true, .model = {}, .serial = {}, .family = {}};
    if (rv != CKR_OK) return std::nullopt;
    const std::string serial(reinterpret_cast<const char*>(token.serialNumber), sizeof token.serialNumber);
    const std::string model = trimmed(token.model);
    return Card{.foreign = false,
                .model = model,
                .serial = serial.substr(0, serial.find_last_not_of(' ') + 1),
                .family = family_of(module.status(slot), model)};
}

Readers readers_now(const Module& module) {
    Readers found;
    for (const CK_SLOT_ID slot : module.slots()) {
        CK_SLOT_INFO info{};
        if (module->C_GetSlotInfo(slot, &info) != CKR_OK) continue;
        std::optional<Card>& card = found[reader_of(info)];
        if ((info.flags & CKF_TOKEN_PRESENT) == 0 || (card && !card->foreign)) continue;
        if (auto there = card_in(module, slot)) card = std::move(there);
    }
    return found;
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
        for (const auto& [reader, card] : before) {
            const auto now = after.find(reader);
            if (card && (now == after.end() || now->second != card)) tell_card(reader, *card, false);
            if (now == after.end()) tell("reader_removed", Text::reader_removed, reader);
        }
        for (const auto& [reader, card] : after) {
            const auto then = before.find(reader);
            if (then == before.end()) tell("reader_connected", Text::reader_connected, reader);
            if (card && (then == before.end() || then->second != card)) tell_card(reader, *card, true);
        }
    }

  private:
    void tell_card(const std::string& reader, const Card& card, bool inserted) const {
        const char* event = inserted ? "card_inserted" : "card_removed";
        if (json_) {
            Json about{{"family", "unknown"}};
            if (!card.foreign) about = {{"family", card.model}, {"serial", card.serial}};
            line(event, reader, &about);
        } else {
            const std::string what = card.foreign ? say(Text::unknown_card) : card.family;
            write(for_people(local_time()) +
                  say(inserted ? Text::card_inserted : Text::card_removed, reader, what) + "\n");
        }
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
        write(to_text(json, -1));
    }

    bool json_;
};

void watch(Context& context) {
    const EndSignals ends;
    const Module& module = context.module();
    const Teller teller(context.json);
    Readers known;
    bool changed = true;
    do {
        if (changed) {
            Readers now = readers_now(module);
            teller.compare(known, now);
            known = std::move(now);
        }
        // Asked without waiting inside of it: not every module wakes up when it is to end.
        changed = false;
        CK_SLOT_ID slot = 0;
        CK_RV rv = CKR_OK;
        while ((rv = module->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr)) == CKR_OK)
            changed = true;
        if (rv != CKR_NO_EVENT) Module::check(rv);
    } while (changed || !(nobody_reads() || ends.come()));
}

}  // namespace

void add_watch(CLI::App& app, Context& context) {
    app.add_subcommand("watch", say(Text::help_watch))->callback([&context] { watch(context); });
}

}  // namespace jpki::app
