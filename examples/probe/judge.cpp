#include "probe/judge.hpp"

#include <fmt/format.h>

namespace jpki::probe {

namespace {

struct Case {
    const Record* record;
    const Surroundings* surroundings;

    [[nodiscard]] const Exchange& of(std::string_view id) const { return record->of(id); }
    [[nodiscard]] std::string outcome(std::string_view id) const { return of(id).outcome(); }
    [[nodiscard]] std::string finding(std::string_view id, std::string_view key) const {
        return std::string(of(id).finding(key));
    }
    [[nodiscard]] bool read(std::string_view id) const {
        return of(id).answered && of(id).sw.ok_or_end_of_file();
    }
};

struct Said {
    Answer answer{};
    std::array<std::string, 4> values{};
};

// What a certificate's file answered: the content that it began with, or the status word.
std::string certificate_state(const Case& it, std::string_view select, std::string_view read) {
    if (!it.of(select).sw.ok()) return it.outcome(select);
    const std::string content = it.finding(read, "content");
    return content.empty() ? it.outcome(read) : content;
}

std::string authentication_state(const Case& it) {
    return certificate_state(it, "auth_certificate", "auth_certificate_start");
}
std::string signature_state(const Case& it) {
    return certificate_state(it, "sign_certificate", "sign_certificate_start");
}

// 6982: there may be one, behind its PIN.
bool is_missing(const std::string& state) { return state != "certificate" && state != "6982"; }

Said family(const Case& it) {
    const std::string label = it.finding("token_label", "label");
    if (!label.empty()) return {Answer::family_known, {label, it.finding("token_label", "family")}};
    const std::string shape = it.finding("token_label", "shape");
    if (!shape.empty()) return {Answer::family_unknown, {shape}};
    const bool selected = it.of("token_information").sw.ok();
    return {Answer::family_unread, {it.outcome(selected ? "token_label" : "token_information")}};
}

Said interface(const Case& it) {
    switch (it.surroundings->interface) {
        case Interface::contactless: return {Answer::interface_contactless};
        case Interface::contact: return {Answer::interface_contact, {it.surroundings->declared}};
        default: return {Answer::interface_unknown};
    }
}

Said counters(const Case& it) {
    const std::string auth = it.outcome("auth_tries");
    const std::string sign = it.outcome("sign_tries");
    const bool any = it.of("auth_tries").sw.tries_left() || it.of("sign_tries").sw.tries_left();
    return {any ? Answer::counters_two_reports : Answer::counters_unknown, {auth, sign}};
}

bool is_locked(const Exchange& query) {
    const auto left = query.sw.tries_left();
    return left && *left == 0;
}

Said blocked_query(const Case& it) {
    const bool auth = is_locked(it.of("auth_tries"));
    const bool sign = is_locked(it.of("sign_tries"));
    if (!auth && !sign) return {Answer::blocked_none};
    const std::string by_auth = auth ? it.outcome("auth_tries") : "";
    const std::string by_sign = sign ? it.outcome("sign_tries") : "";
    if (!auth) return {Answer::blocked_seen, {by_sign, "signature"}};
    if (!sign) return {Answer::blocked_seen, {by_auth, "authentication"}};
    return {Answer::blocked_seen,
            {by_auth == by_sign ? by_auth : by_auth + ", " + by_sign, "authentication, signature"}};
}

Said first_command(const Case& it) {
    for (const Exchange& exchange : it.record->exchanges) {
        if (exchange.command->when == When::begins && exchange.sw.value() == 0x6F00)
            return {Answer::first_refused, {it.outcome(exchange.command->id)}};
    }
    return {Answer::first_fine, {it.outcome("select")}};
}

Said short_identifiers(const Case& it) {
    const bool reads = it.of("short_read").sw.ok();
    // A locked PIN was asked for well, too, and so was one where another program is logged in.
    const card::StatusWord by_name = it.of("auth_tries").sw;
    const bool asks = it.of("short_tries").sw == by_name && it.of("auth_tries").sent;
    Answer answer = Answer::short_one;
    if (reads == asks) answer = reads ? Answer::short_both : Answer::short_neither;
    return {answer, {it.outcome("short_read"), it.outcome("short_tries")}};
}

Said token_information(const Case& it) {
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

Said end_of_file(const Case& it) {
    const Exchange& whole = it.of("token_whole");
    const std::string beyond = it.outcome("token_beyond");
    if (!whole.answered || whole.length == 256) return {Answer::end_unknown};
    return {whole.length > 0 ? Answer::end_short : Answer::end_without, {whole.outcome(), beyond}};
}

Said availability(const Case& it) {
    const std::string octets = it.finding("availability_octets", "octets");
    if (!octets.empty()) return {Answer::availability_read, {octets, it.outcome("availability_more")}};
    const bool selected = it.of("availability").sw.ok();
    return {Answer::availability_unread, {it.outcome(selected ? "availability_octets" : "availability")}};
}

Said absent_certificate(const Case& it) {
    constexpr std::string_view kThere = "8F";
    const std::string auth = authentication_state(it);
    const std::string sign = signature_state(it);
    const std::string octets = it.finding("availability_octets", "octets");
    const bool listed = octets.size() < 5 || (octets.substr(0, 2) == kThere && octets.substr(3, 2) == kThere);
    if (listed && !is_missing(auth) && !is_missing(sign)) return {Answer::absent_not_here};
    return {Answer::absent_seen, {auth, sign, octets.empty() ? "?" : octets}};
}

Said authentication_certificate(const Case& it) {
    const std::string state = authentication_state(it);
    if (state == "certificate") return {Answer::auth_free, {it.finding("auth_certificate_start", "octets")}};
    return {is_missing(state) ? Answer::auth_missing : Answer::auth_guarded, {state}};
}

Said signature_certificate(const Case& it) {
    const std::string state = signature_state(it);
    if (state == "certificate") return {Answer::sign_free};
    return {is_missing(state) ? Answer::sign_missing : Answer::sign_guarded, {state}};
}

Said key(const Case& it) {
    const auto part = [&it](std::string_view name) { return it.finding("auth_certificate_next", name); };
    if (part("key").empty()) return {Answer::key_unseen};
    return {Answer::key_seen, {part("key"), part("signed"), part("from"), part("until")}};
}

Said filler(const Case& it) {
    if (it.finding("auth_certificate_start", "octets").empty()) return {Answer::filler_unknown};
    const std::string found = it.finding("auth_certificate_filler", "filler");
    if (found == "within the certificate") return {Answer::filler_unknown};
    if (found == "other") return {Answer::filler_other};
    if (found.empty()) return {Answer::filler_none, {it.outcome("auth_certificate_filler")}};
    return {Answer::filler_seen, {found}};
}

Said other_applications(const Case& it) {
    return {Answer::others_seen, {it.outcome("card_manager"), it.outcome("surface_helper")}};
}

Said extended_length(const Case& it) {
    const Exchange& read = it.of("extended_read");
    if (!read.sent) return {Answer::extended_not_sent};
    if (!read.answered) return {Answer::extended_not_carried};
    if (read.sw.ok() && read.length > 0) return {Answer::extended_taken};
    return {Answer::extended_refused, {read.outcome()}};
}

using Judge = Said (*)(const Case&);
constexpr Judge kJudges[] = {
#define JPKI_FACT(id, english, japanese) id,
#define JPKI_ANSWER(fact, state, id, english, japanese)
#include "facts.def"
#undef JPKI_ANSWER
#undef JPKI_FACT
};

}  // namespace

std::string Verdict::sentence() const {
    return fmt::vformat(row_of(answer).sentence.spoken(),
                        fmt::make_format_args(values[0], values[1], values[2], values[3]));
}

std::vector<Verdict> judge(const Record& record, const Surroundings& surroundings) {
    const Case it{&record, &surroundings};
    std::vector<Verdict> verdicts;
    std::uint8_t number = 0;
    for (const Judge judge_one : kJudges) {
        Said said = judge_one(it);
        verdicts.push_back({Fact{number++}, said.answer, std::move(said.values)});
    }
    return verdicts;
}

}  // namespace jpki::probe
