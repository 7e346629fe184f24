// `jpki status`: readers, cards, PINs, certificates.
#include <algorithm>

#include "commands/command.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/diagnosis.hpp"
#include "token/holder.hpp"
#include "token/seat_text.hpp"

namespace jpki::app {

namespace {

// --- for programs

Json json_of(const KeySeat& seat) {
    Json json{{"slot", seat.slot}, {"label", seat.label}, {"serial", seat.serial}};
    Json& pin = json["pin"];
    const auto left = seat.tries_left();
    pin["tries_left"] = left ? Json(*left) : Json(nullptr);
    pin["tries_max"] = seat.status ? Json(seat.status->ulMaxTries) : Json(nullptr);
    pin["locked"] = seat.locked();
    pin["length"] = {{"min", seat.shortest_pin}, {"max", seat.longest_pin}};
    if (seat.validity) {
        json["certificate"] = {{"not_before", date_in_japan(seat.validity->not_before)},
                               {"not_after", date_in_japan(seat.validity->not_after)},
                               {"days_left", seat.validity->days_left(now())},
                               {"renewal_open", seat.validity->renewal_open(now())},
                               {"renewal_begins", date_in_japan(seat.validity->renewal_begins())}};
    } else {
        json["certificate"] = nullptr;
    }
    return json;
}

void tell(Json& json, const Finding& found) {
    json["what"] = found.what;
    json["advice"] = found.cure();
}

Json json_of(const Reader& reader) {
    Json card{{"state", name_of(reader.card.state)}};
    if (reader.card.code != 0) card["code"] = text_of_code(reader.card.code);
    if (!reader.card.others.empty()) card["programs"] = reader.card.others;
    if (reader.card.state != CardState::present) tell(card, finding_of(reader.card, reader.name));
    if (!reader.seats.empty()) card["family"] = name_of_family(reader.seats.front().status);
    if (!reader.model.empty()) card["model"] = reader.model;
    for (const KeySeat& seat : reader.seats)
        card[seat.purpose == Purpose::other ? seat.label : std::string(name_of(seat.purpose))] =
            json_of(seat);
    return {{"name", reader.name}, {"card", std::move(card)}};
}

Json json_of(const std::vector<Reader>& readers) {
    Json json{{"service", {{"state", "running"}}}, {"reader", {{"state", "connected"}}}};
    json["readers"] = Json::array();
    for (const Reader& reader : readers)
        json["readers"].push_back(json_of(reader));
    if (readers.empty()) {
        const MachineFacts facts = look_at_machine();
        json["service"]["state"] = service_state(facts);
        json["reader"]["state"] = reader_state(facts);
        if (const auto trouble = reader_trouble(facts)) tell(json[trouble->check], *trouble);
    }
    return json;
}

// --- for people

std::string indented(std::string lines) {
    for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 3)
        lines.replace(at, 1, "\n  ");
    return lines;
}

std::string validity_of(const KeySeat& seat) {
    if (!seat.validity)
        return say(seat.purpose == Purpose::signature ? Text::certificate_behind_pin
                                                      : Text::certificate_not_there);
    const Validity& certificate = *seat.validity;
    const long days = certificate.days_left(now());
    const std::string end = date_in_japan(certificate.not_after);
    if (certificate.not_before > now())
        return say(Text::certificate_not_yet, date_in_japan(certificate.not_before));
    if (days < 0) return say(Text::certificate_expired, end);
    std::string line = say(Text::certificate_valid, end, days);
    return line + (certificate.renewal_open(now())
                       ? say(Text::renewal_is_open)
                       : say(Text::renewal_opens, date_in_japan(certificate.renewal_begins())));
}

std::string lines_of(const Reader& reader) {
    std::string lines = say(Text::reader, reader.name) + "\n";
    if (reader.seats.empty() && reader.card.state != CardState::present) {
        const Finding found = finding_of(reader.card, reader.name);
        lines += "  " + found.what + "\n";
        // An empty reader beside the one with the card is nothing to be mended.
        if (reader.card.state != CardState::none) lines += "  " + indented(found.cure()) + "\n";
        return lines;
    }
    if (reader.seats.empty()) return lines + "  " + say(Text::no_key) + "\n";
    lines += "  " + family_of(reader.seats.front().status, reader.model) + "\n";
    for (const KeySeat& seat : reader.seats) {
        lines += "  " + title_of(seat) + "\n";
        lines += "    " + tries_of(seat) + "\n";
        lines += "    " + validity_of(seat) + "\n";
        if (seat.locked()) lines += "    " + unlocking_of(seat) + "\n";
    }
    return lines;
}

}  // namespace

void add_status(Command app, Context& context) {
    Command command = app.add("status", say(Text::help_status));
    command.run([&context] {
        const auto readers = look(context.module(), context.reader);
        if (context.json) {
            write(json_of(readers));
        } else {
            std::string lines;
            for (const Reader& reader : readers)
                lines += lines_of(reader);
            write(lines);
        }
        if (std::ranges::any_of(readers, [](const Reader& one) { return !one.seats.empty(); })) return;
        const Failure failure = no_seat(readers);
        // The lines have said it already, where there are readers.
        if (!context.json && readers.empty()) throw failure;
        throw Ends{failure.exit()};
    });
}

}  // namespace jpki::app
