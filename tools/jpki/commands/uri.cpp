// `jpki uri`.
#include "token/uri.hpp"

#include <algorithm>
#include <filesystem>

#include "commands/command.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/holder.hpp"

namespace jpki::app {

namespace {

// The ids are fixed names, as the labels are; before a login the signature key cannot be asked for its own.
struct Which {
    const char* name;
    KeyPurpose purpose;
    char id;
};
constexpr Which kWhich[] = {{"auth", KeyPurpose::authentication, 1}, {"sign", KeyPurpose::signature, 2}};

struct Options {
    std::string which;
    std::string object = "key";
    bool pem = false;
    std::string pin_file;
};

void answer(Context& context, const Options& options) {
    const Which* which = std::ranges::find(kWhich, options.which, &Which::name);
    const bool key = options.object == "key";
    if (options.pem && !key) throw Failure(Exit::usage, say(Text::pem_is_for_keys), say(Text::usage_advice));
    UriParts parts;
    const Token token = find_token(context.module(), which->purpose, context.reader);
    parts.token = token.label;
    parts.id = std::string(1, which->id);
    parts.type = key ? "private" : "cert";
    if (!options.pin_file.empty()) {
        // Whoever reads it later does so in another folder, and must not try this PIN on another card.
        parts.pin_file = std::filesystem::absolute(options.pin_file).lexically_normal();
        parts.serial = token.serial;
    }
    const std::string uri = uri_of(parts);
    Json json{{"uri", uri}};
    if (options.pem) json["pem"] = provider_key_file(uri);
    if (context.json) return write(json);
    write(options.pem ? provider_key_file(uri) : uri + "\n");
}

}  // namespace

void add_uri(Command app, Context& context) {
    Command uri = app.add("uri", say(Text::help_uri));
    const auto options = std::make_shared<Options>();
    uri.option("which", options->which, say(Text::help_which_key)).required().one_of({"auth", "sign"});
    uri.option("object", options->object, say(Text::help_uri_object)).one_of({"key", "cert"});
    uri.flag("--pem", options->pem, say(Text::help_uri_pem));
    uri.option("--pin-source", options->pin_file, say(Text::help_pin_source)).type("FILE");
    uri.run([&context, options] { answer(context, *options); });
}

}  // namespace jpki::app
