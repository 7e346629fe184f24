#include "token/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pcsc/functions.hpp"
#include "text/text.hpp"
#include "token/token_text.hpp"

namespace jpki::app {

namespace {

// Several times what a usual card and reader need for what `jpki status` asks.
constexpr auto kSlow = std::chrono::seconds(1);

using card::pcsc::number;

using Findings = std::vector<Finding>;

// --- the service

struct Service {
    std::string_view state;
    Text what;
    Text advice;
    std::optional<Cure> cure;
};

Service checked_service(const MachineFacts& facts) {
    switch (facts.service) {
        case number(SCARD_S_SUCCESS): return {"running", Text::find_service_good, Text::nothing, {}};
        case number(SCARD_W_SECURITY_VIOLATION):
            return {"refused", Text::find_polkit, Text::advise_polkit, Cure::allow_session};
        // What pcsc-lite says to a client library of another protocol version.
        case number(SCARD_E_SERVICE_STOPPED):
            return {"other_version", Text::find_protocol, Text::advise_protocol, {}};
        default: break;
    }
    if (facts.sandboxed) return {"sandboxed", Text::find_sandbox, Text::advise_sandbox, {}};
    if (!facts.service_library)
        return {"no_library", Text::find_no_library, Text::advise_library, Cure::install_library};
    if (!facts.service_installed)
        return {"not_installed", Text::find_no_service, Text::advise_install, Cure::install_service};
    const Cure start = facts.systemd ? Cure::start_service : Cure::start_service_by_hand;
    if (!facts.service_socket) return {"not_running", Text::find_service_off, Text::advise_start, start};
    if (!facts.systemd) return {"not_running", Text::find_service_dead, Text::advise_start, start};
    return {"not_answering", Text::find_service_dead, Text::advise_restart, Cure::restart_service};
}

Finding finding_of(const Service& service) {
    return {"service", service.state == "running" ? Grade::good : Grade::problem, say(service.what),
            say(service.advice), service.cure ? type(*service.cure) : std::string()};
}

// --- readers

Finding finding_of(const UsbDevice& device, const MachineFacts& facts) {
    const std::string name = fmt::format("{} ({})", device.name, device.identifier);
    const auto problem = [&](Text what, Text advice, std::optional<Cure> cure) {
        return Finding{"reader", Grade::problem, say(what, name), say(advice),
                       cure ? type(*cure) : std::string()};
    };
    if (has_no_driver(device)) return problem(Text::find_not_ccid, Text::advise_other_reader, {});
    if (!facts.ccid_driver) return problem(Text::find_no_driver, Text::advise_ccid, Cure::install_ccid);
    if (is_of_acs(device) && !facts.acs_driver)
        return problem(Text::find_no_driver, Text::advise_acs, Cure::install_acs);
    return problem(Text::find_no_driver, Text::advise_reconnect,
                   facts.systemd ? std::optional(Cure::restart_service) : std::nullopt);
}

void check_readers(const Facts& facts, Findings& found) {
    std::vector<std::string> names;
    for (const PcscReader& reader : facts.pcsc_readers)
        names.push_back(reader.name);
    if (!names.empty())
        found.push_back({"reader", Grade::good, say(Text::find_readers, joined(names)), {}, {}});
    const bool usable =
        std::ranges::any_of(facts.readers, [](const Reader& reader) { return !reader.tokens.empty(); });
    for (const UsbDevice& device : facts.usb) {
        // Which of the service's readers are which of USB's nobody says.
        if (!names.empty() && !has_no_driver(device)) continue;
        found.push_back(finding_of(device, facts));
        if (usable) found.back().grade = Grade::note;
    }
    if (names.empty() && facts.usb.empty())
        found.push_back({"reader", Grade::problem, say(Text::no_reader), say(Text::advise_reader), {}});
}

// --- cards

// What PC/SC saw of a card that the module has not been asked for, or has not met.
CardStatus seen_by_service(const PcscReader& reader, const MachineFacts& facts) {
    CardStatus seen;
    seen.atr = reader.atr;
    if (!reader.card) return seen;
    seen.state = reader.taken ? CardState::busy : reader.mute ? CardState::silent : CardState::present;
    if (seen.state == CardState::busy) seen.others = facts.others;
    return seen;
}

void check_cards(const Facts& facts, Findings& found) {
    bool any = false;
    std::vector<const Reader*> known;
    for (const Reader& reader : facts.readers)
        known.push_back(&reader);
    for (const PcscReader& reader : facts.pcsc_readers) {
        CardStatus status = seen_by_service(reader, facts);
        // The module's names are made visible, and cut where they are too long for a slot's description; both
        // have one order.
        const auto at = std::ranges::find_if(
            known, [&](const Reader* one) { return visible(reader.name).starts_with(one->own_name); });
        const Reader* asked = at == known.end() ? nullptr : *at;
        if (asked != nullptr) known.erase(at);
        // The module came later and tried, so it knows better; but not who has the card to himself.
        if (asked != nullptr && asked->card.state != CardState::none &&
            (status.state != CardState::busy || asked->card.state == CardState::present)) {
            status = asked->card;
            status.atr = reader.atr;
        }
        if (status.state == CardState::none) continue;
        any = true;
        if (status.state != CardState::present) found.push_back(finding_of(status, reader.name));
    }
    if (!any) found.push_back(finding_of(CardStatus{}, ""));
}

void check_number_of_cards(const Facts& facts, Findings& found) {
    std::vector<std::string> names;
    for (const Reader& reader : facts.readers)
        if (!reader.tokens.empty()) names.push_back(reader.name);
    if (names.size() > 1)
        found.push_back({"card", Grade::note, say(Text::several_cards, joined(names)),
                         say(Text::advise_several), type(Cure::name_reader, shell_word(names.front()))});
    if (names.size() == 1 && facts.took >= kSlow)
        found.push_back({"card",
                         Grade::note,
                         say(Text::find_slow, names.front(),
                             fmt::format("{:.1f}", std::chrono::duration<double>(facts.took).count())),
                         say(Text::advise_slow),
                         {}});
}

// --- the rest

void check_module(const Facts& facts, Findings& found) {
    if (!facts.module_error.empty()) {
        found.push_back({"module", Grade::problem, facts.module_error, say(Text::advise_module), {}});
    } else if (facts.config_problems != 0) {
        found.push_back(
            {"configuration", Grade::problem,
             say(Text::find_config, facts.config_problems, facts.config_line, facts.config_column),
             say(Text::advise_config), type(Cure::check_configuration)});
    } else {
        found.push_back({"module", Grade::good, say(Text::find_module_good, facts.module_path), {}, {}});
    }
}

void check_pin(const Token& token, Findings& found) {
    const std::string title =
        say(token.purpose == KeyPurpose::signature ? Text::signature_key : Text::authentication_key);
    const auto left = token.tries_left();
    if (token.locked()) {
        found.push_back({"pin",
                         Grade::problem,
                         say(Text::find_locked, title),
                         say(token.purpose == KeyPurpose::signature ? Text::unlock_signature
                                                                    : Text::unlock_authentication),
                         {}});
    } else if (left && *left == 1) {
        found.push_back(
            {"pin", Grade::problem, say(Text::find_last_try, title), say(Text::last_try_advice), {}});
    } else if (left && token.status && *left < token.status->ulMaxTries) {
        found.push_back({"pin",
                         Grade::note,
                         say(Text::find_fewer_tries, title, *left, token.status->ulMaxTries),
                         {},
                         {}});
    }
}

void check_certificate(const Token& token, const Facts& facts, Findings& found) {
    if (!token.validity) return;
    const std::string end = date_in_japan(token.validity->not_after);
    if (facts.now < token.validity->not_before || facts.now < facts.built) {
        found.push_back({"clock",
                         Grade::problem,
                         say(Text::find_clock, date_in_japan(facts.now)),
                         say(Text::advise_clock),
                         {}});
    } else if (facts.now > token.validity->not_after) {
        found.push_back({"certificate", Grade::problem, say(Text::certificate_expired, end), {}, {}});
    } else if (token.validity->renewal_open(facts.now)) {
        found.push_back({"certificate",
                         Grade::note,
                         say(Text::certificate_valid, end, token.validity->days_left(facts.now)) +
                             say(Text::renewal_is_open),
                         {},
                         {}});
    }
}

void check_registration(const Facts& facts, Findings& found) {
    if (!facts.p11kit_registered)
        found.push_back({"p11-kit", Grade::note, say(Text::find_no_p11kit), say(Text::advise_p11kit),
                         type(Cure::register_p11kit, shell_word("module: " + facts.module_path))});
    for (const std::string& database : facts.nss_unregistered)
        found.push_back(
            {"nss", Grade::note, say(Text::find_no_nss, database), say(Text::advise_nss),
             type(Cure::register_nss, shell_word("sql:" + database), shell_word(facts.module_path))});
    for (const std::string& database : facts.nss_registered)
        found.push_back({"nss", Grade::good, say(Text::find_nss_good, database), {}, {}});
}

}  // namespace

std::string_view service_state(const MachineFacts& facts) { return checked_service(facts).state; }

std::string_view reader_state(const MachineFacts& facts) {
    if (!facts.pcsc_readers.empty()) return "connected";
    if (facts.usb.empty()) return "none";
    return has_no_driver(facts.usb.front()) ? "not_supported" : "no_driver";
}

std::optional<Finding> reader_trouble(const MachineFacts& facts) {
    const Service service = checked_service(facts);
    if (service.state != "running") return finding_of(service);
    Facts all;
    static_cast<MachineFacts&>(all) = facts;
    Findings found;
    check_readers(all, found);
    return found.front().grade == Grade::good ? std::nullopt : std::optional(found.front());
}

std::vector<Finding> diagnose(const Facts& facts) {
    Findings found;
    check_module(facts, found);
    found.push_back(finding_of(checked_service(facts)));
    if (found.back().grade == Grade::good) {
        check_readers(facts, found);
        if (!facts.pcsc_readers.empty()) check_cards(facts, found);
        check_number_of_cards(facts, found);
    }
    for (const Reader& reader : facts.readers) {
        for (const Token& token : reader.tokens) {
            check_pin(token, found);
            check_certificate(token, facts, found);
        }
        if (!reader.tokens.empty())
            found.push_back({"card",
                             Grade::good,
                             say(Text::find_card_good, family_of(reader.tokens.front().status, reader.model),
                                 reader.name),
                             {},
                             {}});
    }
    check_registration(facts, found);
    return found;
}

}  // namespace jpki::app
