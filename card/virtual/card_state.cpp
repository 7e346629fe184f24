// See card_state.hpp.
#include "virtual/card_state.hpp"

#include <algorithm>

namespace jpki::vcard {
namespace {

// The files that have a short identifier have it for their identifier: so on every card seen.
constexpr std::uint16_t kGreatestShort = 0x1E;
constexpr std::size_t kLabelBytes = 32;
constexpr std::size_t kShorterFile = 1900;

std::optional<Switch> certificate_switch(Role role) {
    if (role == Role::kAuthCert) return Switch::kAuthCert;
    if (role == Role::kSignCert) return Switch::kSignCert;
    return std::nullopt;
}

// Looks like a certificate for four bytes, then like nothing: deterministic, so that a test can be repeated.
Bytes garbage() {
    Bytes out{0x30, 0x82, 0x06, 0x00};
    while (out.size() < 0x604)
        append(out, sha256(out));
    out.resize(0x604);
    return out;
}

}  // namespace

CardState::CardState(Image from) : image(std::move(from)) {
    for (std::size_t i = 0; i < image.applications.size(); ++i) {
        for (const File& file : image.applications[i].files) {
            if (file.kind != FileKind::kKey || file.body.empty()) continue;
            std::optional<RsaKey> key = RsaKey::from_der(file.body);
            if (!key) throw ImageError("a key file of the image holds no RSA key of 1024 or 2048 bits");
            keys.emplace(FileName{i, file.id}, std::move(*key));
        }
    }
}

bool CardState::has(const Application& application) const {
    const bool manager = application.name == kCardManager;
    const bool jpki = application.name == kJpki;
    if (is(Switch::kFamily, "bank") && !manager) return false;
    if (is(Switch::kNeutralAid, "absent")) return !manager;
    if (is(Switch::kNeutralAid, "all-absent")) return jpki;
    return true;
}

std::string_view CardState::where() const {
    return session.application ? image.applications[*session.application].name : std::string_view();
}

Application* CardState::application() {
    return session.application ? &image.applications[*session.application] : nullptr;
}

File* CardState::file() { return session.file ? &application()->files[*session.file] : nullptr; }

bool CardState::exists(const File& file) const {
    const std::optional<Switch> by = certificate_switch(file.role);
    return file.kind != FileKind::kObject && !(by && is(*by, "absent"));
}

std::optional<std::size_t> CardState::find_file(std::uint16_t id) const {
    if (!session.application) return std::nullopt;
    const std::vector<File>& files = image.applications[*session.application].files;
    const auto at =
        std::ranges::find_if(files, [&](const File& file) { return file.id == id && exists(file); });
    if (at == files.end()) return std::nullopt;
    return static_cast<std::size_t>(at - files.begin());
}

std::optional<std::size_t> CardState::find_short(std::uint8_t short_id) const {
    if (!session.application) return std::nullopt;
    const std::vector<File>& files = image.applications[*session.application].files;
    const auto at = std::ranges::find_if(files, [&](const File& file) {
        return file.id == short_id && file.id <= kGreatestShort && exists(file);
    });
    if (at == files.end()) return std::nullopt;
    return static_cast<std::size_t>(at - files.begin());
}

Bytes CardState::content(const File& file) const {
    if (file.role == Role::kTokenInfo && is(Switch::kTokenInfo, "32")) {
        return to_bytes(slice(file.body, 0, kLabelBytes));
    }
    if (file.role == Role::kAvailability) {
        // Byte 0 the signature certificate, byte 1 the authentication one; what a missing one reads is our
        // guess.
        Bytes bytes = file.body;
        bytes.resize(3);
        if (!is(Switch::kSignCert, "present") && !is(Switch::kSignCert, "garbage")) bytes[0] = 0x00;
        if (!is(Switch::kAuthCert, "present") && !is(Switch::kAuthCert, "garbage")) bytes[1] = 0x00;
        return bytes;
    }
    Bytes bytes = file.body;
    if (const std::optional<Switch> by = certificate_switch(file.role); by && is(*by, "garbage")) {
        bytes = garbage();
    } else if (by && is(*by, "blank")) {
        bytes.clear();
    }
    if (file.size != 0 && !is(Switch::kFiller, "none")) {
        const bool shorter = file.role == Role::kSignCa && is(Switch::kSignCaFile, "1900");
        bytes.resize(std::max(bytes.size(), shorter ? kShorterFile : file.size),
                     is(Switch::kFiller, "00") ? 0x00 : 0xFF);
    }
    return bytes;
}

bool CardState::may_use(const File& file) const {
    if (file.guard == kFree) return true;
    return session.application && std::ranges::any_of(file.guard, [this](std::uint16_t pin) {
               return pin != 0 && session.verified.contains({*session.application, pin});
           });
}

const RsaKey* CardState::key(const File& file) const {
    const auto at = keys.find({session.application.value_or(0), file.id});
    return at == keys.end() ? nullptr : &at->second;
}

unsigned CardState::tries_left(const File& pin) const {
    if (pin.role == Role::kAuthPin && is(Switch::kAuthPin, "blocked")) return 0;
    if (pin.role == Role::kSignPin && is(Switch::kSignPin, "blocked")) return 0;
    return pin.tries_left;
}

bool CardState::set_tries_left(File* pin, unsigned tries) {
    if (pin == nullptr || pin->kind != FileKind::kPin || tries > pin->tries_max) return false;
    pin->tries_left = tries;
    return save();
}

bool CardState::verified(const File& pin) const {
    return session.application && session.verified.contains({*session.application, pin.id});
}

void CardState::set_verified(const File& pin, bool now) {
    const FileName name{session.application.value_or(0), pin.id};
    if (now) {
        session.verified.insert(name);
    } else {
        session.verified.erase(name);
    }
}

void CardState::forget(std::size_t which) {
    std::erase_if(session.verified, [&](const FileName& name) { return name.first == which; });
}

void CardState::forget_others(std::size_t kept) {
    std::erase_if(session.verified, [&](const FileName& name) { return name.first != kept; });
}

PinOracle& CardState::pin_oracle(const File& pin) {
    if (pin.role == Role::kAuthPin) return oracle.auth_pin;
    if (pin.role == Role::kSignPin) return oracle.sign_pin;
    return oracle.other_pins;
}

KeyOracle& CardState::key_oracle(const File& key) {
    if (key.role == Role::kAuthKey) return oracle.auth_key;
    if (key.role == Role::kSignKey) return oracle.sign_key;
    return oracle.other_keys;
}

}  // namespace jpki::vcard
