// `jpki verify`. Needs no card.
#include <fmt/chrono.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "commands/command.hpp"
#include "document/ca.hpp"
#include "document/cms_check.hpp"
#include "document/document.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".p7s";

struct Options {
    std::string file;
    std::string signature;
    std::string type;
    std::string extract;
    std::vector<std::string> authorities;
    bool person = false;
    bool force = false;
};

Trust trust_of(const Options& options) {
    if (options.authorities.empty()) return {authority_certificates(), true};
    Trust trust{{}, false};
    for (const std::string& path : options.authorities) {
        auto parsed = parse_certificate(read_file(path, kMostOfCertificate));
        if (!parsed) throw Failure(Exit::failed, say(Text::not_a_certificate, path));
        trust.authorities.push_back(std::move(*parsed));
    }
    return trust;
}

// What is verified. Each is opened once: what is written by --extract is what the verdict is about.
struct Files {
    std::unique_ptr<Input> document;
    std::unique_ptr<Input> signature;  // null: inside the document
};

// Of FILE.p7s that holds no document: FILE, if it is there.
std::optional<std::string> document_of(Input& signature) {
    std::error_code ignored;
    const fs::path beside = fs::path(signature.path()).replace_extension();
    if (!signature.path().ends_with(kSuffix) || !fs::is_regular_file(beside, ignored)) return std::nullopt;
    if (!check_cms(signature.all(), nullptr) || cms_content(signature.all())) return std::nullopt;
    return beside.string();
}

// A detached signature is looked for where `jpki sign` puts it, and its document likewise.
Files files_of(const Options& options, Kind& kind) {
    if (options.file == kStandard && options.signature == kStandard)
        throw Failure(Exit::usage, say(Text::standard_twice));
    Files files;
    files.document = std::make_unique<Input>(options.file);
    if (!options.signature.empty()) {
        kind = Kind::cms;
        files.signature = std::make_unique<Input>(options.signature);
        return files;
    }
    Input& document = *files.document;
    kind = kind_of(document.beginning(kBeginning), options.type);
    if (kind != Kind::cms || document.is_standard()) return files;
    std::error_code ignored;
    const std::string beside = options.file + std::string(kSuffix);
    if (const auto other = document_of(document)) {
        files.signature = std::exchange(files.document, std::make_unique<Input>(*other));
    } else if (fs::exists(beside, ignored) &&
               !(begins_as_cms(document.beginning(kBeginning)) && check_cms(document.all(), nullptr))) {
        files.signature = std::make_unique<Input>(beside);
    }
    return files;
}

std::vector<Verdict> verdicts_of(Files& files, Kind kind) {
    switch (kind) {
        case Kind::pdf: return check_pdf(files.document->all());
        case Kind::xml: return check_xml(files.document->all());
        default: return check_cms_file(*files.document, files.signature.get());
    }
}

std::string name_of_issuer(const Certificate& issuer) {
    const Authority* known = authority_by_fingerprint(issuer.sha256);
    return known == nullptr ? issuer.subject : std::string(known->name());
}

bool expired_since(const Verdict& verdict) {
    return verdict.right() && verdict.signer && verdict.signer->not_after < now();
}

std::string time_in_japan(Time when) {
    const std::time_t there = std::chrono::system_clock::to_time_t(when + std::chrono::hours(9));
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(there));
}

// --- for programs

Json json_of(const Verdict& verdict, const Options& options) {
    Json json{
        {"verified", verdict.right()}, {"signed_part_intact", verdict.intact()}, {"faults", Json::array()}};
    for (const Fault& fault : verdict.faults)
        json["faults"].push_back({{"code", fault.code}, {"words", fault.words}});
    if (verdict.signer) {
        json["signer"] = {{"subject", verdict.signer->subject},
                          {"serial", verdict.signer->serial},
                          {"issuer", verdict.signer->issuer},
                          {"not_after", date_in_japan(verdict.signer->not_after)},
                          {"sha256", verdict.signer->sha256}};
        if (options.person && !verdict.signer->person.empty()) {
            const Person& person = verdict.signer->person;
            json["signer"]["person"] = {{"name", person.name}, {"address", person.address}};
        }
    }
    json["claimed_time"] =
        verdict.claimed_time ? Json(time_in_japan(*verdict.claimed_time) + "+09:00") : Json(nullptr);
    json["authority"] = verdict.issuer ? Json(name_of_issuer(*verdict.issuer)) : Json(nullptr);
    json["appended_bytes"] = verdict.appended;
    json["expired_since"] = expired_since(verdict);
    return json;
}

