// The text of an image: writer and reader of image_file.hpp's `key = value` lines.
// A key is `person`, `family`, `personality.SWITCH`, `ca.SIDE.PART`, `APPLICATION.aid` or
// `APPLICATION.FILE.PROPERTY`. The reader takes nothing on trust: bounds, duplicates and references are
// checked before a card sees the image.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "virtual/image/image_file.hpp"

namespace jpki::vcard {
namespace {

constexpr std::string_view kVersionLine = "jpki-vcard-image = 1";
constexpr std::size_t kMostFiles = 64;
constexpr std::size_t kMostApplications = 16;
constexpr std::size_t kMostBody = 0x7FFF;  // what a 15-bit READ BINARY offset reaches

constexpr std::array<std::string_view, 5> kKinds{"transparent", "record", "pin", "key", "object"};
constexpr std::array<std::string_view, 14> kRoles{
    "none",     "auth-cert", "auth-ca",    "auth-key",     "auth-pin", "sign-cert",  "sign-ca",
    "sign-key", "sign-pin",  "token-info", "availability", "text-key", "visual-key", "common-key"};

std::string hex16(std::uint16_t value) {
    const Bytes bytes{static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value & 0xFFU)};
    return to_hex(bytes);
}

struct Line {
    std::string_view key;
    std::string_view value;
};

class Reader {
  public:
    Image read(std::string_view text) {
        if (next_line(text) != kVersionLine)
            fail("the first line must be \"" + std::string(kVersionLine) + "\"");
        while (!text.empty()) {
            const std::string_view line = next_line(text);
            if (line.empty() || line.front() == '#') continue;
            take(split_line(line));
        }
        number_ = 0;
        check();
        return std::move(image_);
    }

  private:
    [[noreturn]] void fail(const std::string& why) const {
        throw ImageError(number_ == 0 ? why : "line " + std::to_string(number_) + ": " + why);
    }

    std::string_view next_line(std::string_view& text) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number_;
        return line;
    }

    Line split_line(std::string_view line) {
        const std::size_t equals = line.find(" = ");
        if (equals == std::string_view::npos) fail("no \" = \"");
        const Line split{line.substr(0, equals), line.substr(equals + 3)};
        if (!seen_.insert(std::string(split.key)).second) fail("this key came before");
        return split;
    }

    static std::string_view next_part(std::string_view& key) {
        const std::size_t dot = std::min(key.find('.'), key.size());
        const std::string_view part = key.substr(0, dot);
        key.remove_prefix(std::min(dot + 1, key.size()));
        return part;
    }

    std::size_t number(std::string_view digits, int base, std::size_t most) const {
        std::size_t value = 0;
        const char* end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
        if (digits.empty() || error != std::errc() || stop != end || value > most)
            fail("not a number in range");
        return value;
    }

    Bytes bytes(std::string_view hex) const {
        if (hex.size() % 2 != 0 || hex.size() / 2 > kMostBody)
            fail("not a hexadecimal octet string in range");
        Bytes out;
        out.reserve(hex.size() / 2);
        for (std::size_t i = 0; i < hex.size(); i += 2) {
            out.push_back(static_cast<std::uint8_t>(number(hex.substr(i, 2), 16, 0xFF)));
        }
        return out;
    }

    template <std::size_t N>
    std::uint8_t word(std::string_view value, const std::array<std::string_view, N>& words) const {
        const auto at = std::ranges::find(words, value);
        if (at == words.end()) fail("no such word here");
        return static_cast<std::uint8_t>(at - words.begin());
    }

    void take(const Line& line) {
        std::string_view key = line.key;
        const std::string_view first = next_part(key);
        if (first == "person") {
            if (!key.empty()) fail("unknown key");
            image_.person = static_cast<unsigned>(number(line.value, 10, 0xFFFFFFFF));
        } else if (first == "family") {
            const std::optional<Family> family = family_named(line.value);
            if (!key.empty() || !family) fail("unknown family");
            image_.family = *family;
        } else if (first == "personality") {
            if (!image_.personality.set(key, line.value)) fail("unknown switch or value");
        } else if (first == "ca") {
            authority_part(next_part(key), key) = bytes(line.value);
        } else {
            take_application(first, key, line.value);
        }
    }

    Bytes& authority_part(std::string_view side, std::string_view part) {
        const auto named = [&]() -> Authority& {
            if (side == "auth") return image_.auth_ca;
            if (side == "sign") return image_.sign_ca;
            if (side == "surface") return image_.surface_ca;
            fail("unknown authority");
        };
        Authority& authority = named();
        if (part == "certificate") return authority.certificate;
        if (part == "key") return authority.key;
        fail("unknown part of an authority");
    }

    void take_application(std::string_view name, std::string_view key, std::string_view value) {
        const bool plain = std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
        if (name.empty() || !plain) fail("unknown key");
        std::vector<Application>& all = image_.applications;
        auto at = std::ranges::find(all, name, &Application::name);
        if (at == all.end()) {
            if (all.size() == kMostApplications) fail("too many applications");
            at = all.insert(at, {.name = std::string(name), .aid = {}, .files = {}});
        }
        if (key == "aid") {
            at->aid = bytes(value);
            return;
        }
        const std::string_view id = next_part(key);
        if (id.size() != 4) fail("a file is named by four hexadecimal digits");
        take_property(file(*at, static_cast<std::uint16_t>(number(id, 16, 0xFFFF))), key, value);
    }

