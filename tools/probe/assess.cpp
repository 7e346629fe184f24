// What is said of what is about commands, counters and the card as a whole.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "probe/assessment.hpp"

namespace jpki::probe {

namespace {

Assessed family(const Context& it) {
    const std::string label = it.finding("token_label", "label");
    if (!label.empty()) return {Answer::family_known, {label, it.finding("token_label", "family")}};
    const std::string shape = it.finding("token_label", "shape");
    if (!shape.empty()) return {Answer::family_unknown, {shape}};
    const bool selected = it.of("token_information").sw.ok();
    return {Answer::family_unread, {it.outcome(selected ? "token_label" : "token_information")}};
}

Assessed interface(const Context& it) {
    switch (it.surroundings->interface) {
        case Interface::contactless: return {Answer::interface_contactless};
        case Interface::contact: return {Answer::interface_contact, {it.surroundings->declared}};
        default: return {Answer::interface_unknown};
    }
}

Assessed counters(const Context& it) {
    const std::string auth = it.outcome("auth_tries");
    const std::string sign = it.outcome("sign_tries");
    const bool any = it.of("auth_tries").sw.tries_left() || it.of("sign_tries").sw.tries_left();
    return {any ? Answer::counters_seen : Answer::counters_unknown, {auth, sign}};
}

bool is_locked(const Exchange& query) {
    const auto left = query.sw.tries_left();
    return left && *left == 0;
}

Assessed blocked_query(const Context& it) {
    const bool auth = is_locked(it.of("auth_tries"));
    const bool sign = is_locked(it.of("sign_tries"));
    if (!auth && !sign) {
        const Exchange& issued = it.of("locked_key_tries");
        return {is_locked(issued) ? Answer::blocked_from_issue : Answer::blocked_none,
                {it.outcome(issued.sent ? "locked_key_tries" : "locked_key")}};
    }
    const std::string by_auth = auth ? it.outcome("auth_tries") : "";
    const std::string by_sign = sign ? it.outcome("sign_tries") : "";
    if (!auth) return {Answer::blocked_seen, {by_sign, "signature"}};
    if (!sign) return {Answer::blocked_seen, {by_auth, "authentication"}};
    return {Answer::blocked_seen,
            {by_auth == by_sign ? by_auth : by_auth + ", " + by_sign, "authentication, signature"}};
}

Assessed first_command(const Context& it) {
    std::string after_power;
    for (const Exchange& exchange : it.record->exchanges) {
        if (!exchange.answered) continue;
        const When when = exchange.command->when;
        if ((when == When::begins || when == When::powers_up) && exchange.sw.value() == 0x6F00)
            return {Answer::first_refused, {it.outcome(exchange.command->id)}};
        if (exchange.power && exchange.command->fact == Fact::first_command) after_power = exchange.outcome();
    }
    if (!after_power.empty()) return {Answer::first_fine, {after_power}};
    return {Answer::first_unknown, {it.outcome("select")}};
}

Assessed short_identifiers(const Context& it) {
    const bool reads = it.of("short_read").sw.ok();
    // A locked PIN was asked for well, too, and so was one where another program is logged in.
    const card::StatusWord by_name = it.of("auth_tries").sw;
    const bool asks = it.of("short_tries").sw == by_name && it.of("auth_tries").sent;
    Answer answer = Answer::short_one;
    if (reads == asks) answer = reads ? Answer::short_both : Answer::short_neither;
    return {answer, {it.outcome("short_read"), it.outcome("short_tries")}};
}

Assessed token_information(const Context& it) {
    if (!it.of("token_information").sw.ok()) return {Answer::token_unread, {it.outcome("token_information")}};
    const Exchange& whole = it.of("token_whole");
    // 6Cxx names the length in its place.
    const std::size_t length = whole.sw.wrong_expected() ? whole.sw.sw2() : whole.length;
    std::string model = it.finding("token_model", "model");
    if (model.empty()) model = it.finding("token_model", "shape");
    if (model.empty()) model = it.outcome("token_model");
    std::string number = it.finding("token_serial", "number");
    if (number.empty()) number = it.outcome("token_serial");
    return {Answer::token_seen, {std::to_string(length), model, number}};
}

Assessed end_of_file(const Context& it) {
    const Exchange& whole = it.of("token_whole");
    const std::string beyond = it.outcome("token_beyond");
    if (!whole.answered || whole.length == 256) return {Answer::end_unknown};
    return {whole.length > 0 ? Answer::end_short : Answer::end_without, {whole.outcome(), beyond}};
}

Assessed other_applications(const Context& it) {
    return {Answer::others_seen, {it.outcome("card_manager"), it.outcome("surface_helper")}};
}

Assessed extended_length(const Context& it) {
    const Exchange& read = it.of("extended_read");
    if (!read.sent) return {Answer::extended_not_sent};
    if (!read.answered) return {Answer::extended_not_carried};
    if (read.sw.ok() && read.length > 0) return {Answer::extended_taken};
    return {Answer::extended_refused, {read.outcome()}};
}

Assessed card_data(const Context& it) {
    if (!it.of("object_0066").sent) return {Answer::objects_not_asked};
    const auto answer = [&it](std::string_view id) {
        const Exchange& exchange = it.of(id);
        if (exchange.length == 0) return exchange.outcome();
        return fmt::format("{}+{}", exchange.outcome(), exchange.length);
    };
    std::string atr = it.finding("object_5F51", "atr");
    if (atr.empty()) atr = it.finding("object_5F51_inside", "atr");
    return {Answer::objects_asked,
            {answer("object_0066"), answer("object_5F51"), answer("object_5F51_inside"),
             atr.empty() ? "-" : atr}};
}

Assessed power(const Context& it) {
    std::size_t count = 0;
    std::string times;
    for (const Exchange& exchange : it.record->exchanges) {
        if (exchange.command->when != When::powers_up) continue;
        if (!exchange.power_error.empty())
            return {Answer::power_lost, {std::to_string(count + 1), exchange.power_error, it.record->hidden}};
        if (!exchange.power) continue;
        ++count;
        times += fmt::format("{}{}", times.empty() ? "" : ", ", (exchange.power->count() + 500) / 1000);
    }
    return {it.record->hidden.empty() ? Answer::power_back : Answer::power_hidden,
            {std::to_string(count), times, it.record->hidden}};
}

// Of an odd number of times the middle one; zero of none.
double median(std::vector<double> times) {
    if (times.empty()) return 0;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
}

Assessed speed(const Context& it) {
    constexpr std::size_t kMany = 256;
    std::vector<double> of_few;
    std::vector<double> of_many;
    double slowest = 0;
    for (const Exchange& exchange : it.record->exchanges) {
        if (!exchange.answered) continue;
        const double milliseconds = static_cast<double>(exchange.took.count()) / 1000;
        slowest = std::max(slowest, milliseconds);
        if (exchange.length <= 4) of_few.push_back(milliseconds);
        if (exchange.length == kMany) of_many.push_back(milliseconds);
    }
    const auto text = [](double number) { return fmt::format("{:.1f}", number); };
    const double command = median(of_few);
    if (of_many.empty()) return {Answer::speed_unknown, {text(command)}};
    const double more = std::max(0.0, median(of_many) - command);
    return {Answer::speed_seen, {text(command), text(more), text(more * 1000 / kMany), text(slowest)}};
}

using Assess = Assessed (*)(const Context&);
constexpr Assess kAssessments[] = {
#define JPKI_FACT(id, english, japanese) id,
#define JPKI_ANSWER(fact, state, id, english, japanese)
#include "facts.def"
#undef JPKI_ANSWER
#undef JPKI_FACT
};

}  // namespace

std::string Context::found(std::span<const std::string_view> ids, std::string_view key) const {
    for (const std::string_view id : ids) {
        if (std::string value = finding(id, key); !value.empty()) return value;
    }
    return {};
}

std::string Conclusion::sentence() const {
    return fmt::vformat(row_of(answer).sentence.spoken(),
                        fmt::make_format_args(values[0], values[1], values[2], values[3]));
}

std::vector<Conclusion> assess(const Record& record, const Surroundings& surroundings) {
    const Context it{&record, &surroundings};
    std::vector<Conclusion> assessments;
    std::uint8_t number = 0;
    for (const Assess assess_one : kAssessments) {
        Assessed assessed = assess_one(it);
        assessments.push_back({Fact{number++}, assessed.answer, std::move(assessed.values)});
    }
    return assessments;
}

}  // namespace jpki::probe
