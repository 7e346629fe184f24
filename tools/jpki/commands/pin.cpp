// `jpki pin status`, `jpki pin test` and `jpki pin change`.

#include "commands/command.hpp"
#include "commands/pin_entry.hpp"
#include "commands/terminal.hpp"
#include "text/failure.hpp"
#include "token/held_seat.hpp"
#include "token/pin_rules.hpp"
#include "token/seat_text.hpp"

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

Json json_of(const KeySeat& seat) {
    const auto left = seat.tries_left();
    return {{"reader", seat.reader},
            {"pin", name_of(seat.purpose)},
            {"tries_left", left ? Json(*left) : Json(nullptr)},
            {"tries_max", seat.status ? Json(seat.status->ulMaxTries) : Json(nullptr)},
            {"locked", seat.locked()},
            {"length", {{"min", seat.shortest_pin}, {"max", seat.longest_pin}}}};
}

std::string lines_of(const KeySeat& seat) {
    std::string lines = fill("{} - {}\n  {}\n", title_of(seat), seat.reader, tries_of(seat));
    if (seat.locked()) lines += "  " + unlocking_of(seat) + "\n";
    return lines;
}

void show_status(Context& context, const std::string& which) {
    Json pins = Json::array();
    std::string lines;
    const auto add = [&](const KeySeat& seat) {
        pins.push_back(json_of(seat));
        lines += lines_of(seat);
    };
    if (!which.empty()) {
        add(find_seat(context.module(), purpose_of(which), context.reader));
    } else {
        const auto readers = look(context.module(), context.reader);
        for (const Reader& reader : readers)
            for (const KeySeat& seat : reader.seats)
                add(seat);
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
bool agree_on_tries(const KeySeat& seat, bool last_try) {
    note(lines_of(seat));
    const auto left = seat.tries_left();
    if (seat.locked() || left == 0UL)
        throw Failure(Exit::pin_locked, say(Text::pin_locked), unlocking_of(seat));
    // A module that never counts says nothing; ours says that the card does not.
    const bool last = left ? *left == 1 : seat.status.has_value();
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
    to_card_form(shape_of(seat), pin);
    if (flaw_of(shape_of(seat), pin.view()) != PinFlaw::none)
        throw Failure(Exit::refused, say(Text::pin_impossible));
    return pin;
}

SecretBytes enter_new(const KeySeat& seat, const PinOptions& options) {
    const bool password = seat.purpose == Purpose::signature;
    const auto judged = [&](SecretBytes pin) {
        to_card_form(shape_of(seat), pin);
        if (const auto flaw = words_for(seat, flaw_of_new(shape_of(seat), pin.view())))
            throw Failure(Exit::refused, say(*flaw, seat.shortest_pin, seat.longest_pin));
        return pin;
    };
    SecretBytes fresh = judged(enter_pin(options, say(password ? Text::ask_new_password : Text::ask_new_pin,
                                                      seat.shortest_pin, seat.longest_pin)));
    if (options.from_terminal() && !equal(fresh.view(), judged(enter_pin(options, Text::ask_again)).view()))
        throw Failure(Exit::refused, say(Text::new_pin_differs));
    return fresh;
}

// --- what comes of it

void answer(const Context& context, const KeySeat& seat, const char* what, Text sentence) {
    if (context.json) {
        write(Json{{"pin", name_of(seat.purpose)}, {what, true}});
    } else {
        write(say(sentence) + "\n");
    }
}

void test(Context& context, const Wishes& wishes) {
    const HeldSeat held(context.module(), purpose_of(wishes.which), context.reader);
    if (agree_on_tries(held.seat, wishes.last_try)) held.session().allow_last_try();
    held.log_in(enter_old(held.seat, wishes.pin));
    held.session().logout();
    answer(context, held.seat, "right", Text::pin_is_right);
}

void change(Context& context, const Wishes& wishes) {
    const HeldSeat held(context.module(), purpose_of(wishes.which), context.reader);
    if (agree_on_tries(held.seat, wishes.last_try)) held.session().allow_last_try();
    const SecretBytes old_pin = enter_old(held.seat, wishes.pin);
    const SecretBytes fresh = enter_new(held.seat, wishes.fresh);
    if (equal(old_pin.view(), fresh.view())) throw Failure(Exit::refused, say(Text::new_pin_same));
    // Nothing was sent yet: there is no doubt about what is so.
    held.check_card();
    try {
        held.change_pin(old_pin, fresh);
    } catch (const Failure& failure) {
        const bool uncertain = failure.exit() == Exit::failed || failure.exit() == Exit::no_card;
        if (!uncertain) throw;
        throw Failure(failure.exit(), failure.what(), say(Text::change_uncertain, wishes.which));
    }
    answer(context, held.seat, "changed", Text::pin_changed);
}

void add_common(Command command, Wishes& wishes) {
    command.option("which", wishes.which, say(Text::help_which_pin)).required().one_of({"auth", "sign"});
    command.flag("--last-try", wishes.last_try, say(Text::help_last_try));
    wishes.pin.add_to(command);
}

}  // namespace

void add_pin(Command app, Context& context) {
    Command pin = app.add("pin", say(Text::help_pin));
    pin.needs_command();
    const auto which = std::make_shared<std::string>();
    Command status = pin.add("status", say(Text::help_pin_status));
    status.option("which", *which, say(Text::help_which_pin)).one_of({"auth", "sign"});
    status.run([&context, which] { show_status(context, *which); });
    const auto tested = std::make_shared<Wishes>();
    Command try_it = pin.add("test", say(Text::help_pin_test));
    add_common(try_it, *tested);
    try_it.run([&context, tested] { test(context, *tested); });
    const auto changed = std::make_shared<Wishes>();
    Command new_one = pin.add("change", say(Text::help_pin_change));
    add_common(new_one, *changed);
    changed->fresh.add_to(new_one, true);
    new_one.run([&context, changed] { change(context, *changed); });
}

}  // namespace jpki::app
