#include "stage.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/card_memory.hpp"
#include "jpki/cryptoki.h"
#include "virtual/image/image_file.hpp"

namespace jpki::campaign {

namespace {

using namespace std::chrono_literals;

p11::Timing fast() {
    p11::Timing timing;
    timing.operation = 200ms;
    timing.identification = 200ms;
    timing.linger = 1ms;
    timing.maximum_hold = 30ms;
    timing.contended = 20ms;
    timing.yield = 2ms;
    timing.yield_every = 100ms;
    timing.keep_connected = 100ms;
    timing.poll = 2ms;
    timing.retry_service = 4ms;
    return timing;
}

vcard::Image load(const char* path) {
    vcard::Image image = vcard::load_image(path);
    image.find(vcard::Role::kAuthPin)->body = to_bytes(kAuthPin);
    image.find(vcard::Role::kSignPin)->body = to_bytes(kSignPin);
    return image;
}

// "hSession=7391" is a handle that has come so far.
bool holds(std::string_view line, std::string_view secret) {
    for (std::size_t at = line.find(secret); at != std::string_view::npos; at = line.find(secret, at + 1)) {
        const std::size_t before = line.find_last_not_of("0123456789", at == 0 ? 0 : at - 1);
        if (before == std::string_view::npos || line[before] != '=') return true;
    }
    return false;
}

}  // namespace

const vcard::Image& image_of(Person person) {
    static const vcard::Image first = load(JPKI_DEFAULT_IMAGE);
    static const vcard::Image second = load(JPKI_OTHER_IMAGE);
    return person == Person::first ? first : second;
}

void Listener::write(LogLevel /*level*/, std::string_view line) noexcept {
    if (holds(line, kAuthPin) || holds(line, kSignPin) || holds(line, kNewAuthPin)) heard_ = true;
}

Stage::Stage(const Setting& setting) : personality_(setting.personality) {
    p11::card_memory::forget_all();
    readers.plug_in(kSecondReader);
    insert(Person::first);
    testing::Wiring wiring;
    wiring.readers = &readers;
    wiring.threads = setting.threads;
    wiring.timing = fast();
    wiring.log = &log;
    testing::wire(wiring);
}

Stage::~Stage() {
    mend();
    (void)C_Finalize(nullptr);
}

void Stage::insert_image(vcard::Image image) {
    card_ = std::make_shared<vcard::Card>(std::move(image));
    for (const std::string& assignment : personality_) {
        const std::size_t equals = assignment.find('=');
        if (!card_->set(assignment.substr(0, equals), assignment.substr(equals + 1)))
            throw std::invalid_argument(assignment);
    }
    readers.insert(card_);
}

void Stage::insert(Person person) {
    person_ = person;
    insert_image(image_of(person));
}

void Stage::insert_with(vcard::Role role, const Bytes& content) {
    vcard::Image image = image_of(person_);
    vcard::File& file = *image.find(role);
    file.body = content;
    file.size = std::max(file.size, content.size());
    insert_image(std::move(image));
}

void Stage::mend() {
    readers.on_command(nullptr, nullptr);
    readers.locked([this] {
        card_->on_fault_before(nullptr);
        card_->on_fault_after(nullptr);
    });
    readers.stop_service(false);
    readers.plug_in(testing::VirtualReaders::kFirst);
    if (!readers.has_card()) readers.insert(card_);
}

vcard::Oracle Stage::oracle() {
    vcard::Oracle seen;
    readers.locked([&] { seen = card_->oracle(); });
    return seen;
}

bool Stage::another_client_can_sign() {
    const auto sign = [](std::uint8_t sfi) {
        return Bytes{0x80, 0x2A, 0x00, static_cast<std::uint8_t>(0x80U | sfi), 4, 1, 2, 3, 4, 0};
    };
    const auto select_key = [](std::uint8_t id) { return Bytes{0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, id}; };
    const Bytes select_application{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0,
                                   0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
    const auto answers =
        readers.as_other_client({sign(0x17), sign(0x1A), select_application, select_key(0x17), sign(0),
                                 sign(0x17), select_key(0x1A), sign(0), sign(0x1A)});
    return std::ranges::any_of(answers, [](const Bytes& answer) { return answer.size() > 2; });
}

}  // namespace jpki::campaign