// --- for people

std::string lines_of(const Verdict& verdict, const Options& options) {
    std::string lines;
    const auto add = [&lines](const std::string& line) { lines += "  " + line + "\n"; };
    // What was appended may show something else.
    if (verdict.intact())
        add(verdict.appended == 0 ? say(Text::verify_intact) : say(Text::verify_appended, verdict.appended));
    for (const Fault& fault : verdict.faults)
        add(fault.words);
    if (verdict.signer) {
        add(say(Text::verify_signer, verdict.signer->subject));
        add(say(Text::verify_serial, verdict.signer->serial));
        const Person& person = verdict.signer->person;
        if (options.person && !person.empty()) {
            add(fill("{}: {}", text(Text::field_name), person.name));
            add(fill("{}: {}", text(Text::field_address), person.address));
        } else if (!person.empty()) {
            add(say(Text::verify_person));
        }
    }
    if (verdict.claimed_time) add(say(Text::verify_time, time_in_japan(*verdict.claimed_time)));
    if (verdict.issuer) add(say(Text::verify_issuer, name_of_issuer(*verdict.issuer)));
    if (expired_since(verdict)) add(say(Text::verify_expired, date_in_japan(verdict.signer->not_after)));
    return lines;
}

Text headline_of(const Verdict& verdict) {
    if (verdict.right()) return Text::verify_right;
    return verdict.intact() ? Text::verify_who : Text::verify_wrong;
}

void report(const Context& context, const Options& options, const Input& document,
            const std::vector<Verdict>& verdicts, bool all) {
    if (context.json) {
        Json json{{"file", document.path()},
                  {"verified", all},
                  {"revocation", "unknown"},
                  {"signatures", Json::array()}};
        for (const Verdict& verdict : verdicts)
            json["signatures"].push_back(json_of(verdict, options));
        write(json);
        return;
    }
    std::string lines;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        lines +=
            say(headline_of(verdicts[i]), i + 1, verdicts.size()) + "\n" + lines_of(verdicts[i], options);
    }
    write_beside(options.extract, lines + say(Text::verify_revocation) + "\n");
}

void extract(const Options& options, const Files& files) {
    const auto content = cms_content(files.document->all());
    if (!content) throw Failure(Exit::failed, say(Text::nothing_attached, files.document->name()));
    write_file(options.extract, {content->begin(), content->end()}, options.force);
}

void verify(Context& context, const Options& options) {
    if (context.json && options.extract == kStandard)
        throw Failure(Exit::usage, say(Text::json_and_standard));
    const Trust trust = trust_of(options);
    Kind kind{};
    Files files = files_of(options, kind);
    auto verdicts = verdicts_of(files, kind);
    for (Verdict& verdict : verdicts)
        check_chain(verdict, trust, now());
    const bool all = std::ranges::all_of(verdicts, &Verdict::right);
    report(context, options, *files.document, verdicts, all);
    if (!all) throw Ends{Exit::not_verified};
    if (options.extract.empty()) return;
    extract(options, files);
    if (!context.json && options.extract != kStandard) write(say(Text::written_to, options.extract) + "\n");
}

}  // namespace

void add_verify(Command app, Context& context) {
    Command command = app.add("verify", say(Text::help_verify));
    const auto options = std::make_shared<Options>();
    command.option("file", options->file, say(Text::help_verify_file)).required();
    command.option("--signature", options->signature, say(Text::help_signature)).type("FILE");
    command.option("--ca", options->authorities, say(Text::help_verify_ca)).type("FILE").repeated();
    command.option("--type", options->type, say(Text::help_sign_type)).one_of({"cms", "pdf", "xml"});
    command.flag("--person", options->person, say(Text::help_person));
    command.option("--extract", options->extract, say(Text::help_extract)).type("FILE");
    command.flag("--force", options->force, say(Text::help_force));
    command.run([&context, options] { verify(context, *options); });
}

}  // namespace jpki::app
