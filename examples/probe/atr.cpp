#include "probe/atr.hpp"

#include <pcsclite.h>
#include <winscard.h>

#include <algorithm>

namespace jpki::probe {

Bytes atr_of(const std::string& reader) {
    SCARDCONTEXT context = 0;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) != SCARD_S_SUCCESS) return {};
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;
    Bytes atr;
    if (SCardGetStatusChange(context, 0, &state, 1) == SCARD_S_SUCCESS)
        atr = to_bytes(ByteView(state.rgbAtr, std::min<std::size_t>(state.cbAtr, sizeof state.rgbAtr)));
    (void)SCardReleaseContext(context);
    return atr;
}

std::string pcsc_lite_version() { return PCSCLITE_VERSION_NUMBER; }

}  // namespace jpki::probe
