// `jpki uri`.
#include "token/uri.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <CLI/App.hpp>
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
    Purpose purpose;
    char id;
};
constexpr Which kWhich[] = {{"auth", Purpose::authentication, 1}, {"sign", Purpose::signature, 2}};

constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

std::string escaped(const std::string& octets, std::string_view kept) {
    std::string text;
    for (const char octet : octets)
        text += kept.find(octet) != std::string_view::npos
                    ? std::string(1, octet)
                    : fmt::format("%{:02X}", static_cast<unsigned char>(octet));
    return text;
}

// --- DER (X.690)
constexpr char kSequence = 0x30;
constexpr char kVisibleString = 0x1A;
constexpr char kUtf8String = 0x0C;

std::string tagged(char tag, const std::string& content) {
    std::string length;
    for (std::size_t rest = content.size(); rest > 0; rest >>= 8)
        length.insert(length.begin(), static_cast<char>(rest & 0xFF));
    if (content.size() > 0x7F) length.insert(length.begin(), static_cast<char>(0x80 + length.size()));
    return tag + length + content;
}

struct Wishes {
    std::string which;
    std::string object = "key";
    bool pem = false;
    std::string pin_file;
};

void answer(Context& context, const Wishes& wishes) {
    const Which* which = std::ranges::find(kWhich, wishes.which, &Which::name);
    const bool key = wishes.object == "key";
    if (wishes.pem && !key) throw Failure(Exit::usage, say(Text::pem_is_for_keys), say(Text::usage_advice));
    UriParts parts;
    const KeySeat seat = find_seat(context.module(), which->purpose, context.reader);
    parts.token = seat.label;
    parts.id = std::string(1, which->id);
    parts.type = key ? "private" : "cert";
    if (!wishes.pin_file.empty()) {
        // Whoever reads it later does so in another folder, and must not try this PIN on another card.
        parts.pin_file = std::filesystem::absolute(wishes.pin_file).lexically_normal();
        parts.serial = seat.serial;
    }
    const std::string uri = uri_of(parts);
    Json json{{"uri", uri}};
    if (wishes.pem) json["pem"] = provider_key_file(uri);
    if (context.json) return write(json);
    write(wishes.pem ? provider_key_file(uri) : uri + "\n");
}

}  // namespace

std::string uri_of(const UriParts& parts) {
    std::string uri = "pkcs11:token=" + escaped(parts.token, kUnreserved);
    if (!parts.serial.empty()) uri += ";serial=" + escaped(parts.serial, kUnreserved);
    uri += fmt::format(";id={};type={}", escaped(parts.id, {}), parts.type);
    if (!parts.pin_file.empty())
        uri += "?pin-source=file:" + escaped(parts.pin_file, std::string(kUnreserved) + "/");
    return uri;
}

std::string provider_key_file(const std::string& uri) {
    const std::string der =
        tagged(kSequence, tagged(kVisibleString, "PKCS#11 Provider URI v1.0") + tagged(kUtf8String, uri));
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    if (PEM_write_bio(bio.get(), "PKCS#11 PROVIDER URI", "",
                      reinterpret_cast<const unsigned char*>(der.data()), static_cast<long>(der.size())) <= 0)
        throw std::bad_alloc();
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

void add_uri(CLI::App& app, Context& context) {
    CLI::App* uri = app.add_subcommand("uri", say(Text::help_uri));
    const auto wishes = std::make_shared<Wishes>();
    uri->add_option("which", wishes->which, say(Text::help_which_key))
        ->required()
        ->check(CLI::IsMember({"auth", "sign"}));
    uri->add_option("object", wishes->object, say(Text::help_uri_object))
        ->check(CLI::IsMember({"key", "cert"}));
    uri->add_flag("--pem", wishes->pem, say(Text::help_uri_pem));
    uri->add_option("--pin-source", wishes->pin_file, say(Text::help_pin_source))->type_name("FILE");
    uri->callback([&context, wishes] { answer(context, *wishes); });
}

}  // namespace jpki::app
