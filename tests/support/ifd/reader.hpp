// A reader as pcscd's driver sees it, with what a test wants to be wrong with it. pcscd's threads call the
// upper half (one at a time), the control thread the lower one at any moment. A reader outlives being
// unplugged.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

#include "../card_line.hpp"

namespace jpki::testing::ifd {

enum class Call : std::uint8_t { kOpen, kPresence, kPower, kTransmit };
inline constexpr std::array<std::string_view, 4> kCallNames{"open", "presence", "power", "transmit"};

enum class PowerAction : std::uint8_t { kUp, kDown, kReset };

class Reader {
  public:
    explicit Reader(std::uint16_t port) : line_(port) {}

    // All give a response code of ifdhandler.h.
    long open();
    void close();
    long presence();
    long power(PowerAction action);
    long transmit(ByteView command, Bytes& answer);
    Bytes atr() const;

    // Every call is answered IFD_NO_SUCH_DEVICE, those under way as well; the card loses its power.
    void unplug();
    void plug();
    // The next call of this kind begins so much later, or until release().
    void slow(Call call, std::chrono::milliseconds time);
    // The next call of this kind is answered so, and nothing is done.
    void fail(Call call, long code);
    // The next command reaches the card, but instead of its answer a time-out comes back, so much later.
    void mute(std::chrono::milliseconds time);
    // So many power-ups and resets find a card that does not answer.
    void silent(long power_ups);
    // After each power-down the slot reads empty for so long, as some readers' do.
    void gap(std::chrono::milliseconds time);
    void release();
    // One line of JSON.
    std::string status() const;

  private:
    struct Plan {
        std::chrono::milliseconds slow{};
        long code = 0;  // IFD_SUCCESS: none
        std::size_t calls = 0;
    };
    using Guard = std::unique_lock<std::mutex>;

    // What the call is to be answered instead of being done; 0 to do it.
    long enter(Call call);
    void wait(Guard& lock, std::chrono::milliseconds time);
    void leave();
    // Whether there is a card, as far as this reader can tell.
    bool sees_card();
    // What this power-up or reset is to be answered instead of being done; 0 to do it.
    long power_up_fails();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::array<Plan, kCallNames.size()> plans_{};
    std::chrono::milliseconds mute_{-1};
    long silent_ = 0;
    std::chrono::milliseconds gap_{};
    std::chrono::steady_clock::time_point empty_until_{};
    std::size_t releases_ = 0;
    bool plugged_in_ = true;
    bool open_ = false;
    bool power_lost_ = false;  // to be told to the card before anything else
    std::string_view under_way_;
    Bytes atr_;

    CardLine line_;  // pcscd's calls only
};

}  // namespace jpki::testing::ifd
