// jpki-vcard: gets or makes an image, puts the card into vpcd's reader, and keeps it there.
#include <sys/stat.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <optional>

#include "common/language.hpp"
#include "common/new_file.hpp"
#include "common/output.hpp"
#include "vcard/announcer.hpp"
#include "vcard/options.hpp"
#include "vcard/server.hpp"
#include "virtual/image/image_file.hpp"
#include "virtual/image/image_maker.hpp"
#include "virtual/image/pem.hpp"
#include "virtual/image/rsa_key.hpp"
#include "waist/visible.hpp"

namespace jpki::vcard {
namespace {

int fail(ExitCode code, const std::string& why) {
    (void)app::show(STDERR_FILENO, "jpki-vcard: " + why + "\n");
    return static_cast<int>(code);
}

bool exists(const std::string& path) {
    struct stat found{};
    return ::lstat(path.c_str(), &found) == 0;
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) throw ImageError("cannot read a PIN from " + path);
    return line;
}

Image new_image(const Options& options) {
    MakeOptions make{.family = family_named(options.family).value_or(Family::kMyNumber),
                     .profile = profile_named(options.profile).value_or(Profile::kReal),
                     .person = options.person,
                     .not_before = options.not_before,
                     .not_after = options.not_after};
    if (!options.auth_pin_file.empty()) make.auth_pin = first_line(options.auth_pin_file);
    if (!options.sign_pin_file.empty()) make.sign_pin = first_line(options.sign_pin_file);
    if (options.issuer.empty()) return make_image(make);
    const Image issuer = load_image(options.issuer);
    make.issuer = &issuer;
    return make_image(make);
}

bool write_pem(const std::string& path, std::string_view label, ByteView der) {
    return app::write_whole(path, pem(label, der), true) == 0;
}

bool write_authorities(const std::string& directory, const Image& image) {
    const std::string prefix = directory + "/" + std::string(family_info(image.family).authority_prefix);
    std::error_code unmade;  // then writing fails as well
    std::filesystem::create_directories(directory, unmade);
    const auto write = [&](std::string_view name, const Authority& authority) {
        return authority.certificate.empty() ||
               write_pem(prefix + std::string(name), "CERTIFICATE", authority.certificate);
    };
    const std::optional<RsaKey> surface = RsaKey::from_der(image.surface_ca.key);
    return write("auth-ca.pem", image.auth_ca) && write("sign-ca.pem", image.sign_ca) &&
           (!surface || write_pem(prefix + "surface-ca.pem", "PUBLIC KEY", surface->public_key_info()));
}

// Nothing, or why the command line cannot be followed; before anything is opened or made.
std::string objection(const Options& options, const std::optional<ReaderAddress>& reader) {
    if (options.make_image && options.image.empty()) return "--make-image needs --image";
    for (const std::string& assignment : options.personality) {
        if (!Personality().set(assignment)) return "no such personality switch, value or set: " + assignment;
    }
    if (!reader) return "no address for " + options.host;
    if (!reader->loopback && !options.allow_remote) {
        return options.host + " is not this machine; say --allow-remote if you mean it";
    }
    return {};
}

// Throws FaultError.
void plan_faults(FaultPlan& plan, const std::string& path) {
    if (path.empty()) return;
    std::ifstream file(path);
    if (!file) throw FaultError("cannot read it");
    plan.add_all(std::string(std::istreambuf_iterator<char>(file), {}));
}

int run(const Options& options) {
    if (options.ctl) {
        std::string line;
        for (const std::string& word : options.ctl_words)
            line += (line.empty() ? "" : " ") + word;
        return control_client(options.ctl_path, line);
    }
    const std::optional<ReaderAddress> reader = find_reader(options.host, options.port);
    if (const std::string why = objection(options, reader); !why.empty())
        return fail(ExitCode::kUsage, visible(why));
    const bool there = !options.image.empty() && exists(options.image);
    Image image = there && !options.make_image ? load_image(options.image) : new_image(options);
    for (const std::string& assignment : options.personality)
        image.personality.set(assignment);
    const bool changed = !there || options.make_image || !options.personality.empty();
    if (changed && !options.image.empty() && !save_image(image, options.image)) {
        return fail(ExitCode::kFailed, "cannot write " + visible(options.image));
    }
    if (!options.ca_out.empty() && !write_authorities(options.ca_out, image)) {
        return fail(ExitCode::kFailed, "cannot write into " + visible(options.ca_out));
    }
    if (options.make_image) return static_cast<int>(ExitCode::kDone);

    CardSlot slot(std::move(image), options.image);
    if (!options.log.empty() && !slot.card().log().open(options.log)) {
        return fail(ExitCode::kFailed, "cannot write " + visible(options.log));
    }
    try {
        plan_faults(slot.faults(), options.faults);
    } catch (const FaultError& wrong) {
        return fail(ExitCode::kUsage, visible(options.faults + ": " + wrong.what()));
    }
    Server server(slot, *reader, options.ready_file,
                  [&](News news) { announce(news, options, slot.card().image()); });
    if (!options.control.empty()) {
        if (const std::string why = server.control().listen(options.control); !why.empty()) {
            return fail(ExitCode::kFailed, visible(why));
        }
    }
    switch (server.run()) {
        case ServerEnd::kNotSaved: return fail(ExitCode::kFailed, "cannot save " + visible(options.image));
        case ServerEnd::kTaken: return fail(ExitCode::kFailed, taken_by_another(options));
        default: return static_cast<int>(ExitCode::kDone);
    }
}

}  // namespace
}  // namespace jpki::vcard

int main(int argc, char** argv) {
    using namespace jpki::vcard;
    jpki::app::keep_first_three();
    jpki::app::speak(jpki::app::language_of_environment());
    try {
        Options options;
        int code = 0;
        return read_options(argc, argv, options, code) ? run(options) : code;
    } catch (const ImageError& error) {
        return fail(ExitCode::kBadImage, jpki::visible(error.what()));
    } catch (const std::bad_alloc&) {
        return fail(ExitCode::kFailed, "there is not enough memory");
    } catch (const std::exception&) {
        return fail(ExitCode::kFailed, "something went wrong inside this program: a mistake of its own");
    }
}
