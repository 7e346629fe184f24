// `jpki cert show` and `jpki cert export`.
#include <algorithm>

#include "commands/command.hpp"
#include "commands/pin_entry.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/held_token.hpp"

namespace jpki::app {

namespace {

struct Which {
    const char* name;
    KeyPurpose purpose;
    bool authority;
};
constexpr Which kWhich[] = {
    {"auth", KeyPurpose::authentication, false},
    {"sign", KeyPurpose::signature, false},
    {"auth-ca", KeyPurpose::authentication, true},
    {"sign-ca", KeyPurpose::signature, true},
};

struct Options {
    std::string which;
    std::string format;
    std::string output;
    bool force = false;
    PinOptions pin;
};

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const Which& one : kWhich)
        all.emplace_back(one.name);
    return all;
}

Certificate fetch(Context& context, const Options& options) {
    const Which* which = std::ranges::find(kWhich, options.which, &Which::name);
    HeldToken held(context.module(), which->purpose, context.reader);
    auto& wanted = which->authority ? held.token.authority : held.token.certificate;
    const Whose whose = which->authority ? Whose::authority : Whose::user;
    read_certificate(held.session(), held.token, whose);
    if (!wanted) {
        held.refuse_last_try();
        held.log_in(enter_pin(options.pin, which->purpose == KeyPurpose::signature
                                               ? Text::ask_signature_pin
                                               : Text::ask_authentication_pin));
        read_certificate(held.session(), held.token, whose);
    }
    if (!wanted) throw Failure(Exit::failed, say(Text::certificate_missing));
    return std::move(*wanted);
}

// --- words

struct Word {
    std::string_view known;
    std::string_view english;
    std::string_view japanese;
};
constexpr Word kWords[] = {
#define JPKI_WORD(known, english, japanese) {known, english, japanese},
#include "commands/words.def"
#undef JPKI_WORD
};

// What is not known stands for itself.
std::string_view in_words(std::string_view value) {
    const Word* word = std::ranges::find(kWords, value, &Word::known);
    if (word == std::end(kWords)) return value;
    return spoken() == Language::japanese ? word->japanese : word->english;
}

std::string policy_of(const std::string& identifier) {
    const std::string_view words = in_words(identifier);
    return words == identifier ? identifier : fmt::format("{} ({})", words, identifier);
}

std::string sex_of(const std::string& code) {
    if (code == "1") return say(Text::male);
    if (code == "2") return say(Text::female);
    return say(Text::sex_unknown);
}

std::string_view name_of_sex(const std::string& code) {
    return code == "1" ? "male" : code == "2" ? "female" : "not_stated";
}

// What else a certificate says of its holder, by words; an identifier that nobody knows stands for itself.
std::string key_of(const std::string& identifier) {
    if (identifier == "1.2.392.200149.8.5.5.2") return "name_substitutions";
    if (identifier == "1.2.392.200149.8.5.5.6") return "address_substitutions";
    return identifier;
}

// EYYYYMMDD without the era's number; anything else as it stands.
std::string birth_date_of(const std::string& value) {
    if (value.size() != 9 || value.find_first_not_of("0123456789") != std::string::npos) return value;
    return fmt::format("{}-{}-{}", value.substr(1, 4), value.substr(5, 2), value.substr(7, 2));
}

std::string colons(const std::string& digits) {
    std::string spaced;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        spaced += (i == 0 ? "" : ":") + digits.substr(i, 2);
    return spaced;
}

std::string joined(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words)
        line += fmt::format("{}{}", line.empty() ? "" : ", ", in_words(word));
    return line;
}

std::string place_of(const IssuePlace& place) {
    std::string words;
    for (const std::string& part : {place.prefecture, place.city, place.municipality})
        if (!part.empty()) words += (words.empty() ? "" : ", ") + part;
    return words;
}

