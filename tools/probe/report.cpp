#include "probe/report.hpp"

#include "probe/layout.hpp"
#include "probe/text.hpp"

namespace jpki::probe {

namespace {

constexpr std::size_t kTitles = 22;  // columns

std::string row(State state, std::string_view title, std::string_view sentence) {
    return hanging((state == State::open ? "? " : "  ") + padded(title, kTitles), sentence);
}

std::string status_of(const Exchange& exchange) {
    if (!exchange.sent) return std::string(text(Text::not_sent));
    if (!exchange.answered) return std::string(text(Text::no_answer));
    return exchange.outcome();
}

// "select 9000 12.3, auth_cert_1 9000+256 30.1"
std::string trace_of(const Record& record) {
    std::string all;
    for (const Exchange& exchange : record.exchanges) {
        if (!all.empty()) all += ", ";
        all += exchange.command->id;
        // No blank within one command: it stays on one line.
        all += exchange.answered ? '=' + exchange.outcome() : exchange.sent ? "=none" : "=-";
        if (const auto length = exchange.told_length(); !length) {
            all += "+..";
        } else if (*length != 0) {
            all += '+' + std::to_string(*length);
        }
        if (exchange.sent) all += fmt::format("/{}", (exchange.took.count() + 500) / 1000);
    }
    return all;
}

Json json_of(const Conclusion& assessment) {
    const AnswerRow& row = row_of(assessment.answer);
    Json values = Json::array();
    for (const std::string& value : assessment.values) {
        if (!value.empty()) values.push_back(value);
    }
    return {{"fact", row_of(assessment.fact).id},
            {"state", row.state == State::answered ? "answered" : "open"},
            {"answer", row.id},
            {"values", std::move(values)},
            {"sentence", assessment.sentence()}};
}

Json json_of(const Exchange& exchange) {
    Json told = Json::object();
    for (const ToldValue& finding : exchange.findings)
        told[std::string(finding.key)] = finding.value;
    const auto length = exchange.told_length();
    Json bytes = length ? Json(*length) : Json();
    // Of more digits than these none is true.
    Json milliseconds = static_cast<double>(exchange.took.count() / 100) / 10;
    return {{"id", exchange.command->id},   {"command", spaced_hex(exchange.command->apdu.bytes())},
            {"status", exchange.outcome()}, {"bytes", std::move(bytes)},
            {"told", std::move(told)},      {"milliseconds", std::move(milliseconds)}};
}

std::string_view id_of(StepResult::Outcome outcome) {
    switch (outcome) {
        case StepResult::Outcome::yes: return "yes";
        case StepResult::Outcome::no: return "no";
        case StepResult::Outcome::counted: return "counted";
        case StepResult::Outcome::not_full: return "not_full";
        case StepResult::Outcome::left_out: break;
    }
    return "left_out";
}

std::string words_of(const StepResult& result) {
    switch (result.outcome) {
        case StepResult::Outcome::yes: return std::string(text(Text::step_yes));
        case StepResult::Outcome::no: return std::string(text(Text::step_no));
        case StepResult::Outcome::counted: return result.note;
        case StepResult::Outcome::not_full: return std::string(text(Text::step_not_full));
        case StepResult::Outcome::left_out: break;
    }
    return std::string(text(Text::step_left_out));
}

// "1 yes; 2 yes; 3 no"
std::string steps_of(const Report& report) {
    std::string all;
    for (std::size_t i = 0; i < report.steps.size(); ++i)
        all += fmt::format("{}{}: {}", all.empty() ? "" : "; ", i + 1, words_of(report.steps[i]));
    return all;
}

}  // namespace

std::string to_markdown(const Report& report) {
    std::string page =
        fmt::format("# {}\n\n{}\n```text\n", say(Text::report_title, report.version, report.date),
                    hanging("", text(Text::report_promise)));
    page += row(State::answered, text(Text::report_reader),
                say(Text::report_library, report.surroundings.reader, report.library));
    page += row(State::answered, "ATR", report.surroundings.atr);
    for (const Conclusion& assessment : report.assessments)
        page += row(assessment.state(), row_of(assessment.fact).title.spoken(), assessment.sentence());
    if (!report.steps.empty()) page += row(State::answered, text(Text::report_steps), steps_of(report));
    page += '\n' + hanging("", text(Text::report_commands)) + hanging("", trace_of(*report.record));
    return page + "```\n";
}

Json to_json(const Report& report) {
    Json all{{"program", "jpki-probe"},     {"version", report.version},
             {"date", report.date},         {"reader", report.surroundings.reader},
             {"pcsc_lite", report.library}, {"atr", report.surroundings.atr},
             {"facts", Json::array()},      {"not_asked", Json::array()},
             {"commands", Json::array()}};
    for (const Conclusion& assessment : report.assessments)
        all["facts"].push_back(json_of(assessment));
    for (const NotAsked& row : not_asked())
        all["not_asked"].push_back(
            {{"id", row.id}, {"what", row.what.spoken()}, {"because", row.because.spoken()}});
    for (const Exchange& exchange : report.record->exchanges)
        all["commands"].push_back(json_of(exchange));
    for (const StepResult& result : report.steps)
        all["steps"].push_back(
            {{"id", result.step->id}, {"answer", id_of(result.outcome)}, {"note", result.note}});
    return all;
}

Json guide_as_json(const std::string& module) {
    Json all = Json::array();
    for (const Step& step : steps()) {
        all.push_back({{"id", step.id},
                       {"commands", app::fill(step.commands, module)},
                       {"words", app::fill(step.words.spoken(), module)}});
    }
    return {{"steps", std::move(all)}};
}

std::string announcement(const Command& command) {
    const auto number = &command - commands().data() + 1;
    return fmt::format("{:2}/{}  {}\n       {}\n", number, commands().size(),
                       spaced_hex(command.apdu.bytes()), command.why.spoken());
}

std::string answer_of(const Exchange& exchange) {
    std::string line = status_of(exchange);
    if (const auto length = exchange.told_length(); length && *length != 0)
        line += ", " + say(Text::bytes, *length);
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
