#include "faults.hpp"

#include <fmt/format.h>

#include <array>
#include <thread>

#include "allocations.hpp"
#include "virtual/fault_plan.hpp"

namespace jpki::campaign {

namespace {

using namespace std::chrono_literals;

constexpr auto kHang = 230ms;  // a little longer than the stage's operations may take

using Act = std::optional<Errc> (*)(Stage&);

std::optional<Errc> pull(Stage& stage) {
    stage.remove();
    return Errc::card_removed;
}
std::optional<Errc> unplug(Stage& stage) {
    stage.readers.unplug(testing::VirtualReaders::kFirst);
    return Errc::reader_gone;
}
std::optional<Errc> reset(Stage& stage) {
    stage.readers.reset_unasked();
    return Errc::card_reset;
}
std::optional<Errc> end_service(Stage& stage) {
    stage.readers.stop_service(true);
    return Errc::service_unavailable;
}
std::optional<Errc> hang(Stage& /*stage*/) {
    std::this_thread::sleep_for(kHang);
    return std::nullopt;
}
// Another application is selected behind our back: no event tells of it.
std::optional<Errc> select_another(Stage& stage) {
    stage.readers.locked([&] {
        (void)stage.card()->transmit(
            Bytes{0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00});
    });
    return std::nullopt;
}
template <Errc Code>
std::optional<Errc> answer(Stage& /*stage*/) {
    return Code;
}

struct LinkRow {
    const char* name;
    Act before;  // the command has not reached the card
    Act after;   // it was executed, and its answer is lost
};

constexpr std::array<LinkRow, 16> kLink{{
    {"removed", pull, nullptr},
    {"removed-after", nullptr, pull},
    {"unplugged", unplug, nullptr},
    {"reset", reset, nullptr},
    {"reset-after", nullptr, reset},
    {"mute", answer<Errc::card_mute>, nullptr},
    {"mute-after", nullptr, answer<Errc::card_mute>},
    {"not-transacted-after", nullptr, answer<Errc::transport>},
    {"service-ends", end_service, nullptr},
    {"service-ends-after", nullptr, end_service},
    {"sharing-violation", answer<Errc::reader_busy>, nullptr},
    {"answer-too-long-after", nullptr, answer<Errc::malformed_answer>},
    {"comm-error", answer<Errc::transport>, nullptr},
    {"access-denied", answer<Errc::access_denied>, nullptr},
    {"hang", hang, nullptr},
    {"another-application", select_another, nullptr},
}};

constexpr std::array<const char*, 53> kStatusWords{
    "6100", "6108", "61FF", "6200", "6281", "6282", "6283", "6285", "6300", "63C0", "63C1",
    "63C2", "63C3", "63C4", "63C5", "63CF", "6400", "6401", "6500", "6581", "6600", "6700",
    "6800", "6881", "6882", "6900", "6981", "6982", "6983", "6984", "6985", "6986", "6987",
    "6988", "6A00", "6A80", "6A81", "6A82", "6A83", "6A84", "6A86", "6A87", "6A88", "6B00",
    "6C10", "6CFF", "6D00", "6E00", "6F00", "9100", "0000", "FFFF", "9000"};

constexpr std::array<const char*, 16> kShapes{
    "empty", "one-byte", "sw-only", "half", "minus-one", "plus-one", "257",      "258",
    "4096",  "65538",    "zeros",   "ones", "random 1",  "random 2", "previous", "other"};

std::vector<Fault> make() {
    std::vector<Fault> all;
    for (std::size_t i = 0; i < kLink.size(); ++i)
        all.push_back({kLink.at(i).name, Fault::Kind::link, {}, i});
    for (const char* sw : kStatusWords)
        all.push_back({fmt::format("sw-{}", sw), Fault::Kind::card, fmt::format("sw {}", sw)});
    for (const char* shape : kShapes)
        all.push_back({fmt::format("shape-{}", shape), Fault::Kind::card, fmt::format("shape {}", shape)});
    return all;
}

const std::vector<Fault>& all_faults() {
    static const std::vector<Fault> all = make();
    return all;
}

// Counts commands on the link and strikes when it is time.
struct Strike {
    Stage& stage;
    struct Blow {
        const LinkRow* row;
        std::size_t at;
    };
    std::vector<Blow> blows;
    std::size_t seen = 0;

    std::optional<Errc> before() {
        for (const Blow& blow : blows)
            if (blow.at == seen && blow.row->before != nullptr) return blow.row->before(stage);
        return std::nullopt;
    }
    std::optional<Errc> after() {
        const std::size_t now = seen++;
        for (const Blow& blow : blows)
            if (blow.at == now && blow.row->after != nullptr) return blow.row->after(stage);
        return std::nullopt;
    }
};

}  // namespace

std::span<const Fault> faults() { return all_faults(); }
std::span<const Fault> link_faults() { return std::span(all_faults()).first(kLink.size()); }

void arm(Stage& stage, const Fault& fault, std::size_t at, const Fault* second, std::size_t second_at) {
    auto strike = std::make_shared<Strike>(stage);
    auto plan = std::make_shared<vcard::FaultPlan>();
    const auto add = [&](const Fault& one, std::size_t when) {
        if (one.kind == Fault::Kind::link)
            strike->blows.push_back({&kLink.at(one.link), when});
        else
            plan->add(fmt::format("{} {}", when, one.row));
    };
    add(fault, at);
    if (second != nullptr) add(*second, second_at);
    stage.readers.locked([&] { plan->arm(*stage.card()); });
    // A refusal before the card is a command, too, for those that come after.
    stage.readers.on_command(
        [strike, plan](ByteView) {
            const allocations::NotOurs not_ours;
            auto fate = strike->before();
            if (fate) ++strike->seen;
            return fate;
        },
        [strike](ByteView) {
            const allocations::NotOurs not_ours;
            return strike->after();
        });
}

}  // namespace jpki::campaign