    File& file(Application& application, std::uint16_t id) const {
        const auto at = std::ranges::find(application.files, id, &File::id);
        if (at != application.files.end()) return *at;
        if (application.files.size() == kMostFiles) fail("too many files");
        application.files.push_back({.id = id});
        return application.files.back();
    }

    void take_property(File& file, std::string_view property, std::string_view value) const {
        if (property == "kind") {
            file.kind = FileKind{word(value, kKinds)};
        } else if (property == "role") {
            file.role = Role{word(value, kRoles)};
        } else if (property == "guard") {
            file.guard = guard(value);
        } else if (property == "body") {
            file.body = bytes(value);
        } else if (property == "size") {
            file.size = number(value, 10, kMostBody);
        } else if (property == "tries-left") {
            file.tries_left = static_cast<unsigned>(number(value, 10, 15));
        } else if (property == "tries-max") {
            file.tries_max = static_cast<unsigned>(number(value, 10, 15));
        } else {
            fail("unknown property of a file");
        }
    }

    // "free", "never", or PIN files with blanks between them.
    Guard guard(std::string_view value) const {
        if (value == "free") return kFree;
        if (value == "never") return kNever;
        Guard guard{};
        for (std::size_t i = 0; !value.empty(); ++i) {
            if (i == guard.size()) fail("too many PIN files");
            const std::size_t end = std::min(value.find(' '), value.size());
            guard[i] = static_cast<std::uint16_t>(number(value.substr(0, end), 16, 0xFFFE));
            value.remove_prefix(std::min(end + 1, value.size()));
        }
        return guard;
    }

    void check() const {
        std::set<Role> roles;
        for (const Application& application : image_.applications) {
            if (application.aid.size() < 5 || application.aid.size() > 16) {
                fail(application.name + ": an AID has 5 to 16 bytes (ISO 7816-4 §8.2.1.2)");
            }
            for (const File& file : application.files) {
                const std::string name = application.name + "." + hex16(file.id) + ": ";
                check_file(application, file, name);
                if (file.role != Role::kNone && !roles.insert(file.role).second)
                    fail(name + "its role is taken");
            }
        }
    }

    void check_file(const Application& application, const File& file, const std::string& name) const {
        if (file.kind == FileKind::kPin) {
            if (file.body.empty() || file.body.size() > 16) fail(name + "a PIN has 1 to 16 bytes");
            if (file.tries_left > file.tries_max) fail(name + "impossible retry counter");
        }
        if (file.guard == kNever) return;
        for (const std::uint16_t pin : file.guard) {
            const bool found = std::ranges::any_of(application.files, [&](const File& other) {
                return other.id == pin && other.kind == FileKind::kPin;
            });
            if (pin != 0 && !found) fail(name + "its guard is no PIN file of the application");
        }
    }

    Image image_;
    std::set<std::string, std::less<>> seen_;
    std::size_t number_ = 0;
};

std::string guard_text(const Guard& guard) {
    if (guard == kFree) return "free";
    if (guard == kNever) return "never";
    std::string out;
    for (const std::uint16_t pin : guard) {
        if (pin != 0) out += (out.empty() ? "" : " ") + hex16(pin);
    }
    return out;
}

void write_file(std::string& out, const std::string& prefix, const File& file) {
    const auto line = [&](std::string_view property, std::string_view value) {
        out.append(prefix).append(property).append(" = ").append(value).append("\n");
    };
    line("kind", kKinds[static_cast<std::size_t>(file.kind)]);
    line("role", kRoles[static_cast<std::size_t>(file.role)]);
    line("guard", guard_text(file.guard));
    if (file.kind == FileKind::kPin) {
        line("tries-left", std::to_string(file.tries_left));
        line("tries-max", std::to_string(file.tries_max));
    }
    if (file.size != 0) line("size", std::to_string(file.size));
    line("body", to_hex(file.body));
}

}  // namespace

std::string serialize_image(const Image& image) {
    std::string out(kVersionLine);
    out += "\n# A virtual card for testing: its keys and PINs protect nothing.\n";
    out += "person = " + std::to_string(image.person) + "\n";
    out.append("family = ").append(family_info(image.family).name).append("\n");
    for (std::size_t i = 0; i < personality_switches().size(); ++i) {
        out.append("personality.").append(personality_switches()[i].name).append(" = ");
        out.append(image.personality.get(static_cast<Switch>(i))).append("\n");
    }
    out += "ca.auth.certificate = " + to_hex(image.auth_ca.certificate) + "\n";
    out += "ca.auth.key = " + to_hex(image.auth_ca.key) + "\n";
    out += "ca.sign.certificate = " + to_hex(image.sign_ca.certificate) + "\n";
    out += "ca.sign.key = " + to_hex(image.sign_ca.key) + "\n";
    out += "ca.surface.key = " + to_hex(image.surface_ca.key) + "\n";
    for (const Application& application : image.applications) {
        out += application.name + ".aid = " + to_hex(application.aid) + "\n";
        for (const File& file : application.files) {
            write_file(out, application.name + "." + hex16(file.id) + ".", file);
        }
    }
    return out;
}

Image parse_image(std::string_view text) { return Reader().read(text); }

}  // namespace jpki::vcard