std::string text_of(const Certificate& certificate) {
    std::string lines;
    const auto add = [&lines](Text label, const std::string& value) {
        if (!value.empty()) lines += fill("{}: {}\n", text(label), value);
    };
    add(Text::field_subject, certificate.subject);
    add(Text::field_name, certificate.person.name);
    if (!certificate.person.sex.empty()) add(Text::field_sex, sex_of(certificate.person.sex));
    add(Text::field_birth_date, birth_date_of(certificate.person.birth_date));
    add(Text::field_address, certificate.person.address);
    for (const auto& [identifier, value] : certificate.person.more)
        lines += fill("{}: {}\n", in_words(identifier), value);
    add(Text::field_issuer, certificate.issuer);
    add(Text::field_serial, certificate.serial);
    add(Text::field_not_before, date_in_japan(certificate.not_before));
    add(Text::field_not_after,
        say(Text::days_left, date_in_japan(certificate.not_after), certificate.days_left(now())));
    add(Text::field_usage, joined(certificate.key_usage));
    add(Text::field_extended_usage, joined(certificate.extended_key_usage));
    for (const std::string& policy : certificate.policies)
        add(Text::field_policy,
            policy_of(policy) +
                (certificate.is_critical(kCertificatePolicies) ? say(Text::policy_is_critical) : ""));
    for (const std::string& address : certificate.ocsp)
        add(Text::field_ocsp, say(Text::ocsp_is_closed, address));
    // A certificate with an address has told more already.
    if (!certificate.place.empty() && certificate.person.empty())
        lines += say(Text::tells_place, place_of(certificate.place)) + "\n";
    add(Text::field_sha1, colons(certificate.sha1));
    add(Text::field_sha256, colons(certificate.sha256));
    return lines;
}

Json json_of(const Certificate& certificate) {
    Json json{{"subject", certificate.subject},
              {"issuer", certificate.issuer},
              {"serial", certificate.serial},
              {"not_before", date_in_japan(certificate.not_before)},
              {"not_after", date_in_japan(certificate.not_after)},
              {"days_left", certificate.days_left(now())},
              {"renewal_open", certificate.renewal_open(now())},
              {"key_usage", certificate.key_usage},
              {"extended_key_usage", certificate.extended_key_usage},
              {"policies", certificate.policies},
              {"critical", certificate.critical},
              {"ocsp", certificate.ocsp},
              {"subject_key", certificate.subject_key},
              {"authority_key", certificate.authority_key},
              {"sha1", certificate.sha1},
              {"sha256", certificate.sha256}};
    if (!certificate.place.empty())
        json["issued_at"] = {{"prefecture", certificate.place.prefecture},
                             {"city", certificate.place.city},
                             {"municipality", certificate.place.municipality}};
    if (!certificate.person.empty()) {
        const Person& person = certificate.person;
        json["person"] = {{"name", person.name},
                          {"sex", name_of_sex(person.sex)},
                          {"birth_date", birth_date_of(person.birth_date)},
                          {"address", person.address}};
        for (const auto& [identifier, value] : person.more)
            json["person"][key_of(identifier)] = value;
    }
    return json;
}

std::string in_format(const Certificate& certificate, const std::string& format) {
    if (format == "json") return json_text(json_of(certificate));
    if (format == "pem") return certificate.pem();
    if (format == "der") return {certificate.der.begin(), certificate.der.end()};
    return text_of(certificate);
}

void add_common(Command command, Options& options) {
    command.option("which", options.which, say(Text::help_which)).required().one_of(names());
    command.option("--format", options.format, say(Text::help_format)).one_of({"text", "pem", "der", "json"});
    options.pin.add_to(command);
}

}  // namespace

void add_cert(Command app, Context& context) {
    Command cert = app.add("cert", say(Text::help_cert));
    cert.needs_command();
    const auto shown = std::make_shared<Options>();
    Command show = cert.add("show", say(Text::help_cert_show));
    add_common(show, *shown);
    show.run([&context, shown] {
        if (shown->format.empty()) shown->format = context.json ? "json" : "text";
        const std::string words = in_format(fetch(context, *shown), shown->format);
        shown->format == "text" ? write(words) : write_bytes(words);
    });
    const auto exported = std::make_shared<Options>();
    Command save = cert.add("export", say(Text::help_cert_export));
    add_common(save, *exported);
    save.option("file", exported->output, say(Text::help_output)).required();
    save.flag("--force", exported->force, say(Text::help_force));
    save.run([&context, exported] {
        if (exported->format.empty()) exported->format = context.json ? "json" : "pem";
        const Certificate certificate = fetch(context, *exported);
        write_file(exported->output, in_format(certificate, exported->format), exported->force);
        const std::string name = name_of_output(exported->output);
        if (!context.json) write_beside(exported->output, say(Text::written_to, name) + "\n");
        if (!certificate.person.empty()) warn(say(Text::personal_data_written, name));
    });
}

}  // namespace jpki::app
