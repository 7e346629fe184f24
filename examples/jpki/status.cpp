// `jpki status`: readers, cards, PINs, certificates.
#include <CLI/App.hpp>

#include "command.hpp"
#include "failure.hpp"
#include "holder.hpp"
#include "seat_text.hpp"
#include "text.hpp"

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
    pin["length"] = {seat.shortest_pin, seat.longest_pin};
    if (seat.certificate) {
        json["certificate"] = {{"not_before", date_in_japan(seat.certificate->not_before)},
                               {"not_after", date_in_japan(seat.certificate->not_after)},
                               {"days_left", seat.certificate->days_left(now())},
                               {"renewal_open", seat.certificate->renewal_open(now())},
                               {"renewal_begins", date_in_japan(seat.certificate->renewal_begins())}};
    } else {
        json["certificate"] = nullptr;
    }
    return json;
}

Json json_of(const std::vector<Reader>& readers) {
    Json json{{"readers", Json::array()}};
    for (const Reader& reader : readers) {
        Json one{{"name", reader.name}, {"card", nullptr}};
        if (reader.foreign) one["card"] = {{"family", "unknown"}};
        if (!reader.seats.empty()) {
            one["card"] = {{"family", reader.model}};
            for (const KeySeat& seat : reader.seats)
                one["card"]
                   [seat.purpose == Purpose::other ? seat.label : std::string(name_of(seat.purpose))] =
                       json_of(seat);
        }
        json["readers"].push_back(std::move(one));
    }
    return json;
}

// --- for people

std::string validity_of(const KeySeat& seat) {
    if (!seat.certificate)
        return say(seat.purpose == Purpose::signature ? Text::certificate_behind_pin
                                                      : Text::certificate_not_there);
    const Certificate& certificate = *seat.certificate;
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

std::string lines_of(const std::vector<Reader>& readers) {
    if (readers.empty()) return say(Text::no_reader) + "\n" + say(Text::no_reader_advice) + "\n";
    std::string lines;
    for (const Reader& reader : readers) {
        lines += say(Text::reader, reader.name) + "\n";
        if (reader.seats.empty()) {
            lines += "  " + say(reader.foreign ? Text::foreign_card : Text::no_card) + "\n";
            continue;
        }
        lines += "  " + family_of(reader.seats.front().status, reader.model) + "\n";
        for (const KeySeat& seat : reader.seats) {
            lines += "  " + title_of(seat) + "\n";
            lines += "    " + tries_of(seat) + "\n";
            lines += "    " + validity_of(seat) + "\n";
            if (seat.locked()) lines += "    " + unlocking_of(seat) + "\n";
        }
    }
    return lines;
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
    CLI::App* command = app.add_subcommand("status", say(Text::help_status));
    command->callback([&context] {
        const auto readers = look(context.module(), context.reader);
        if (context.json) {
            write(json_of(readers));
        } else {
            write(lines_of(readers));
        }
        if (std::ranges::all_of(readers, [](const Reader& one) { return one.seats.empty(); }))
            throw Ends{Exit::no_card};
    });
}

}  // namespace jpki::app
