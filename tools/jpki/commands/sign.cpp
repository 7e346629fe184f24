// `jpki sign`: one password for as many documents as are named.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "commands/command.hpp"
#include "commands/pin_entry.hpp"
#include "document/document.hpp"
#include "document/input.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/held_token.hpp"

namespace jpki::app {

namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<std::string> files;
    std::string output;
    std::string type;
    std::string format;
    std::string key = "sign";
    bool attached = false;
    bool force = false;
    PinOptions pin;
};

// One document on its way. What is wrong with it does not keep the others from being signed.
struct Job {
    std::string file;
    std::string output;
    std::optional<Draft> draft;
    std::optional<Failure> failure;
};
using Jobs = std::vector<Job>;

std::string output_of(const Options& options, const std::string& file, Kind kind) {
    if (!options.output.empty() || file == kStandard)
        return options.output.empty() ? std::string(kStandard) : options.output;
    if (kind == Kind::cms) return file + (options.attached ? ".p7m" : ".p7s");
    const fs::path path(file);
    return (path.parent_path() / path.stem()).string() + ".signed" + path.extension().string();
}

Draft draft_of(const Options& options, Kind kind, Input& file) {
    switch (kind) {
        case Kind::pdf:
            return draft_pdf(file.all(), options.format == "pades" ? PdfFormat::pades : PdfFormat::registry);
        case Kind::xml: return draft_xml(file.all());
        default: return draft_cms(file, options.attached);
    }
}

void check_options(const Options& options, Kind kind) {
    if (options.attached && kind != Kind::cms) throw Failure(Exit::usage, say(Text::attached_is_cms));
    if (!options.format.empty() && kind != Kind::pdf) throw Failure(Exit::usage, say(Text::format_is_pdf));
}

// Before anything is asked or signed.
void prepare(const Context& context, const Options& options, Job& job) {
    Input file(job.file);
    const Kind kind = kind_of(file.beginning(kBeginning), options.type);
    check_options(options, kind);
    job.output = output_of(options, job.file, kind);
    if (context.json && job.output == kStandard) throw Failure(Exit::usage, say(Text::json_and_standard));
    if (job.output == kStandard && kind != Kind::xml && ::isatty(STDOUT_FILENO) == 1)
        throw Failure(Exit::refused, say(Text::not_for_terminals));
    std::error_code ignored;
    // A signature in place of what it is a signature of is good for nothing.
    if (options.force && kind == Kind::cms && fs::equivalent(job.file, job.output, ignored))
        throw Failure(Exit::refused, say(Text::output_is_input, job.output));
    check_output(job.output, options.force);
    job.draft = draft_of(options, kind, file);
}

// With --force, what one of them is written over must not be another document, nor what that becomes.
void refuse_overlaps(Jobs& jobs) {
    for (Job& job : jobs) {
        if (job.failure || job.output == kStandard) continue;
        for (const Job& other : jobs) {
            std::error_code ignored;
            const bool another = &job != &other && !other.failure;
            if (another && (job.output == other.output || fs::equivalent(job.output, other.file, ignored) ||
                            fs::equivalent(job.output, other.output, ignored)))
                throw Failure(Exit::refused, say(Text::output_is_input, job.output));
        }
    }
}

// Of several the reason is kept; the only one ends the command.
template <class Work>
void attempt(Job& job, bool only, Work work) {
    try {
        work();
    } catch (const Failure& failure) {
        if (only) throw;
        job.failure = failure;
        warn(fill("{}: {}", job.file, failure.what()));
        if (!failure.advice().empty()) note(failure.advice() + "\n");
    }
}

void tell_what_is_signed(const Context& context, const Jobs& jobs) {
    if (context.json) return;
    std::string lines = say(Text::will_be_signed) + "\n";
    for (const Job& job : jobs)
        if (!job.failure) lines += fill("  - {}\n", job.file);
    note(lines);
}

SecretBytes enter_password(const Options& options) {
    return enter_pin(options.pin,
                     options.key == "auth" ? Text::ask_authentication_pin : Text::ask_signature_pin);
}

// Logged in for as long as the token is held; `now_signed` is what it is asked for.
Signer log_in(HeldToken& held, const Options& options, const std::string& now_signed) {
    Token& token = held.token;
    const Session& session = held.session();
    held.refuse_last_try();
    // What can be read without the PIN is said before it is asked for.
    read_certificate(session, token, Whose::user);
    if (token.certificate && !token.certificate->is_for_documents()) warn(say(Text::not_for_documents));
    const auto typed = std::make_shared<std::optional<SecretBytes>>(enter_password(options));
    held.log_in(**typed);
    // Where each signature wants the password, this one was typed for the first.
    if (!session.asks_each_time()) typed->reset();
    if (!token.certificate) read_certificate(session, token, Whose::user);
    read_certificate(session, token, Whose::authority);
    if (!token.certificate) throw Failure(Exit::failed, say(Text::certificate_missing));
    if (token.certificate->not_after < now())
        throw Failure(Exit::failed,
                      say(Text::certificate_expired, date_in_japan(token.certificate->not_after)));
    return {std::move(*token.certificate), std::move(token.authority),
            [&held, &options, &now_signed, typed](const Bytes& data) {
                return held.sign(data, [&] {
                    if (*typed) return *std::exchange(*typed, std::nullopt);
                    note(say(Text::confirm_signature, now_signed) + "\n");
                    return enter_password(options);
                });
            }};
}

