// `jpki ca list` and `jpki ca verify`.
#include "document/ca.hpp"

#include "commands/command.hpp"
#include "document/fingerprint.hpp"
#include "document/input.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

void show_list(bool json) {
    Json all = Json::array();
    std::string lines;
    const std::string today = date_in_japan(now());
    for (const Authority& one : authorities()) {
        const bool ended = !one.not_after.empty() && one.not_after < today;
        all.push_back({{"name", one.name()},
                       {"not_before", one.not_before},
                       {"not_after", one.not_after},
                       {"ended", ended},
                       {"sha1", one.sha1},
                       {"sha256", one.sha256},
                       {"source", one.source}});
        lines += (ended ? say(Text::ca_has_ended, one.name()) : std::string(one.name())) + "\n";
        if (!one.not_before.empty()) lines += fill("  {} - {}\n", one.not_before, one.not_after);
        lines += fill("  SHA-1:   {}\n", one.sha1);
        if (!one.sha256.empty()) lines += fill("  SHA-256: {}\n", one.sha256);
        lines += "  " + say(Text::ca_source, one.source) + "\n";
    }
    if (json) {
        write(all);
    } else {
        write(lines);
    }
}

void answer(bool json, const Authority& found, std::string_view as, const std::string& sentence) {
    if (json) {
        write(Json{{"verified", true}, {"as", as}, {"name", found.name()}, {"source", found.source}});
    } else {
        write(sentence + "\n" + say(Text::ca_source, found.source) + "\n");
    }
}

void verify_fingerprint(const std::string& typed, bool json) {
    const std::string digits = fingerprint_digits(typed);
    const char* kind = digits.size() == 40 ? "SHA-1" : "SHA-256";
    const Authority* found = authority_by_fingerprint(digits);
    if (found == nullptr)
        throw Failure(Exit::not_verified, say(Text::ca_unknown), say(Text::fingerprint_kind, kind));
    answer(json, *found, kind,
           say(Text::ca_is_known, found->name()) + "\n" + say(Text::fingerprint_kind, kind));
}

void verify_file(const std::string& path, bool json) {
    const auto certificate = parse_certificate(read_file(path, kMostOfCertificate));
    if (!certificate) throw Failure(Exit::failed, say(Text::not_a_certificate, path));
    if (const Authority* found = authority_by_fingerprint(certificate->sha256); found != nullptr)
        return answer(json, *found, "authority", say(Text::ca_is_known, found->name()));
    if (const Certificate* issuer = issuer_of(*certificate, authority_certificates()); issuer != nullptr) {
        const Authority& found = *authority_by_fingerprint(issuer->sha256);
        return answer(json, found, "issuer", say(Text::ca_signed_by, found.name()));
    }
    throw Failure(Exit::not_verified, say(Text::ca_unknown_issuer));
}

}  // namespace

void add_ca(Command app, Context& context) {
    Command ca = app.add("ca", say(Text::help_ca));
    ca.needs_command();
    ca.add("list", say(Text::help_ca_list)).run([&context] { show_list(context.json); });
    Command verify = ca.add("verify", say(Text::help_ca_verify));
    const auto file = std::make_shared<std::string>();
    const auto fingerprint = std::make_shared<std::vector<std::string>>();
    verify.option("file", *file, say(Text::help_ca_file));
    verify.option("--fingerprint", *fingerprint, say(Text::help_fingerprint)).type("TEXT").of_words();
    verify.run([&context, file, fingerprint] {
        if (file->empty() == fingerprint->empty()) throw Failure(Exit::usage, say(Text::file_or_fingerprint));
        if (file->empty()) {
            // Without quotes on the command line it is several words.
            verify_fingerprint(joined(*fingerprint, " "), context.json);
        } else {
            verify_file(*file, context.json);
        }
    });
}

}  // namespace jpki::app
