#include "probe/atr.hpp"

#include <pcsclite.h>

#include <algorithm>

#include "pcsc/functions.hpp"

namespace jpki::probe {

Bytes atr_of(const std::string& reader) {
    SilentLog log;
    const card::pcsc::Functions* const pcsc = card::pcsc::libpcsclite(log);
    SCARDCONTEXT context = 0;
    if (pcsc == nullptr ||
        pcsc->SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) != SCARD_S_SUCCESS)
        return {};
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;
    Bytes atr;
    if (pcsc->SCardGetStatusChange(context, 0, &state, 1) == SCARD_S_SUCCESS)
        atr = to_bytes(ByteView(state.rgbAtr, std::min<std::size_t>(state.cbAtr, sizeof state.rgbAtr)));
    (void)pcsc->SCardReleaseContext(context);
    return atr;
}

std::string pcsc_lite_version() { return PCSCLITE_VERSION_NUMBER; }

}  // namespace jpki::probe