void make(const Options& options, const Job& job, const Signer& signer) {
    const Bytes made = job.draft->sign(signer);
    const auto verdicts = job.draft->check(made);
    if (verdicts.empty() || !std::ranges::all_of(verdicts, &Verdict::right))
        throw Failure(Exit::failed, say(Text::made_wrong), std::string(text(Text::ask_the_doctor)));
    write_file(job.output, {made.begin(), made.end()}, options.force);
}

// The next document would only cost another try, or fail as well.
bool ends_all(const Failure& failure) {
    switch (failure.exit()) {
        case Exit::no_card:
        case Exit::pin_wrong:
        case Exit::pin_locked:
        case Exit::cancelled: return true;
        default: return false;
    }
}

Json json_of(const Job& job, const Signer& signer) {
    return {{"file", job.file},
            {"output", job.output},
            {"signer", signer.certificate.subject},
            {"serial", signer.certificate.serial},
            {"personal_data", !signer.certificate.person.empty()},
            {"for_documents", signer.certificate.is_for_documents()}};
}

Json json_of(const Job& job) {
    return {{"file", job.file},
            {"error",
             {{"exit", static_cast<int>(job.failure->exit())},
              {"what", job.failure->what()},
              {"advice", job.failure->advice()}}}};
}

// `beside`: the output that nothing may be written into but a signature.
void report(const Job& job, const Signer& signer, std::string_view beside) {
    const std::string name = name_of_output(job.output);
    write_beside(beside, say(Text::signed_into, name) + "\n");
    if (!signer.certificate.person.empty()) warn(say(Text::personal_data_written, name));
}

void sign_all(const Context& context, const Options& options, Jobs& jobs, const Signer& signer,
              std::string& now_signed) {
    std::optional<Failure> end;
    const bool only = jobs.size() == 1;
    const bool standard = std::ranges::find(jobs, kStandard, &Job::output) != jobs.end();
    for (Job& job : jobs) {
        if (job.failure) continue;
        if (end) {
            job.failure = end;
            continue;
        }
        now_signed = job.file;
        attempt(job, only, [&] { make(options, job, signer); });
        if (job.failure && ends_all(*job.failure)) end = job.failure;
        job.draft.reset();  // it holds the whole document
        if (!job.failure && !context.json)
            report(job, signer, standard ? kStandard : std::string_view(job.output));
        if (!job.failure && context.json && !signer.certificate.person.empty())
            warn(say(Text::personal_data_written, job.output));
    }
}

void sign(Context& context, const Options& options) {
    if (options.files.size() > 1 && !options.output.empty())
        throw Failure(Exit::usage, say(Text::one_output));
    if (std::ranges::count(options.files, kStandard) > 1)
        throw Failure(Exit::usage, say(Text::standard_twice));
    Jobs jobs;
    for (const std::string& file : options.files)
        jobs.push_back({file, {}, {}, {}});
    const bool only = jobs.size() == 1;
    for (Job& job : jobs)
        attempt(job, only, [&] { prepare(context, options, job); });
    refuse_overlaps(jobs);
    Json all = Json::array();
    if (!std::ranges::all_of(jobs, [](const Job& job) { return job.failure.has_value(); })) {
        if (!only) tell_what_is_signed(context, jobs);
        const bool authentication = options.key == "auth";
        HeldToken held(context.module(), authentication ? KeyPurpose::authentication : KeyPurpose::signature,
                       context.reader);
        std::string now_signed;
        const Signer signer = log_in(held, options, now_signed);
        sign_all(context, options, jobs, signer, now_signed);
        for (const Job& job : jobs)
            all.push_back(job.failure ? json_of(job) : json_of(job, signer));
    } else {
        for (const Job& job : jobs)
            all.push_back(json_of(job));
    }
    if (context.json) write(only ? all.items().front() : Json{{"files", all}});
    const auto failed = std::ranges::find_if(jobs, [](const Job& job) { return job.failure.has_value(); });
    if (failed != jobs.end()) throw Ends{failed->failure->exit()};
}

}  // namespace

void add_sign(Command app, Context& context) {
    Command command = app.add("sign", say(Text::help_sign));
    const auto options = std::make_shared<Options>();
    command.option("file", options->files, say(Text::help_sign_file)).required();
    command.option("-o,--output", options->output, say(Text::help_sign_output)).type("FILE");
    command.option("--type", options->type, say(Text::help_sign_type)).one_of({"cms", "pdf", "xml"});
    command.option("--format", options->format, say(Text::help_sign_format)).one_of({"registry", "pades"});
    command.flag("--attached", options->attached, say(Text::help_attached));
    command.option("--key", options->key, say(Text::help_key)).one_of({"auth", "sign"});
    command.flag("--force", options->force, say(Text::help_force));
    options->pin.add_to(command);
    command.run([&context, options] { sign(context, *options); });
}

}  // namespace jpki::app
