#include "faults.hpp"

#include <array>
#include <utility>

namespace jpki::testing::twin {
namespace {

using Guard = std::lock_guard<std::mutex>;

struct Row {
    const char* name;
    std::size_t Counts::* count;
};

constexpr std::array<Row, 13> kRows{{{"power_ups", &Counts::power_ups},
                                     {"mute_power_ups", &Counts::mute_ups},
                                     {"power_offs", &Counts::power_offs},
                                     {"warm_resets", &Counts::warm_resets},
                                     {"empty_reads", &Counts::empty_reads},
                                     {"pps", &Counts::pps},
                                     {"pps_refused", &Counts::pps_refused},
                                     {"commands", &Counts::commands},
                                     {"mute_commands", &Counts::mute_commands},
                                     {"blocks", &Counts::blocks},
                                     {"wrong_blocks", &Counts::wrong_blocks},
                                     {"resends", &Counts::resends},
                                     {"waits", &Counts::waits}}};

bool reached(std::optional<std::uint8_t>& awaited, std::uint8_t instruction) {
    if (awaited != instruction) return false;
    awaited.reset();
    return true;
}

}  // namespace

bool Faults::power_up_is_mute() {
    const Guard lock(mutex_);
    const bool mute = plan_.mute_ups != 0 && plan_.mute_ups_from == 0;
    if (mute) --plan_.mute_ups;
    ++(mute ? counts_.mute_ups : counts_.power_ups);
    return mute;
}

milliseconds Faults::power_off() {
    const Guard lock(mutex_);
    ++counts_.power_offs;
    if (plan_.mute_ups_from != 0) --plan_.mute_ups_from;
    if (plan_.empty_from > 1) {
        --plan_.empty_from;
        return {};
    }
    return plan_.empty;
}

bool Faults::pps_is_refused() {
    const Guard lock(mutex_);
    ++counts_.pps;
    if (plan_.refuse_pps) ++counts_.pps_refused;
    return plan_.refuse_pps;
}

bool Faults::block_is_wrong() {
    const Guard lock(mutex_);
    ++counts_.blocks;
    const bool wrong = plan_.wrong_every != 0 && counts_.blocks % plan_.wrong_every == 0;
    if (wrong) ++counts_.wrong_blocks;
    return wrong;
}

Faults::Fate Faults::command(std::uint8_t instruction) {
    const Guard lock(mutex_);
    ++counts_.commands;
    const bool mute = reached(plan_.mute_at, instruction);
    const bool lost = reached(plan_.lose_at, instruction);
    if (mute || lost) ++counts_.mute_commands;
    if (lost) return Fate::kLost;
    return mute ? Fate::kMute : Fate::kAnswer;
}

std::string Faults::status() const {
    const Guard lock(mutex_);
    std::string out;
    for (const Row& row : kRows)
        out += (out.empty() ? "\"" : ", \"") + std::string(row.name) +
               "\": " + std::to_string(counts_.*row.count);
    return out;
}

}  // namespace jpki::testing::twin
