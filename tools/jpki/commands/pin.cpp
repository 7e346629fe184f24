// `jpki pin status`, `jpki pin test` and `jpki pin change`.

#include "commands/command.hpp"
#include "commands/pin_entry.hpp"
#include "commands/pin_json.hpp"
#include "commands/terminal.hpp"
#include "text/failure.hpp"
#include "token/held_token.hpp"
#include "token/pin_rules.hpp"
#include "token/token_text.hpp"

namespace jpki::app {

namespace {

struct Options {
    std::string which;
    bool last_try = false;
    PinOptions pin;
    PinOptions fresh;
};

KeyPurpose purpose_of(const std::string& which) {
    return which == "sign" ? KeyPurpose::signature : KeyPurpose::authentication;
}

// --- status

Json json_of(const Token& token) {
    Json json{{"reader", token.reader}, {"pin", name_of(token.purpose)}};
    add_pin(json, token);
    return json;
}

std::string lines_of(const Token& token) {
    std::string lines = fill("{} - {}\n  {}\n", title_of(token), token.reader, tries_of(token));
    if (token.locked()) lines += "  " + unlocking_of(token) + "\n";
    return lines;
}

void show_status(Context& context, const std::string& which) {
    Json pins = Json::array();
    std::string lines;
    const auto add = [&](const Token& token) {
        pins.push_back(json_of(token));
        lines += lines_of(token);
    };
    if (!which.empty()) {
        add(find_token(context.module(), purpose_of(which), context.reader));
    } else {
        const auto readers = look(context.module(), context.reader);
        for (const Reader& reader : readers)
            for (const Token& token : reader.tokens)
                add(token);
        if (pins.empty()) throw no_token(readers);
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
bool agree_on_tries(const Token& token, bool last_try) {
    note(lines_of(token));
    const auto left = token.tries_left();
    if (token.locked() || left == 0UL)
        throw Failure(Exit::pin_locked, say(Text::pin_locked), unlocking_of(token));
    // A module that never counts says nothing; ours says that the card does not.
    const bool last = left ? *left == 1 : token.status.has_value();
    if (!last) return false;
    if (!last_try)
        throw Failure(Exit::refused, say(left ? Text::last_try_kept : Text::counter_unknown),
                      say(Text::last_try_advice));
    ask_twice(left);
    return true;
}

SecretBytes enter_old(const Token& token, const PinOptions& options) {
    SecretBytes pin =
        enter_pin(options, token.purpose == KeyPurpose::signature ? Text::ask_signature_pin
                                                                  : Text::ask_authentication_pin);
    to_card_form(shape_of(token), pin);
    if (flaw_of(shape_of(token), pin.view()) != PinFlaw::none)
        throw Failure(Exit::refused, say(Text::pin_impossible));
    return pin;
}

SecretBytes enter_new(const Token& token, const PinOptions& options) {
    const bool password = token.purpose == KeyPurpose::signature;
    const auto judged = [&](SecretBytes pin) {
        to_card_form(shape_of(token), pin);
        if (const auto flaw = words_for(token, flaw_of_new(shape_of(token), pin.view())))
            throw Failure(Exit::refused, say(*flaw, token.shortest_pin, token.longest_pin));
        return pin;
    };
    SecretBytes fresh = judged(enter_pin(options, say(password ? Text::ask_new_password : Text::ask_new_pin,
                                                      token.shortest_pin, token.longest_pin)));
    if (options.from_terminal() && !equal(fresh.view(), judged(enter_pin(options, Text::ask_again)).view()))
        throw Failure(Exit::refused, say(Text::new_pin_differs));
    return fresh;
}

// --- what comes of it

void answer(const Context& context, const Token& token, const char* what, Text sentence) {
    if (context.json) {
        write(Json{{"pin", name_of(token.purpose)}, {what, true}});
    } else {
        write(say(sentence) + "\n");
    }
}

void test(Context& context, const Options& options) {
    const HeldToken held(context.module(), purpose_of(options.which), context.reader);
    if (agree_on_tries(held.token, options.last_try)) held.session().allow_last_try();
    held.log_in(enter_old(held.token, options.pin));
    held.session().logout();
    answer(context, held.token, "right", Text::pin_is_right);
}

void change(Context& context, const Options& options) {
    const HeldToken held(context.module(), purpose_of(options.which), context.reader);
    if (agree_on_tries(held.token, options.last_try)) held.session().allow_last_try();
    const SecretBytes old_pin = enter_old(held.token, options.pin);
    const SecretBytes fresh = enter_new(held.token, options.fresh);
    if (equal(old_pin.view(), fresh.view())) throw Failure(Exit::refused, say(Text::new_pin_same));
    // Nothing was sent yet: there is no doubt about what is so.
    held.check_card();
    try {
        held.change_pin(old_pin, fresh);
    } catch (const Failure& failure) {
        const bool uncertain = failure.exit() == Exit::failed || failure.exit() == Exit::no_card;
        if (!uncertain) throw;
        throw Failure(failure.exit(), failure.what(), say(Text::change_uncertain, options.which));
    }
    answer(context, held.token, "changed", Text::pin_changed);
}

void add_common(Command command, Options& options) {
    command.option("which", options.which, say(Text::help_which_pin)).required().one_of({"auth", "sign"});
    command.flag("--last-try", options.last_try, say(Text::help_last_try));
    options.pin.add_to(command);
}

}  // namespace

void add_pin(Command app, Context& context) {
    Command pin = app.add("pin", say(Text::help_pin));
    pin.needs_command();
    const auto which = std::make_shared<std::string>();
    Command status = pin.add("status", say(Text::help_pin_status));
    status.option("which", *which, say(Text::help_which_pin)).one_of({"auth", "sign"});
    status.run([&context, which] { show_status(context, *which); });
    const auto tested = std::make_shared<Options>();
    Command try_it = pin.add("test", say(Text::help_pin_test));
    add_common(try_it, *tested);
    try_it.run([&context, tested] { test(context, *tested); });
    const auto changed = std::make_shared<Options>();
    Command new_one = pin.add("change", say(Text::help_pin_change));
    add_common(new_one, *changed);
    changed->fresh.add_to(new_one, true);
    new_one.run([&context, changed] { change(context, *changed); });
}

}  // namespace jpki::app
