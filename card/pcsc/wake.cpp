#include "pcsc/wake.hpp"

#include <thread>

namespace jpki::card::pcsc {

namespace {

constexpr int kTries = 4;
constexpr Duration kPause = std::chrono::milliseconds(100);

// A direct connection is the one kind that pcscd makes without power; from there a reset is a power-up.
Result<Woken> try_once(PcscContext& context, const std::string& reader) noexcept {
    Woken woken{.handle = 0, .protocol = SCARD_PROTOCOL_UNDEFINED};
    JPKI_TRY(context.call("SCardConnect", &Functions::SCardConnect, context.handle(), reader.c_str(),
                          DWORD{SCARD_SHARE_DIRECT}, DWORD{0}, &woken.handle, &woken.protocol));
    const Status powered =
        context.call("SCardReconnect", &Functions::SCardReconnect, woken.handle, DWORD{SCARD_SHARE_SHARED},
                     DWORD{SCARD_PROTOCOL_ANY}, DWORD{SCARD_RESET_CARD}, &woken.protocol);
    if (powered) return woken;
    context.disconnect(woken.handle);
    return fail(powered.error());
}

// The slot of some readers reads empty for a moment after a power-down.
bool may_pass(const Error& error) {
    return is_without_power(error) || error.code == Errc::no_card || error.code == Errc::card_removed ||
           error.code == Errc::card_reset;
}

}  // namespace

bool is_without_power(const Error& error) noexcept {
    return error.detail == number(SCARD_E_PROTO_MISMATCH) || error.detail == number(SCARD_E_NOT_TRANSACTED) ||
           error.detail == number(SCARD_W_UNPOWERED_CARD) ||
           error.detail == number(SCARD_W_UNRESPONSIVE_CARD);
}

Result<Woken> wake(PcscContext& context, const std::string& reader, TimePoint deadline) noexcept {
    for (int left = kTries;; --left) {
        auto woken = try_once(context, reader);
        if (woken || !may_pass(woken.error())) return woken;
        const TimePoint next = std::chrono::steady_clock::now() + kPause;
        if (left == 1 || next >= deadline) {
            if (!is_without_power(woken.error()) && woken.error().code != Errc::card_reset) return woken;
            return fail(Errc::card_mute, "a card lies in the reader but does not answer",
                        woken.error().detail);
        }
        std::this_thread::sleep_until(next);
    }
}

}  // namespace jpki::card::pcsc
