#include "probe/session.hpp"

#include <algorithm>
#include <thread>

#include "probe/text.hpp"

namespace jpki::probe {

namespace {

[[noreturn]] void fail_with(const Error& error) {
    switch (error.code) {
        case Errc::service_unavailable:
            throw Failure{Exit::failed, say(Text::no_service), say(Text::no_service_advice)};
        case Errc::access_denied:
            throw Failure{Exit::failed, say(Text::access_denied), say(Text::access_denied_advice)};
        case Errc::reader_busy:
        case Errc::timed_out: throw Failure{Exit::failed, say(Text::busy), say(Text::busy_advice)};
        case Errc::no_memory: throw Failure{Exit::failed, say(Text::no_memory)};
        case Errc::card_mute: throw Failure{Exit::failed, say(Text::silent), say(Text::silent_advice)};
        default:
            throw Failure{Exit::failed, say(Text::card_failed, error.what), say(Text::card_failed_advice)};
    }
}

std::string joined(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names)
        list += (list.empty() ? "" : ", ") + printable_reader(name);
    return list;
}

std::string choose(const std::vector<ReaderState>& readers, const std::string& wanted) {
    if (readers.empty()) throw Failure{Exit::no_card, say(Text::no_reader), say(Text::no_reader_advice)};
    std::vector<std::string> all;
    std::vector<std::string> with_card;
    for (const ReaderState& reader : readers) {
        all.push_back(reader.name);
        if (reader.card_present && (wanted.empty() || reader.name == wanted))
            with_card.push_back(reader.name);
    }
    if (!wanted.empty() && std::ranges::find(all, wanted) == all.end())
        throw Failure{Exit::no_card, say(Text::unknown_reader, wanted), say(Text::readers_are, joined(all))};
    if (with_card.empty()) throw Failure{Exit::no_card, say(Text::no_card), say(Text::no_card_advice)};
    // Which of them is meant is for the user to say.
    if (with_card.size() > 1)
        throw Failure{Exit::usage, say(Text::several_cards, joined(with_card)),
                      say(Text::several_cards_advice)};
    return with_card.front();
}

// A pcscd that was started by our own question is still opening its readers.
constexpr Duration kYoung = std::chrono::seconds(5);

// All of them, once there is a card in one, or none comes.
std::vector<ReaderState> readers_of(ReaderContext& context, const RetryPolicy& retry) {
    const auto until = std::chrono::steady_clock::now() + retry.returns;
    for (;;) {
        auto list = context.list();
        if (!list) fail_with(list.error());
        const bool some = std::ranges::any_of(*list, &ReaderState::card_present);
        const bool none = list->empty() && context.uptime() >= kYoung;
        if (none || some || std::chrono::steady_clock::now() >= until) return std::move(*list);
        std::this_thread::sleep_for(retry.look);
    }
}

void ask_to_begin(User& user, const std::string& reader) {
    const auto answer = user.ask(say(Text::question, printable_reader(reader)));
    if (!answer) throw Failure{Exit::refused, say(Text::nobody_to_ask), say(Text::nobody_to_ask_advice)};
    if (*answer != 'y') throw Failure{Exit::cancelled, say(Text::said_no)};
}

class Narrator final : public Watcher {
  public:
    explicit Narrator(User& user) : user_(&user) {}

    void will_send(const Command& command) override { user_->tell(announcement(command)); }
    void has_answered(const Exchange& exchange) override {
        user_->tell("       -> " + answer_of(exchange) + "\n");
    }
    void waits() override { user_->tell(say(Text::waiting) + "\n"); }
    bool wants_to_stop() override { return user_->wants_to_stop(); }

  private:
    User* user_;
};

void check_ending(const Run& run) {
    const auto counter = [&run](std::string_view id) { return run.record.of(id).outcome(); };
    switch (run.ending) {
        case Ending::complete: return;
        case Ending::foreign: throw Failure{Exit::no_card, say(Text::foreign_card)};
        case Ending::counter_moved:
            throw Failure{Exit::stopped,
                          say(Text::counter_moved, counter("auth_tries"), counter("auth_tries_at_last"),
                              counter("sign_tries"), counter("sign_tries_at_last")),
                          say(Text::counter_moved_advice)};
        case Ending::card_gone:
            throw Failure{Exit::stopped, say(Text::card_gone), say(Text::card_gone_advice)};
        case Ending::interrupted: throw Failure{Exit::cancelled, say(Text::interrupted)};
        case Ending::failed: fail_with(run.error);
    }
}

}  // namespace

Found ask_card(ReaderSystem& readers, const AtrOf& atr_of, User& user, const RunOptions& run_options,
               RetryPolicy retry) {
    auto context = readers.open();
    if (!context) fail_with(context.error());
    const std::string reader = choose(readers_of(**context, retry), run_options.reader);
    user.tell(say(Text::introduction, commands().size()) + "\n");
    if (!run_options.yes) ask_to_begin(user, reader);

    const Bytes atr = atr_of(reader);
    Found found{.reader = reader,
                .surroundings = {.reader = masked_reader(reader),
                                 .atr = masked_atr(atr),
                                 .interface = interface_of(atr),
                                 .declared = declared_by(atr)},
                .run = {}};
    Narrator narrator(user);
    found.run = run(**context, reader, narrator, retry);
    if (!found.run.record.hidden.empty())
        user.tell(say(Text::hidden, found.run.record.hidden) + "\n" + std::string(text(Text::hidden_advice)) +
                  "\n");
    check_ending(found.run);
    return found;
}

}  // namespace jpki::probe
