// `jpki sign`.
#include <sys/stat.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <filesystem>

#include "command.hpp"
#include "document.hpp"
#include "failure.hpp"
#include "held_seat.hpp"
#include "pin_entry.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

namespace fs = std::filesystem;

struct Wishes {
    std::string file;
    std::string output;
    std::string type;
    std::string format;
    std::string key = "sign";
    bool attached = false;
    bool force = false;
    PinOptions pin;
};

std::string output_of(const Wishes& wishes, Kind kind) {
    if (!wishes.output.empty()) return wishes.output;
    if (kind == Kind::cms) return wishes.file + (wishes.attached ? ".p7m" : ".p7s");
    const fs::path path(wishes.file);
    return (path.parent_path() / path.stem()).string() + ".signed" + path.extension().string();
}

// Before anything is asked or signed.
void check_output(const Wishes& wishes, const std::string& output, Kind kind) {
    struct stat found {};
    if (::lstat(output.c_str(), &found) != 0) return;
    if (!wishes.force) throw Failure(Exit::refused, say(Text::file_exists, output));
    std::error_code ignored;
    // A signature in place of what it is a signature of is good for nothing.
    if (kind == Kind::cms && fs::equivalent(wishes.file, output, ignored))
        throw Failure(Exit::refused, say(Text::output_is_input, output));
}

Draft draft_of(const Wishes& wishes, Kind kind) {
    switch (kind) {
        case Kind::pdf:
            return draft_pdf(read_file(wishes.file),
                             wishes.format == "pades" ? PdfFormat::pades : PdfFormat::registry);
        case Kind::xml: return draft_xml(read_file(wishes.file));
        default: return draft_cms(wishes.file, wishes.attached);
    }
}

void check_wishes(const Wishes& wishes, Kind kind) {
    if (wishes.attached && kind != Kind::cms) throw Failure(Exit::usage, say(Text::attached_is_cms));
    if (!wishes.format.empty() && kind != Kind::pdf) throw Failure(Exit::usage, say(Text::format_is_pdf));
}

// Logged in for as long as the seat is held.
Signer log_in(HeldSeat& held, const PinOptions& pin) {
    KeySeat& seat = held.seat;
    const Session& session = held.session();
    held.refuse_last_try();
    // What can be read without the PIN is said before it is asked for.
    read_certificate(session, seat, Whose::user);
    if (seat.certificate && !seat.certificate->is_for_documents()) warn(say(Text::not_for_documents));
    held.log_in(enter_pin(pin, seat.purpose == Purpose::authentication ? Text::ask_authentication_pin
                                                                       : Text::ask_signature_pin));
    if (!seat.certificate) read_certificate(session, seat, Whose::user);
    read_certificate(session, seat, Whose::authority);
    if (!seat.certificate) throw Failure(Exit::failed, say(Text::certificate_missing));
    if (seat.certificate->not_after < now())
        throw Failure(Exit::failed,
                      say(Text::certificate_expired, date_in_japan(seat.certificate->not_after)));
    return {std::move(*seat.certificate), std::move(seat.authority),
            [&session](const Octets& data) { return session.sign(data); }};
}

void report(const Context& context, const Wishes& wishes, const std::string& output, const Signer& signer) {
    if (context.json) {
        write(Json{{"file", wishes.file},
                   {"output", output},
                   {"signer", signer.certificate.subject},
                   {"serial", signer.certificate.serial},
                   {"personal_data", !signer.certificate.person.empty()},
                   {"for_documents", signer.certificate.is_for_documents()}});
    } else {
        write(say(Text::signed_into, output) + "\n");
    }
    if (!signer.certificate.person.empty()) warn(say(Text::personal_data_written, output));
}

void sign(Context& context, const Wishes& wishes) {
    const Kind kind = kind_of(beginning_of(wishes.file), wishes.type);
    check_wishes(wishes, kind);
    const std::string output = output_of(wishes, kind);
    check_output(wishes, output, kind);
    const Draft draft = draft_of(wishes, kind);
    HeldSeat held(context.module(), wishes.key == "auth" ? Purpose::authentication : Purpose::signature,
                  context.reader);
    const Signer signer = log_in(held, wishes.pin);
    const Octets made = draft.sign(signer);
    const auto verdicts = draft.check(made);
    if (verdicts.empty() || !std::ranges::all_of(verdicts, &Verdict::right))
        throw Failure(Exit::failed, say(Text::made_wrong), std::string(text(Text::ask_the_doctor)));
    write_file(output, {made.begin(), made.end()}, wishes.force);
    report(context, wishes, output, signer);
}

}  // namespace

void add_sign(CLI::App& app, Context& context) {
    CLI::App* command = app.add_subcommand("sign", say(Text::help_sign));
    const auto wishes = std::make_shared<Wishes>();
    command->add_option("file", wishes->file, say(Text::help_sign_file))->required();
    command->add_option("-o,--output", wishes->output, say(Text::help_sign_output))->type_name("FILE");
    command->add_option("--type", wishes->type, say(Text::help_sign_type))
        ->check(CLI::IsMember({"cms", "pdf", "xml"}));
    command->add_option("--format", wishes->format, say(Text::help_sign_format))
        ->check(CLI::IsMember({"registry", "pades"}));
    command->add_flag("--attached", wishes->attached, say(Text::help_attached));
    command->add_option("--key", wishes->key, say(Text::help_key))->check(CLI::IsMember({"auth", "sign"}));
    command->add_flag("--force", wishes->force, say(Text::help_force));
    wishes->pin.add_to(*command);
    command->callback([&context, wishes] { sign(context, *wishes); });
}

}  // namespace jpki::app
