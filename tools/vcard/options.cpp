// See options.hpp.
#include "vcard/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "common/command_line.hpp"
#include "common/output.hpp"
#include "vcard/control.hpp"
#include "vcard/text.hpp"
#include "virtual/family.hpp"
#include "virtual/fault_row.hpp"
#include "virtual/image/certificate_profile.hpp"
#include "virtual/personality.hpp"

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
    std::string Options::* value;
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

void add_options(app::Command top, Options& options) {
    for (const TextOption& row : kTextOptions)
        top.option(row.name, options.*row.value, row.meaning).type(row.type);
    top.option("--port", options.port, "vpcd's TCP port (default: 35963)").between(1, 65535).type("PORT");
    top.flag("--allow-remote", options.allow_remote, "Also connect to a host that is not this machine");
    top.option("--personality", options.personality, "Set a switch, or a set of them (may be repeated)")
        .type("KEY=VALUE|SET")
        .gathered();
    top.flag("--make-image", options.make_image, "Make the image (anew, if it exists) and exit");
    top.option("--family", options.family, "New image: what card it is (default: mynumber)")
        .one_of(names_of(families()))
        .type("FAMILY");
    top.option("--profile", options.profile, "New image: what its certificates carry (default: real)")
        .one_of(names_of(profiles()))
        .type("PROFILE");
    app::Option person = top.option("--person", options.person, "New image: whose card it is");
    person.type("NUMBER");
    top.flag("--other", options.other, "New image: the same as --person 1").without(person);
}

}  // namespace

bool read_options(int argc, const char* const* argv, Options& options, int& code) {
    app::CommandLine line("jpki-vcard", description());
    line.describe_version("jpki-vcard " JPKI_VERSION, "Display program version information and exit");
    line.end_help_with(footer());
    app::Command top = line.top();
    top.may_have_command();
    add_options(top, options);
    app::Command ctl = top.add("ctl", "Send a command to a running card and print its answer");
    ctl.option("socket", options.ctl_path, "The running card's control socket").required();
    ctl.option("command", options.ctl_words, "The command and its argument").required();
    try {
        const std::string page = line.read(argc, argv);
        if (!page.empty()) {
            const bool told = app::show(STDOUT_FILENO, page) == 0;
            code = static_cast<int>(told ? ExitCode::kDone : ExitCode::kFailed);
            return false;
        }
    } catch (const app::Misuse& misuse) {
        (void)app::show(STDERR_FILENO, "jpki-vcard: " + misuse.what + "\n" + say(Text::usage_advice) + "\n");
        code = static_cast<int>(ExitCode::kUsage);
        return false;
    }
    if (options.other) options.person = 1;
    options.ctl = ctl.named();
    return true;
}

}  // namespace jpki::vcard
