// See options.hpp.
#include "virtual/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "virtual/control.hpp"
#include "virtual/personality.hpp"

namespace jpki::vcard {
namespace {

constexpr const char* kDescription =
    "A virtual JPKI card that plugs into a pcscd with the vpcd driver (Debian: vsmartcard-vpcd).\n"
    "Its keys, certificates and PINs are for testing only and protect nothing.\n";

std::string footer() {
    std::string out =
        "\nPersonality switches (KEY=VALUE; the first value is a new image's; saved in the image):\n";
    for (const SwitchInfo& row : personality_switches()) {
        std::string values;
        for (std::size_t i = 0; i < row.value_count(); ++i)
            values.append(i == 0 ? "" : "|").append(row.values[i]);
        out += fmt::format("  {}={}\n        {}\n", row.name, values, row.meaning);
    }
    out += "\nControl commands (jpki-vcard ctl SOCKET COMMAND):\n" + control_help();
    out +=
        "\nNew images: PINs 1234 (3 tries) and ABC123 (5 tries) unless given in files.\n"
        "Exit codes: 0 done; 1 something could not be opened, reached or saved, or a control command "
        "failed;\n"
        "            2 the command line is wrong; 3 the image is broken or cannot be made.\n";
    return out;
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("--host", options.host, "Where vpcd listens")->capture_default_str();
    app.add_option("--port", options.port, "vpcd's TCP port")
        ->capture_default_str()
        ->check(CLI::Range(1, 65535));
    app.add_flag("--allow-remote", options.allow_remote, "Also connect to a host that is not this machine");
    app.add_option("--image", options.image,
                   "The card's memory; made when it does not exist (default: forgotten at exit)");
    app.add_option("--personality", options.personality, "Set a switch (may be repeated)")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_option("--log", options.log, "Append one line an exchange to this file, data masked");
    app.add_option("--control", options.control, "Listen for control commands on this Unix socket");
    app.add_option("--ready-file", options.ready_file, "Written once the card is connected to vpcd");
    app.add_option("--ca-out", options.ca_out, "Write auth-ca.pem and sign-ca.pem into this directory");
    app.add_flag("--make-image", options.make_image, "Make the image (anew, if it exists) and exit");
    auto* person =
        app.add_option("--person", options.person, "New image: whose card it is")->type_name("NUMBER");
    app.add_flag("--other", options.other, "New image: the same as --person 1")->excludes(person);
    app.add_option("--not-before", options.not_before, "New image: first day of the user certificates")
        ->type_name("YYYY-MM-DD");
    app.add_option("--not-after", options.not_after, "New image: last day of the user certificates")
        ->type_name("YYYY-MM-DD");
    app.add_option("--new-auth-pin-file", options.auth_pin_file,
                   "New image: the authentication PIN is in this file");
    app.add_option("--new-sign-pin-file", options.sign_pin_file,
                   "New image: the signature password is in this file");
    app.add_option("--issuer", options.issuer, "New image: issued by the authorities of this image");
}

}  // namespace

bool read_options(int argc, const char* const* argv, Options& options, int& code) {
    CLI::App app{kDescription, "jpki-vcard"};
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
        const bool asked = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
        app.exit(error);
        code = static_cast<int>(asked ? ExitCode::kDone : ExitCode::kUsage);
        return false;
    }
    if (options.other) options.person = 1;
    options.ctl = ctl->parsed();
    return true;
}

}  // namespace jpki::vcard
