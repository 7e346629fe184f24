// The stage in this process: the library linked in, the virtual card behind the reader port.
//   conformance_in_process [NUMBER [NAME]]
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/card_memory.hpp"
#include "vcard/control.hpp"
#include "virtual/image/image_file.hpp"
#include "wiring.hpp"

extern "C" {
#include "run.h"
#include "stage.h"
}

namespace {

using jpki::testing::VirtualReaders;

constexpr unsigned kSteady = 1100;  // two looks of the monitor and a little
constexpr std::array<const char*, kStageCards> kImages{JPKI_DEFAULT_IMAGE, JPKI_OTHER_IMAGE, JPKI_JUKI_IMAGE,
                                                       JPKI_ANDROID_IMAGE, JPKI_IPHONE_IMAGE};

// What another client sends; the PIN is the authentication's, by its short identifier.
const jpki::Bytes kSelectApplication{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0,
                                     0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
const jpki::Bytes kSelectCardManager{0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00};
const jpki::Bytes kVerify{0x00, 0x20, 0x00, 0x98, 0x04, '1', '2', '3', '4'};

// A world for each statement; never destroyed, since a thread of the library may outlive a failed one.
struct World {
    World* before = nullptr;  // reachable, so that a leak checker finds real leaks only
    VirtualReaders readers;
    jpki::p11::Timing timing;
    jpki::vcard::CardSlot slot{jpki::vcard::load_image(JPKI_DEFAULT_IMAGE), ""};

    std::shared_ptr<jpki::vcard::Card> card() { return {std::shared_ptr<void>(), &slot.card()}; }
};
World* g_world = nullptr;

std::string ask(std::string_view command) {
    std::string answer;
    g_world->readers.locked([&] {
        jpki::vcard::ControlState state{g_world->slot};
        answer = jpki::vcard::control_answer(state, command);
    });
    return answer;
}

}  // namespace

extern "C" {

CK_FUNCTION_LIST_3_2* p11;
CK_FUNCTION_LIST_3_0* p11_3_0;
CK_FUNCTION_LIST* p11_2_40;
void* module_library;
const char* module_path = "(linked in)";
unsigned threads_at_start;
enum way stage_way = kInProcess;

char* vcard_ask(const char* command) {
    const std::string_view line(command);
    if (line == "remove") g_world->readers.remove();
    std::string answer = ask(line);
    if (line == "insert") g_world->readers.insert(g_world->card());
    return ::strdup(answer.c_str());
}

void find_symbol(const char* name, void* function) {
#define JPKI_FUNCTION(symbol, since, clause, answer, why, parameters, arguments) \
    if (std::strcmp(name, #symbol) == 0) {                                       \
        auto* found = &symbol;                                                   \
        std::memcpy(function, static_cast<void*>(&found), sizeof found);         \
        return;                                                                  \
    }
#include "entry/functions.def"
#undef JPKI_FUNCTION
    std::fprintf(stderr, "no function %s\n", name);
    std::exit(3);
}

void stage_set(const char* assignment) { vcard_do(("set " + std::string(assignment)).c_str()); }

void stage_tries(enum token token, unsigned left) {
    const std::string pin = token == kAuthentication ? "auth " : "sign ";
    vcard_do(("tries " + pin + std::to_string(left)).c_str());
}

void stage_pin_changed(void) {}

void stage_configure(const char* toml) {
    jpki::testing::Wiring wiring;
    wiring.readers = &g_world->readers;
    wiring.timing = g_world->timing;
    const auto problems = jpki::p11::read_config(toml, wiring.config, "conformance");
    for (const auto& problem : problems)
        std::fprintf(stderr, "%u:%u: %s\n", problem.line, problem.column, problem.message.c_str());
    if (!problems.empty()) std::exit(3);
    jpki::testing::wire(wiring);
}

void stage_remove(void) {
    vcard_do("remove");
    sleep_ms(kSteady);
}

void stage_insert(enum stage_card card) {
    g_world->readers.remove();
    vcard_do(("swap " + std::string(kImages.at(card))).c_str());
    vcard_do("insert");
    sleep_ms(kSteady);
}

void stage_bounce(void) {
    vcard_do("remove");
    vcard_do("insert");
    sleep_ms(kSteady);
}

void stage_reset_by_another_client(void) { g_world->readers.reset_by_other_client(); }

int stage_another_client_can_sign(enum token token) {
    const std::uint8_t key = kFacts[token].key_sfi;
    const auto answers = g_world->readers.as_other_client(
        {kSelectApplication,
         {0x80, 0x2A, 0x00, static_cast<std::uint8_t>(0x80U | key), 0x04, 0x01, 0x02, 0x03, 0x04, 0x00}});
    return answers.size() == 2 && answers.back().size() > 2 ? 1 : 0;
}

void stage_another_client_leaves_login(void) {
    (void)g_world->readers.as_other_client({kSelectApplication, kVerify});
}

void stage_another_client_changes_pin(const char* new_pin) {
    jpki::Bytes change{0x00, 0x24, 0x01, 0x98, 0x04};
    change.insert(change.end(), new_pin, new_pin + 4);
    (void)g_world->readers.as_other_client({kSelectApplication, kVerify, change, kSelectCardManager});
}

void stage_counters_age_at_once(void) {
    g_world->timing.counter_freshness = {};
    stage_configure("");
}

void stage_look_every(unsigned ms) {
    g_world->timing.poll = g_world->timing.retry_service = std::chrono::milliseconds(ms);
    stage_configure("");
}

void stage_plug_in(const char* reader) { g_world->readers.plug_in(reader); }
void stage_unplug(const char* reader) { g_world->readers.unplug(reader); }
void stage_stop_service(int stopped) { g_world->readers.stop_service(stopped != 0); }

int stage_bare(void** /*state*/) {
    auto* made = new World;  // NOLINT(cppcoreguidelines-owning-memory): see above
    made->before = g_world;
    g_world = made;
    jpki::p11::card_memory::forget_all();
    g_world->readers.plug_in("Virtual PCD 00 01");
    g_world->readers.insert(g_world->card());
    stage_configure("");
    return 0;
}

int stage_ready(void** state) { return stage_bare(state) == 0 ? initialized_with_card(state) : -1; }

int stage_teardown(void** state) { return finalized(state); }

}  // extern "C"

int main(int argc, char** argv) {
    const auto list_of = [](CK_BYTE major, CK_BYTE minor) {
        CK_VERSION version{major, minor};
        CK_INTERFACE* found = nullptr;
        (void)C_GetInterface(nullptr, &version, &found, 0);
        return found->pFunctionList;
    };
    threads_at_start = count_threads();
    p11 = static_cast<CK_FUNCTION_LIST_3_2*>(list_of(3, 2));
    p11_3_0 = static_cast<CK_FUNCTION_LIST_3_0*>(list_of(3, 0));
    p11_2_40 = static_cast<CK_FUNCTION_LIST*>(list_of(2, 40));
    const long number = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 0;
    return run_statements(number == 0 ? 1 : number, number == 0 ? 999 : number, argc > 2 ? argv[2] : nullptr);
}
