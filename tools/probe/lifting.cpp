#include "probe/lifting.hpp"

#include <algorithm>
#include <thread>

#include "iso7816/status_word.hpp"
#include "probe/guard.hpp"
#include "probe/text.hpp"

namespace jpki::probe {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Whether the card says anything to its first command, or to the same once more (6F00 may come first).
bool answers(ReaderContext& context, const std::string& reader, std::chrono::milliseconds step) {
    auto made = context.connect(reader, SteadyClock::now() + step);
    if (!made) return false;
    GuardedConnection connection(std::move(*made));
    if (!connection.begin(SteadyClock::now() + step)) return false;
    const ByteView select = commands().front().apdu.bytes();
    auto answer = connection.transmit(select, kNever);
    if (answer && equal(*answer, Bytes{0x6F, 0x00})) answer = connection.transmit(select, kNever);
    connection.end(Disposition::leave);
    return answer && equal(*answer, Bytes{0x90, 0x00});
}

}  // namespace

std::string count_lifting(ReaderContext& context, const std::string& reader, User& user,
                          const Guidance& guidance) {
    unsigned laid = 0;
    unsigned answered = 0;
    std::chrono::milliseconds slowest{};
    std::optional<ReaderState> last;
    auto changed = SteadyClock::now();
    while (laid < kLifts && SteadyClock::now() - changed < guidance.longest && !user.wants_to_stop()) {
        const auto list = context.list();
        if (!list) break;
        const auto now = std::ranges::find(*list, reader, &ReaderState::name);
        if (now != list->end() && (!last || last->event_count != now->event_count)) {
            const bool comes = last && now->card_present;
            last = *now;
            changed = SteadyClock::now();
            if (comes) {
                const bool good = answers(context, reader, guidance.retry.step);
                slowest = std::max(slowest, std::chrono::duration_cast<std::chrono::milliseconds>(
                                                SteadyClock::now() - changed));
                answered += good ? 1 : 0;
                user.tell(say(good ? Text::lift_good : Text::lift_bad, ++laid, kLifts) + "\n");
                changed = SteadyClock::now();
            }
        }
        std::this_thread::sleep_for(guidance.look);
    }
    return say(Text::lifted, laid, answered, slowest.count());
}

}  // namespace jpki::probe
