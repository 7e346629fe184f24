#include "diagnosis.hpp"

#include <fmt/format.h>
#include <winscard.h>

#include <algorithm>

#include "seat_text.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

constexpr std::uint32_t number(LONG code) { return static_cast<std::uint32_t>(code); }

using Findings = std::vector<Finding>;

std::string joined(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words)
        line += (line.empty() ? "" : ", ") + word;
    return line;
}

void judge_module(const Facts& facts, Findings& found) {
    if (!facts.module_error.empty()) {
        found.push_back({"module", Grade::problem, facts.module_error, say(Text::advise_module)});
    } else if (facts.config_problems != 0) {
        found.push_back(
            {"configuration", Grade::problem,
             say(Text::find_config, facts.config_problems, facts.config_line, facts.config_column),
             say(Text::advise_config)});
    } else {
        found.push_back({"module", Grade::good, say(Text::find_module_good, facts.module_path), {}});
    }
}

// False when nothing behind it can be judged.
bool judge_service(const Facts& facts, Findings& found) {
    const auto problem = [&](Text what, Text advice) {
        found.push_back({"service", Grade::problem, say(what), say(advice)});
        return false;
    };
    switch (facts.service) {
        case number(SCARD_S_SUCCESS):
            found.push_back({"service", Grade::good, say(Text::find_service_good), {}});
            return true;
        case number(SCARD_W_SECURITY_VIOLATION): return problem(Text::find_polkit, Text::advise_polkit);
        // What pcsc-lite says to a client library of another protocol version.
        case number(SCARD_E_SERVICE_STOPPED): return problem(Text::find_protocol, Text::advise_protocol);
        default: break;
    }
    if (facts.sandboxed) return problem(Text::find_sandbox, Text::advise_sandbox);
    if (!facts.service_installed) return problem(Text::find_no_service, Text::advise_install_service);
    if (facts.service_socket) return problem(Text::find_service_dead, Text::advise_restart_service);
    return problem(Text::find_service_off, Text::advise_start_service);
}

bool judge_readers(const Facts& facts, Findings& found) {
    if (!facts.pcsc_readers.empty()) {
        std::vector<std::string> names;
        for (const PcscReader& reader : facts.pcsc_readers)
            names.push_back(reader.name);
        found.push_back({"reader", Grade::good, say(Text::find_readers, joined(names)), {}});
        return true;
    }
    for (const UsbDevice& device : facts.usb) {
        const std::string name = fmt::format("{} ({})", device.name, device.identifier);
        found.push_back({"reader", Grade::problem,
                         say(device.ccid ? Text::find_no_driver : Text::find_not_ccid, name),
                         say(device.ccid ? Text::advise_driver : Text::advise_other_reader)});
    }
    if (facts.usb.empty())
        found.push_back({"reader", Grade::problem, say(Text::no_reader), say(Text::advise_reader)});
    return false;
}

void judge_cards(const Facts& facts, Findings& found) {
    bool any = false;
    for (const PcscReader& reader : facts.pcsc_readers) {
        any = any || reader.card;
        if (reader.mute)
            found.push_back(
                {"card", Grade::problem, say(Text::find_mute, reader.name), say(Text::advise_mute)});
        if (reader.taken)
            found.push_back({"card", Grade::problem,
                             facts.others.empty()
                                 ? say(Text::find_taken, reader.name)
                                 : say(Text::find_taken_by, reader.name, joined(facts.others)),
                             say(Text::advise_taken)});
    }
    for (const Reader& reader : facts.readers)
        if (reader.foreign)
            found.push_back(
                {"card", Grade::problem, say(Text::find_foreign, reader.name), say(Text::advise_foreign)});
    if (!any) found.push_back({"card", Grade::problem, say(Text::no_card), say(Text::put_card_in)});
}

void judge_pin(const KeySeat& seat, Findings& found) {
    const std::string title =
        say(seat.purpose == Purpose::signature ? Text::signature_key : Text::authentication_key);
    const auto left = seat.tries_left();
    if (seat.locked()) {
        found.push_back(
            {"pin", Grade::problem, say(Text::find_locked, title),
             say(seat.purpose == Purpose::signature ? Text::unlock_signature : Text::unlock_authentication)});
    } else if (left && *left == 1) {
        found.push_back({"pin", Grade::problem, say(Text::find_last_try, title), say(Text::last_try_advice)});
    } else if (left && seat.status && *left < seat.status->ulMaxTries) {
        found.push_back(
            {"pin", Grade::note, say(Text::find_fewer_tries, title, *left, seat.status->ulMaxTries), {}});
    }
}

void judge_certificate(const KeySeat& seat, const Facts& facts, Findings& found) {
    if (!seat.certificate) return;
    const std::string end = date_in_japan(seat.certificate->not_after);
    if (facts.now < seat.certificate->not_before || facts.now < facts.built) {
        found.push_back({"clock", Grade::problem, say(Text::find_clock, date_in_japan(facts.now)),
                         say(Text::advise_clock)});
    } else if (facts.now > seat.certificate->not_after) {
        found.push_back({"certificate", Grade::problem, say(Text::certificate_expired, end), {}});
    } else if (seat.certificate->renewal_open(facts.now)) {
        found.push_back({"certificate",
                         Grade::note,
                         say(Text::certificate_valid, end, seat.certificate->days_left(facts.now)) +
                             say(Text::renewal_is_open),
                         {}});
    }
}

void judge_registration(const Facts& facts, Findings& found) {
    if (!facts.p11kit_registered)
        found.push_back({"p11-kit", Grade::note, say(Text::find_no_p11kit), say(Text::advise_p11kit)});
    for (const std::string& database : facts.nss_unregistered)
        found.push_back(
            {"nss", Grade::note, say(Text::find_no_nss, database), say(Text::advise_nss, database)});
    for (const std::string& database : facts.nss_registered)
        found.push_back({"nss", Grade::good, say(Text::find_nss_good, database), {}});
}

}  // namespace

std::vector<Finding> diagnose(const Facts& facts) {
    Findings found;
    judge_module(facts, found);
    if (judge_service(facts, found) && judge_readers(facts, found)) judge_cards(facts, found);
    for (const Reader& reader : facts.readers) {
        for (const KeySeat& seat : reader.seats) {
            judge_pin(seat, found);
            judge_certificate(seat, facts, found);
        }
        if (!reader.seats.empty())
            found.push_back(
                {"card",
                 Grade::good,
                 say(Text::find_card_good, family_of(reader.seats.front().status, reader.model), reader.name),
                 {}});
    }
    judge_registration(facts, found);
    return found;
}

}  // namespace jpki::app
