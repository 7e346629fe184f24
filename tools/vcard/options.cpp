// See options.hpp.
#include "vcard/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>

#include "common/output.hpp"
#include "common/usage.hpp"
#include "virtual/image/certificate_profile.hpp"
#include "vcard/control.hpp"
#include "virtual/family.hpp"
#include "virtual/fault_row.hpp"
#include "virtual/personality.hpp"
#include "vcard/text.hpp"

namespace jpki::vcard {
namespace {

// Before a hundred lines of reference, what most people are here for.
std::string description() {
    struct Use {
        const char* line;
        Text meaning;
    };
    constexpr Use kUses[] = {{"jpki-vcard", Text::use_plain},
                             {"jpki status", Text::use_status},
                             {"jpki-vcard --image FILE", Text::use_image},
                             {"jpki-vcard --port 35964", Text::use_port}};
    std::string lines = say(Text::what_it_is) + "\n" + say(Text::protects_nothing) + "\n\n";
    for (const Use& use : kUses)
        lines += app::fill("  {:<26}{}\n", use.line, text(use.meaning));
    return lines;
}

std::string footer() {
    std::string out =
        "\nPersonality switches (KEY=VALUE; the first value is a new My Number Card's; saved in the "
        "image):\n";
    for (const SwitchInfo& row : personality_switches()) {
        std::string values;
        for (std::size_t i = 0; i < row.value_count(); ++i)
            values.append(i == 0 ? "" : "|").append(row.values[i]);
        out += fmt::format("  {}={}\n        {}\n", row.name, values, row.meaning);
    }
    out += "\nSets of switches (--personality SET; a card that somebody saw):\n";
    for (const PersonalitySet& row : personality_sets()) {
        out += fmt::format("  {}\n        {}\n       ", row.name, row.meaning);
        for (const std::string_view setting : row.settings)
            out.append(setting.empty() ? "" : " ").append(setting);
        out += "\n";
    }
    out += "\nFamilies (--family; part of the image):\n";
    for (const FamilyInfo& row : families()) {
        out += fmt::format("  {}\n        {}\n", row.name, row.meaning);
        for (const std::string_view assignment : row.personality) {
            if (!assignment.empty()) out += fmt::format("        Starts with {}.\n", assignment);
        }
    }
    out += "\nProfiles (--profile; of the certificates of a new image):\n";
    for (const ProfileInfo& row : profiles())
        out += fmt::format("  {}\n        {}\n", row.name, row.meaning);
    out += "\nControl commands (jpki-vcard ctl SOCKET COMMAND):\n" + control_help();
    out += "\nFaults (the command `fault`, and the lines of --faults):\n" + fault_help();
    out +=
        "\nNew images: PINs 1234 (3 tries) and ABC123 (5 tries) unless given in files; 1234 in the other "
        "applications.\n"
        "            Their further secrets come from what is printed on the card (docs/developers.md).\n"
        "Exit codes: 0 done; 1 something could not be opened, reached or saved, or a control command "
        "failed;\n"
        "            2 the command line is wrong; 3 the image is broken or cannot be made.\n";
    return out;
}

struct TextOption {
    const char* name;
    std::string Options::*value;
    const char* type;
    const char* meaning;
};

constexpr std::array<TextOption, 12> kTextOptions{{
    {"--host", &Options::host, "HOST", "Where vpcd listens (default: this machine)"},
    {"--image", &Options::image, "FILE",
     "The card's memory; made when it does not exist (default: forgotten at exit)"},
    {"--log", &Options::log, "FILE", "Append one line an exchange to this file, data masked"},
    {"--control", &Options::control, "SOCKET", "Listen for control commands on this Unix socket"},
    {"--ready-file", &Options::ready_file, "FILE", "Written once the card is connected to vpcd"},
    {"--faults", &Options::faults, "FILE", "What is to go wrong from the first command on: a fault a line"},
    {"--ca-out", &Options::ca_out, "DIRECTORY",
     "Write auth-ca.pem and sign-ca.pem (of a Juki card juki-sign-ca.pem) into this directory, and "
     "surface-ca.pem, the "
     "key that checks the card-verifiable certificates"},
    {"--not-before", &Options::not_before, "YYYY-MM-DD", "New image: first day of the user certificates"},
    {"--not-after", &Options::not_after, "YYYY-MM-DD", "New image: last day of the user certificates"},
    {"--new-auth-pin-file", &Options::auth_pin_file, "FILE", "New image: holds the authentication PIN"},
    {"--new-sign-pin-file", &Options::sign_pin_file, "FILE", "New image: holds the signature password"},
    {"--issuer", &Options::issuer, "FILE", "New image: issued by the authorities of this image"},
}};

template <class Rows>
std::vector<std::string> names_of(Rows rows) {
    std::vector<std::string> names;
    for (const auto& row : rows)
        names.emplace_back(row.name);
    return names;
}

void add_options(CLI::App& app, Options& options) {
    for (const TextOption& row : kTextOptions) {
        app.add_option(row.name, options.*row.value, row.meaning)->type_name(row.type);
    }
    app.add_option("--port", options.port, "vpcd's TCP port (default: 35963)")
        ->check(CLI::Range(1, 65535))
        ->type_name("PORT");
    app.add_flag("--allow-remote", options.allow_remote, "Also connect to a host that is not this machine");
    app.add_option("--personality", options.personality, "Set a switch, or a set of them (may be repeated)")
        ->type_name("KEY=VALUE|SET")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_flag("--make-image", options.make_image, "Make the image (anew, if it exists) and exit");
    app.add_option("--family", options.family, "New image: what card it is (default: mynumber)")
        ->check(CLI::IsMember(names_of(families())))
        ->type_name("FAMILY");
    app.add_option("--profile", options.profile, "New image: what its certificates carry (default: real)")
        ->check(CLI::IsMember(names_of(profiles())))
        ->type_name("PROFILE");
    auto* person =
        app.add_option("--person", options.person, "New image: whose card it is")->type_name("NUMBER");
    app.add_flag("--other", options.other, "New image: the same as --person 1")->excludes(person);
}

}  // namespace

namespace {

// Help or the version, where that was asked for; else what is wrong.
ExitCode tell(const CLI::App& app, const CLI::ParseError& end) {
    if (end.get_exit_code() != 0) {
        (void)app::show(STDERR_FILENO,
                        "jpki-vcard: " + app::misuse_of(app, end) + "\n" + say(Text::usage_advice) + "\n");
        return ExitCode::kUsage;
    }
    const bool version = end.get_name() == "CallForVersion";
    const std::string page = version ? std::string(end.what()) + "\n" : app.help();
    return app::show(STDOUT_FILENO, page) == 0 ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

bool read_options(int argc, const char* const* argv, Options& options, int& code) {
    CLI::App app{description(), "jpki-vcard"};
    app.set_version_flag("--version", "jpki-vcard " JPKI_VERSION);
    app.footer(footer());
    app.require_subcommand(0, 1);
    add_options(app, options);
    auto* ctl = app.add_subcommand("ctl", "Send a command to a running card and print its answer");
    ctl->add_option("socket", options.ctl_path, "The running card's control socket")->required();
    ctl->add_option("command", options.ctl_words, "The command and its argument")->required();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        code = static_cast<int>(tell(app, error));
        return false;
    }
    if (options.other) options.person = 1;
    options.ctl = ctl->parsed();
    return true;
}

}  // namespace jpki::vcard
