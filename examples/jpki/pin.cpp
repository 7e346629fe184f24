// `jpki pin status`, `jpki pin test` and `jpki pin change`.
#include <CLI/App.hpp>

#include "command.hpp"
#include "failure.hpp"
#include "pin_entry.hpp"
#include "pin_rules.hpp"
#include "seat_text.hpp"
#include "terminal.hpp"

namespace jpki::app {

namespace {

struct Wishes {
    std::string which;
    bool last_try = false;
    PinOptions pin;
    PinOptions fresh;
};

Purpose purpose_of(const std::string& which) {
    return which == "sign" ? Purpose::signature : Purpose::authentication;
}

// --- status

Json json_of(const KeySeat& seat, const std::string& reader) {
    const auto left = seat.tries_left();
    return {{"reader", reader},
            {"pin", name_of(seat.purpose)},
            {"tries_left", left ? Json(*left) : Json(nullptr)},
            {"tries_max", seat.status ? Json(seat.status->ulMaxTries) : Json(nullptr)},
            {"locked", seat.locked()},
            {"length", {seat.shortest_pin, seat.longest_pin}}};
}

std::string lines_of(const KeySeat& seat, const std::string& reader) {
    std::string lines = fmt::format("{} - {}\n  {}\n", title_of(seat), reader, tries_of(seat));
    if (seat.locked()) lines += "  " + unlocking_of(seat) + "\n";
    return lines;
}

void show_status(Context& context, const std::string& which) {
    Json pins = Json::array();
    std::string lines;
    const auto add = [&](const KeySeat& seat, const std::string& reader) {
        pins.push_back(json_of(seat, reader));
        lines += lines_of(seat, reader);
    };
    if (!which.empty()) {
        const KeySeat seat = find_seat(context.module(), purpose_of(which), context.reader);
        add(seat, context.module().reader_of(seat.slot));
    } else {
        const auto readers = look(context.module(), context.reader);
        for (const Reader& reader : readers)
            for (const KeySeat& seat : reader.seats)
                add(seat, reader.name);
        if (pins.empty()) throw no_seat(readers);
    }
    if (context.json) {
        write(Json{{"pins", pins}});
    } else {
        write(lines);
    }
}

// --- what must be so before a PIN is asked for

void ask_twice(const std::optional<unsigned long>& left) {
    const Terminal terminal;
    terminal.show(say(left ? Text::last_try_warning : Text::unknown_try_warning) + "\n");
    const std::string number = left ? std::to_string(*left) : "unknown";
    if (terminal.ask(text(Text::ask_sure)) != "yes" || terminal.ask(text(Text::ask_number)) != number)
        throw Failure(Exit::cancelled, say(Text::last_try_unconfirmed));
}

// True: the holder has agreed twice that the next PIN may be the last try.
bool agree_on_tries(Context& context, const KeySeat& seat, bool last_try) {
    note(lines_of(seat, context.module().reader_of(seat.slot)));
    const auto left = seat.tries_left();
    if (seat.locked() || left == 0UL)
        throw Failure(Exit::pin_locked, say(Text::pin_locked), unlocking_of(seat));
    // A module that never counts says nothing; ours says that the card does not.
    const bool last = left ? *left == 1 : context.module().vendor() != nullptr;
    if (!last) return false;
    if (!last_try)
        throw Failure(Exit::refused, say(left ? Text::last_try_kept : Text::counter_unknown),
                      say(Text::last_try_advice));
    ask_twice(left);
    return true;
}

SecretBytes enter_old(const KeySeat& seat, const PinOptions& options) {
    SecretBytes pin = enter_pin(
        options, seat.purpose == Purpose::signature ? Text::ask_signature_pin : Text::ask_authentication_pin);
    to_card_form(seat.purpose, pin);
    if (!could_be(seat, pin)) throw Failure(Exit::refused, say(Text::pin_impossible));
    return pin;
}

SecretBytes enter_new(const KeySeat& seat, const PinOptions& options) {
    const bool password = seat.purpose == Purpose::signature;
    const auto judged = [&](SecretBytes pin) {
        to_card_form(seat.purpose, pin);
        if (const auto flaw = flaw_of(seat, pin))
            throw Failure(Exit::refused, say(*flaw, seat.shortest_pin, seat.longest_pin));
        return pin;
    };
    SecretBytes fresh = judged(enter_pin(options, say(password ? Text::ask_new_password : Text::ask_new_pin,
                                                      seat.shortest_pin, seat.longest_pin)));
    if (options.from_terminal() && !equal(fresh.view(), judged(enter_pin(options, Text::ask_again)).view()))
        throw Failure(Exit::refused, say(Text::new_pin_differs));
    return fresh;
}

// --- what came of it

// Says, beside what went wrong, how many tries are left now.
template <class Work>
void counted(const Module& module, const KeySeat& seat, Work work) {
    try {
        work();
    } catch (const Failure& failure) {
        if (failure.exit() != Exit::pin_wrong) throw;
        KeySeat now = seat;
        (void)module.read_status(seat.slot, now.status);
        CK_TOKEN_INFO info{};
        now.flags = module->C_GetTokenInfo(seat.slot, &info) == CKR_OK ? info.flags : 0;
        throw Failure(Exit::pin_wrong, failure.what(), tries_of(now) + "\n" + say(Text::do_not_guess));
    }
}

void test(Context& context, const Wishes& wishes) {
    Module& module = context.module();
    const KeySeat seat = find_seat(module, purpose_of(wishes.which), context.reader);
    const bool last = agree_on_tries(context, seat, wishes.last_try);
    const SecretBytes pin = enter_old(seat, wishes.pin);
    {
        const Session session(module, seat.slot);
        if (last) session.allow_last_try();
        counted(module, seat, [&] { session.login(pin); });
        session.logout();
    }
    if (context.json) {
        write(Json{{"pin", name_of(seat.purpose)}, {"right", true}});
    } else {
        write(say(Text::pin_is_right) + "\n");
    }
}

void change(Context& context, const Wishes& wishes) {
    Module& module = context.module();
    const KeySeat seat = find_seat(module, purpose_of(wishes.which), context.reader);
    const bool last = agree_on_tries(context, seat, wishes.last_try);
    const SecretBytes old_pin = enter_old(seat, wishes.pin);
    const SecretBytes fresh = enter_new(seat, wishes.fresh);
    if (equal(old_pin.view(), fresh.view())) throw Failure(Exit::refused, say(Text::new_pin_same));
    try {
        const Session session(module, seat.slot);
        if (last) session.allow_last_try();
        counted(module, seat, [&] { session.change_pin(old_pin, fresh); });
    } catch (const Failure& failure) {
        const bool uncertain = failure.exit() == Exit::failed || failure.exit() == Exit::no_card;
        if (!uncertain) throw;
        throw Failure(failure.exit(), failure.what(), say(Text::change_uncertain, wishes.which));
    }
    if (context.json) {
        write(Json{{"pin", name_of(seat.purpose)}, {"changed", true}});
    } else {
        write(say(Text::pin_changed) + "\n");
    }
}

void add_common(CLI::App& command, Wishes& wishes) {
    command.add_option("which", wishes.which, say(Text::help_which_pin))
        ->required()
        ->check(CLI::IsMember({"auth", "sign"}));
    command.add_flag("--last-try", wishes.last_try, say(Text::help_last_try));
    wishes.pin.add_to(command);
}

}  // namespace

void add_pin(CLI::App& app, Context& context) {
    CLI::App* pin = app.add_subcommand("pin", say(Text::help_pin));
    pin->require_subcommand(1);
    const auto which = std::make_shared<std::string>();
    CLI::App* status = pin->add_subcommand("status", say(Text::help_pin_status));
    status->add_option("which", *which, say(Text::help_which_pin))->check(CLI::IsMember({"auth", "sign"}));
    status->callback([&context, which] { show_status(context, *which); });
    const auto tested = std::make_shared<Wishes>();
    CLI::App* try_it = pin->add_subcommand("test", say(Text::help_pin_test));
    add_common(*try_it, *tested);
    try_it->callback([&context, tested] { test(context, *tested); });
    const auto changed = std::make_shared<Wishes>();
    CLI::App* new_one = pin->add_subcommand("change", say(Text::help_pin_change));
    add_common(*new_one, *changed);
    changed->fresh.add_to(*new_one, true);
    new_one->callback([&context, changed] { change(context, *changed); });
}

}  // namespace jpki::app
