// `jpki status`: readers, cards, PINs, certificates.
#include <algorithm>

#include "commands/command.hpp"
#include "commands/pin_json.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/diagnosis.hpp"
#include "token/holder.hpp"
#include "token/token_text.hpp"

namespace jpki::app {

namespace {

// --- for programs

Json json_of(const Token& token) {
    Json json{{"slot", token.slot}, {"label", token.label}, {"serial", token.serial}};
    add_pin(json["pin"], token);
    if (token.validity) {
        json["certificate"] = {{"not_before", date_in_japan(token.validity->not_before)},
                               {"not_after", date_in_japan(token.validity->not_after)},
                               {"days_left", token.validity->days_left(now())},
                               {"renewal_open", token.validity->renewal_open(now())},
                               {"renewal_begins", date_in_japan(token.validity->renewal_begins())}};
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
    if (!reader.tokens.empty()) card["family"] = name_of_family(reader.tokens.front().status);
    if (!reader.model.empty()) card["model"] = reader.model;
    for (const Token& token : reader.tokens)
        card[token.purpose ? std::string(name_of(token.purpose)) : token.label] = json_of(token);
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

std::string validity_of(const Token& token) {
    if (!token.validity)
        return say(token.purpose == KeyPurpose::signature ? Text::certificate_behind_pin
                                                          : Text::certificate_not_there);
    const Validity& certificate = *token.validity;
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
    if (reader.tokens.empty() && reader.card.state != CardState::present) {
        const Finding found = finding_of(reader.card, reader.name);
        lines += "  " + found.what + "\n";
        // An empty reader beside the one with the card is nothing to be mended.
        if (reader.card.state != CardState::none) lines += "  " + indented(found.cure()) + "\n";
        return lines;
    }
    if (reader.tokens.empty()) return lines + "  " + say(Text::no_key) + "\n";
    lines += "  " + family_of(reader.tokens.front().status, reader.model) + "\n";
    for (const Token& token : reader.tokens) {
        lines += "  " + title_of(token) + "\n";
        lines += "    " + tries_of(token) + "\n";
        lines += "    " + validity_of(token) + "\n";
        if (token.locked()) lines += "    " + unlocking_of(token) + "\n";
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
        if (std::ranges::any_of(readers, [](const Reader& one) { return !one.tokens.empty(); })) return;
        const Failure failure = no_token(readers);
        // The lines have said it already, where there are readers.
        if (!context.json && readers.empty()) throw failure;
        throw Ends{failure.exit()};
    });
}

}  // namespace jpki::app
