// The functions that pcscd looks for in a driver (ifdhandler.h), for readers that exist in tests only.
// Commands and answers pass through; nothing of them is kept or logged.
#pragma GCC visibility push(default)
extern "C" {
#include <ifdhandler.h>
}
#pragma GCC visibility pop
#include <reader.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

#include "readers.hpp"

namespace {

using jpki::Bytes;
using jpki::ByteView;
using jpki::testing::ifd::PowerAction;
using jpki::testing::ifd::Reader;
using jpki::testing::ifd::Readers;

// pcscd's names for readers that are plugged in.
std::mutex luns_mutex;
std::map<DWORD, Reader*> luns;

Reader* reader_of(DWORD lun) {
    const std::lock_guard lock(luns_mutex);
    const auto found = luns.find(lun);
    return found == luns.end() ? nullptr : found->second;
}

RESPONSECODE one_byte(UCHAR what, PDWORD length, PUCHAR value) {
    if (*length < 1) return IFD_ERROR_INSUFFICIENT_BUFFER;
    *length = 1;
    *value = what;
    return IFD_SUCCESS;
}

}  // namespace

// usb:VVVV/PPPP:libudev:INTERFACE:/dev/bus/usb/001/NNN, where NNN is ours (udev.cpp).
RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR device) {
    const char* number = std::strrchr(device, '/');
    const unsigned long address = number == nullptr ? 0 : std::strtoul(number + 1, nullptr, 10);
    Reader* reader = address == 0 ? nullptr : Readers::all().get(address - 1);
    if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
    {
        const std::lock_guard lock(luns_mutex);
        luns[lun] = reader;
    }
    return reader->open();
}

RESPONSECODE IFDHCreateChannel(DWORD, DWORD) { return IFD_NOT_SUPPORTED; }

RESPONSECODE IFDHCloseChannel(DWORD lun) {
    Reader* reader = reader_of(lun);
    if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
    reader->close();
    const std::lock_guard lock(luns_mutex);
    luns.erase(lun);
    return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value) {
    const Reader* reader = reader_of(lun);
    if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
    switch (tag) {
        case TAG_IFD_ATR:
        case SCARD_ATTR_ATR_STRING: {
            const Bytes atr = reader->atr();
            if (*length < atr.size()) return IFD_ERROR_INSUFFICIENT_BUFFER;
            std::ranges::copy(atr, value);
            *length = atr.size();
            return IFD_SUCCESS;
        }
        // As libccid has it: one reader's trouble must not be another's.
        case TAG_IFD_THREAD_SAFE: return one_byte(1, length, value);
        case TAG_IFD_SLOT_THREAD_SAFE: return one_byte(0, length, value);
        case TAG_IFD_SLOTS_NUMBER: return one_byte(1, length, value);
        case TAG_IFD_SIMULTANEOUS_ACCESS: return one_byte(16, length, value);
        default: return IFD_ERROR_TAG;
    }
}

RESPONSECODE IFDHSetCapabilities(DWORD, DWORD, DWORD, PUCHAR) { return IFD_ERROR_TAG; }

RESPONSECODE IFDHSetProtocolParameters(DWORD, DWORD, UCHAR, UCHAR, UCHAR, UCHAR) { return IFD_SUCCESS; }

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD atr_length) {
    Reader* reader = reader_of(lun);
    if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
    *atr_length = 0;
    const PowerAction wanted = action == IFD_POWER_UP ? PowerAction::kUp
                               : action == IFD_RESET  ? PowerAction::kReset
                                                      : PowerAction::kDown;
    const long code = reader->power(wanted);
    if (code != IFD_SUCCESS) return code;
    const Bytes answer = reader->atr();
    *atr_length = std::min<DWORD>(answer.size(), MAX_ATR_SIZE);
    std::ranges::copy(ByteView(answer).first(*atr_length), atr);
    return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR command, DWORD command_length,
                               PUCHAR answer, PDWORD answer_length, PSCARD_IO_HEADER received) {
    const DWORD room = std::exchange(*answer_length, 0);
    Reader* reader = reader_of(lun);
    if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
    Bytes bytes;
    const long code = reader->transmit(ByteView(command, command_length), bytes);
    if (code != IFD_SUCCESS) return code;
    if (bytes.size() > room) return IFD_ERROR_INSUFFICIENT_BUFFER;
    std::ranges::copy(bytes, answer);
    *answer_length = bytes.size();
    if (received != nullptr) received->Protocol = send.Protocol;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD, DWORD, PUCHAR, DWORD, PUCHAR, DWORD, LPDWORD returned) {
    if (returned != nullptr) *returned = 0;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
    Reader* reader = reader_of(lun);
    return reader == nullptr ? IFD_NO_SUCH_DEVICE : reader->presence();
}
