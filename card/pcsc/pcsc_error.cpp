#include "pcsc/pcsc_error.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "pcsc/functions.hpp"

namespace jpki::card::pcsc {

namespace {

struct Row {
    std::uint32_t code;
    Errc errc;
    const char* what;
};

// SCARD_E_UNEXPECTED and SCARD_E_UNSUPPORTED_FEATURE share a value in pcsc-lite; 0x80100022 is Windows' value
// of the latter, which drivers written for both send.
constexpr std::uint32_t kUnsupportedFeatureOfWindows = 0x80100022U;

// Ordered by code.
constexpr Row kRows[] = {
    {number(SCARD_F_INTERNAL_ERROR), Errc::transport, "pcscd: an internal consistency check failed"},
    {number(SCARD_E_CANCELLED), Errc::abandoned, "the call was cancelled"},
    // A handle that pcscd no longer knows: the connection ended under us (reader unplugged, pcscd restarted).
    {number(SCARD_E_INVALID_HANDLE), Errc::reader_gone, "pcscd does not know this connection any more"},
    {number(SCARD_E_INVALID_PARAMETER), Errc::transport, "pcscd: invalid parameter"},
    {number(SCARD_E_INVALID_TARGET), Errc::transport, "pcscd: invalid target"},
    {number(SCARD_E_NO_MEMORY), Errc::no_memory, "pcscd: out of memory"},
    {number(SCARD_F_WAITED_TOO_LONG), Errc::timed_out, "pcscd waited too long"},
    {number(SCARD_E_INSUFFICIENT_BUFFER), Errc::transport, "pcscd: a buffer is too small"},
    {number(SCARD_E_UNKNOWN_READER), Errc::reader_gone, "no reader of this name"},
    {number(SCARD_E_TIMEOUT), Errc::timed_out, "pcscd: time is up"},
    {number(SCARD_E_SHARING_VIOLATION), Errc::reader_busy, "another program holds the reader"},
    {number(SCARD_E_NO_SMARTCARD), Errc::no_card, "no card in the reader"},
    {number(SCARD_E_UNKNOWN_CARD), Errc::transport, "pcscd: unknown card"},
    {number(SCARD_E_CANT_DISPOSE), Errc::transport, "pcscd: cannot dispose of the card"},
    {number(SCARD_E_PROTO_MISMATCH), Errc::card_mute, "the card speaks neither T=0 nor T=1"},
    {number(SCARD_E_NOT_READY), Errc::transport, "the reader is not ready"},
    // What pcscd calls a card handle of a reader that has left.
    {number(SCARD_E_INVALID_VALUE), Errc::reader_gone, "pcscd does not know this reader any more"},
    {number(SCARD_E_SYSTEM_CANCELLED), Errc::abandoned, "the system is shutting down"},
    // The socket to pcscd broke inside a call.
    {number(SCARD_F_COMM_ERROR), Errc::service_unavailable, "the connection to pcscd broke"},
    {number(SCARD_F_UNKNOWN_ERROR), Errc::transport, "pcscd: unknown error"},
    {number(SCARD_E_INVALID_ATR), Errc::card_mute, "the card's answer to reset is invalid"},
    {number(SCARD_E_NOT_TRANSACTED), Errc::card_mute, "the card did not answer"},
    {number(SCARD_E_READER_UNAVAILABLE), Errc::reader_gone, "the reader is not available"},
    {number(SCARD_P_SHUTDOWN), Errc::service_unavailable, "pcscd is shutting down"},
    {number(SCARD_E_PCI_TOO_SMALL), Errc::transport, "pcscd: PCI buffer too small"},
    {number(SCARD_E_READER_UNSUPPORTED), Errc::transport, "the reader's driver lacks something essential"},
    {number(SCARD_E_DUPLICATE_READER), Errc::transport, "two readers of one name"},
    {number(SCARD_E_CARD_UNSUPPORTED), Errc::card_mute, "the reader cannot work with this card"},
    {number(SCARD_E_NO_SERVICE), Errc::service_unavailable, "pcscd is not running"},
    // pcsc-lite's answer to a client library of another protocol version (4:4 up to 2.2, 4:5 from 2.3), as
    // inside a sandbox that brings its own.
    {number(SCARD_E_SERVICE_STOPPED), Errc::service_unavailable,
     "pcscd and libpcsclite speak different protocol versions (a sandbox with its own libpcsclite?)"},
    {number(SCARD_E_UNSUPPORTED_FEATURE), Errc::transport, "pcscd: unexpected error or unsupported feature"},
    {number(SCARD_E_ICC_INSTALLATION), Errc::transport, "pcscd: no primary provider for the card"},
    {number(SCARD_E_ICC_CREATEORDER), Errc::transport, "pcscd: unsupported order of object creation"},
    {kUnsupportedFeatureOfWindows, Errc::transport, "the reader's driver lacks a feature"},
    {number(SCARD_E_DIR_NOT_FOUND), Errc::transport, "pcscd: directory not found"},
    {number(SCARD_E_FILE_NOT_FOUND), Errc::transport, "pcscd: file not found"},
    {number(SCARD_E_NO_DIR), Errc::transport, "pcscd: not a directory"},
    {number(SCARD_E_NO_FILE), Errc::transport, "pcscd: not a file"},
    {number(SCARD_E_NO_ACCESS), Errc::access_denied, "pcscd: access denied"},
    {number(SCARD_E_WRITE_TOO_MANY), Errc::transport, "pcscd: the card's memory is full"},
    {number(SCARD_E_BAD_SEEK), Errc::transport, "pcscd: bad seek"},
    // No verdict on a PIN is ever taken from here: those come from status words only.
    {number(SCARD_E_INVALID_CHV), Errc::transport, "pcscd: invalid PIN"},
    {number(SCARD_E_UNKNOWN_RES_MNG), Errc::transport, "pcscd: unknown error of a lower layer"},
    {number(SCARD_E_NO_SUCH_CERTIFICATE), Errc::transport, "pcscd: no such certificate"},
    {number(SCARD_E_CERTIFICATE_UNAVAILABLE), Errc::transport, "pcscd: certificate unavailable"},
    {number(SCARD_E_NO_READERS_AVAILABLE), Errc::reader_gone, "no reader is connected"},
    {number(SCARD_E_COMM_DATA_LOST), Errc::card_mute, "data was lost on the way to or from the card"},
    {number(SCARD_E_NO_KEY_CONTAINER), Errc::transport, "pcscd: no such key container"},
    {number(SCARD_E_SERVER_TOO_BUSY), Errc::service_unavailable, "pcscd is too busy"},
    {number(SCARD_W_UNSUPPORTED_CARD), Errc::card_mute, "the reader cannot understand this card"},
    {number(SCARD_W_UNRESPONSIVE_CARD), Errc::card_mute, "the card does not answer to reset"},
    {number(SCARD_W_UNPOWERED_CARD), Errc::card_mute, "the card could not be powered"},
    {number(SCARD_W_RESET_CARD), Errc::card_reset, "another program reset the card"},
    {number(SCARD_W_REMOVED_CARD), Errc::card_removed, "the card was removed"},
    // Also what a process gets whose forked child released the context they shared.
    {number(SCARD_W_SECURITY_VIOLATION), Errc::access_denied,
     "pcscd refuses this session: polkit action org.debian.pcsc-lite.access_pcsc (or .access_card)"},
    {number(SCARD_W_WRONG_CHV), Errc::transport, "pcscd: wrong PIN"},
    {number(SCARD_W_CHV_BLOCKED), Errc::transport, "pcscd: PIN blocked"},
    {number(SCARD_W_EOF), Errc::transport, "pcscd: end of file"},
    {number(SCARD_W_CANCELLED_BY_USER), Errc::abandoned, "cancelled by the user"},
    {number(SCARD_W_CARD_NOT_AUTHENTICATED), Errc::transport, "pcscd: no PIN was presented"},
};

constexpr bool strictly_ordered() {
    return std::ranges::adjacent_find(kRows, [](const Row& a, const Row& b) { return a.code >= b.code; }) ==
           std::end(kRows);
}
static_assert(strictly_ordered(), "the table is searched by halves");

const Row* find(std::uint32_t code) noexcept {
    const Row* row = std::ranges::lower_bound(kRows, code, {}, &Row::code);
    return row != std::end(kRows) && row->code == code ? row : nullptr;
}

}  // namespace

Error to_error(std::uint32_t code, std::source_location where) noexcept {
    const Row* row = find(code);
    if (row == nullptr) return {Errc::transport, code, "pcscd: a code that PC/SC does not know", where};
    return {row->errc, code, row->what, where};
}

bool is_known(std::uint32_t code) noexcept { return find(code) != nullptr; }

}  // namespace jpki::card::pcsc
