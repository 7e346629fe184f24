// See announcer.hpp.
#include "vcard/announcer.hpp"

#include <unistd.h>

#include "common/output.hpp"
#include "vcard/text.hpp"
#include "virtual/image/image_maker.hpp"

namespace jpki::vcard {
namespace {

std::string place_of(const Options& options) { return fmt::format("{}:{}", options.host, options.port); }

bool has(const Image& image, Role pin, const std::string& value) {
    const File* file = image.find(pin);
    return file != nullptr && file->body == to_bytes(std::string_view(value));
}

std::string pins_of(const Image& image) {
    const MakeOptions usual;
    if (!has(image, Role::kSignPin, usual.sign_pin)) return say(Text::own_pins);
    if (image.find(Role::kAuthPin) == nullptr) return say(Text::its_password, usual.sign_pin);
    if (!has(image, Role::kAuthPin, usual.auth_pin)) return say(Text::own_pins);
    return say(Text::its_pins, usual.auth_pin, usual.sign_pin);
}

}  // namespace

void announce(News news, const Options& options, const Image& image) {
    std::string lines;
    const auto add = [&lines](const std::string& line) { lines += line + "\n"; };
    if (news == News::kWaiting) {
        add(say(Text::waiting, place_of(options)));
        add(say(Text::waiting_advice));
    } else {
        add(say(Text::in_reader, place_of(options)));
        if (::isatty(STDOUT_FILENO) != 0) {
            add(pins_of(image));
            if (options.image.empty()) add(say(Text::is_new));
            add(say(Text::next_step));
            add(say(Text::how_to_end));
        }
    }
    (void)app::show(STDOUT_FILENO, lines);
}

std::string taken_by_another(const Options& options) {
    constexpr std::uint16_t kFirst = 35963;
    constexpr std::uint16_t kSecond = 35964;
    return say(Text::taken, place_of(options)) + "\n" +
           say(Text::taken_advice, options.port == kFirst ? kSecond : kFirst);
}

}  // namespace jpki::vcard
