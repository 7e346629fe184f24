#include "probe/report.hpp"

#include "probe/text.hpp"

namespace jpki::probe {

namespace {

std::string heading(Text row) { return fmt::format("\n## {}\n\n", text(row)); }

std::string table_head(std::initializer_list<Text> columns) {
    std::string names = "|";
    std::string line = "|";
    for (const Text column : columns) {
        names += fmt::format(" {} |", text(column));
        line += "---|";
    }
    return names + "\n" + line + "\n";
}

std::string verdicts_of(const Report& report, State state) {
    std::string rows;
    for (const Verdict& verdict : report.verdicts) {
        if (verdict.state() == state)
            rows += fmt::format("| {} | {} |\n", row_of(verdict.fact).question.spoken(), verdict.sentence());
    }
    return rows.empty() ? "-\n" : table_head({Text::column_question, Text::column_answer}) + rows;
}

std::string told_of(const Exchange& exchange) {
    std::string told;
    for (const Finding& finding : exchange.findings)
        told += fmt::format("{}{}: {}", told.empty() ? "" : "; ", finding.key, finding.value);
    return told;
}

std::string status_of(const Exchange& exchange) {
    if (!exchange.sent) return std::string(text(Text::not_sent));
    if (!exchange.answered) return std::string(text(Text::no_answer));
    return exchange.outcome();
}

std::string commands_of(const Record& record) {
    std::string rows =
        table_head({Text::column_command, Text::column_status, Text::column_length, Text::column_told});
    for (const Exchange& exchange : record.exchanges) {
        rows += fmt::format("| `{}` | {} | {} | {} |\n", spaced_hex(exchange.command->apdu.bytes()),
                            status_of(exchange), exchange.length, told_of(exchange));
    }
    return rows;
}

Json json_of(const Verdict& verdict) {
    const AnswerRow& row = row_of(verdict.answer);
    Json values = Json::array();
    for (const std::string& value : verdict.values) {
        if (!value.empty()) values.push_back(value);
    }
    return {{"fact", row_of(verdict.fact).id},
            {"state", row.state == State::answered ? "answered" : "open"},
            {"answer", row.id},
            {"values", std::move(values)},
            {"sentence", verdict.sentence()}};
}

Json json_of(const Exchange& exchange) {
    Json told = Json::object();
    for (const Finding& finding : exchange.findings)
        told[std::string(finding.key)] = finding.value;
    return {{"id", exchange.command->id},   {"command", spaced_hex(exchange.command->apdu.bytes())},
            {"status", exchange.outcome()}, {"octets", exchange.length},
            {"told", std::move(told)},      {"milliseconds", exchange.took.count()}};
}

// A reader's name may hold anything.
std::string for_markdown(std::string_view name) {
    std::string escaped;
    for (const char c : name) {
        if (static_cast<unsigned char>(c) < ' ') continue;
        if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) escaped += '\\';
        escaped += c;
    }
    return escaped;
}

}  // namespace

std::string to_markdown(const Report& report) {
    std::string page =
        fmt::format("# {}\n\n{}\n\n", say(Text::report_title, report.version), text(Text::report_promise));
    const std::string reader = for_markdown(report.surroundings.reader);
    page += fmt::format("* {}\n* {}\n* {}\n* {}\n", say(Text::report_date, report.date),
                        say(Text::report_reader, reader), say(Text::report_library, report.library),
                        say(Text::report_atr, report.surroundings.atr));
    page += heading(Text::report_answered) + verdicts_of(report, State::answered);
    page += heading(Text::report_open) + verdicts_of(report, State::open);
    page += heading(Text::report_not_asked);
    for (const NotAsked& row : not_asked())
        page += fmt::format("* {}\n", say(Text::report_because, row.what.spoken(), row.because.spoken()));
    page += heading(Text::report_commands) + commands_of(*report.record);
    return page;
}

Json to_json(const Report& report) {
    Json all{{"program", "jpki-probe"},     {"version", report.version},
             {"date", report.date},         {"reader", report.surroundings.reader},
             {"pcsc_lite", report.library}, {"atr", report.surroundings.atr},
             {"facts", Json::array()},      {"not_asked", Json::array()},
             {"commands", Json::array()}};
    for (const Verdict& verdict : report.verdicts)
        all["facts"].push_back(json_of(verdict));
    for (const NotAsked& row : not_asked())
        all["not_asked"].push_back(
            {{"id", row.id}, {"what", row.what.spoken()}, {"because", row.because.spoken()}});
    for (const Exchange& exchange : report.record->exchanges)
        all["commands"].push_back(json_of(exchange));
    return all;
}

std::string announcement(const Command& command) {
    const auto number = &command - commands().data() + 1;
    return fmt::format("{:2}/{}  {}\n       {}\n", number, commands().size(),
                       spaced_hex(command.apdu.bytes()), command.why.spoken());
}

std::string answer_of(const Exchange& exchange) {
    std::string line = status_of(exchange);
    if (exchange.length != 0) line += ", " + say(Text::octets, exchange.length);
    return line;
}

std::string plan_as_text() {
    std::string plan(text(Text::dry_run_heading));
    plan += "\n\n";
    for (const Command& command : commands())
        plan += announcement(command);
    return plan + "\n" + std::string(text(Text::dry_run_notes)) + "\n";
}

Json plan_as_json() {
    Json all = Json::array();
    for (const Command& command : commands()) {
        all.push_back({{"id", command.id},
                       {"command", spaced_hex(command.apdu.bytes())},
                       {"fact", row_of(command.fact).id},
                       {"why", command.why.spoken()}});
    }
    return {{"commands", std::move(all)}};
}

}  // namespace jpki::probe
