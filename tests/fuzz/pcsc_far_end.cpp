#include "pcsc_far_end.hpp"

#include <reader.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <new>
#include <set>

namespace jpki::fuzz::far_end {

namespace {

Input* g_input = nullptr;
std::set<SCARDCONTEXT> g_contexts;
std::set<SCARDHANDLE> g_handles;
long g_last = 0x100;
std::size_t g_calls = 0;
std::chrono::nanoseconds g_now{};
std::uint32_t g_random = 0;
int g_failing = 0;

constexpr LONG kCodes[] = {
    SCARD_W_RESET_CARD,
    SCARD_W_REMOVED_CARD,
    SCARD_E_NO_SMARTCARD,
    SCARD_E_SHARING_VIOLATION,
    SCARD_E_PROTO_MISMATCH,
    SCARD_E_NOT_TRANSACTED,
    SCARD_E_INVALID_HANDLE,
    SCARD_E_NO_SERVICE,
    SCARD_F_COMM_ERROR,
    SCARD_E_INSUFFICIENT_BUFFER,
    SCARD_E_NO_MEMORY,
    SCARD_E_TIMEOUT,
    SCARD_E_READER_UNAVAILABLE,
    SCARD_E_UNKNOWN_READER,
    SCARD_E_INVALID_VALUE,
    SCARD_W_UNRESPONSIVE_CARD,
    SCARD_W_UNPOWERED_CARD,
    SCARD_W_SECURITY_VIOLATION,
    SCARD_E_SERVICE_STOPPED,
    SCARD_E_NO_READERS_AVAILABLE,
    SCARD_E_CANCELLED,
    SCARD_F_INTERNAL_ERROR,
    SCARD_E_UNSUPPORTED_FEATURE,
    SCARD_E_COMM_DATA_LOST,
    SCARD_F_WAITED_TOO_LONG,
    SCARD_E_CARD_UNSUPPORTED,
    LONG{0x7FFFFFFF},
    LONG{1},
};

LONG next_code() {
    ++g_calls;
    g_now += std::chrono::milliseconds(1);
    const std::uint8_t choice = g_input->byte();
    return choice < 0xA0 ? SCARD_S_SUCCESS : kCodes[choice % std::size(kCodes)];
}

// What a length says: mostly the truth.
DWORD lie(DWORD truth) {
    constexpr DWORD kLies[] = {0, 1, 0xFFFF, 0x10001, 0xFFFFFFFF, ~DWORD{0}};
    const std::uint8_t choice = g_input->byte();
    return choice < 0xE0 ? truth : kLies[choice % std::size(kLies)];
}

bool memory_fails() {
    constexpr std::uint32_t kOneIn = 400;
    if (g_random == 0 || g_failing == 0) return false;
    g_random = g_random * 1664525U + 1013904223U;
    if (g_random == 0) g_random = 1;
    return (g_random >> 8U) % kOneIn == 0;
}

}  // namespace

void start(Input& input, std::uint16_t seed) {
    g_input = &input;
    g_contexts.clear();
    g_handles.clear();
    g_calls = 0;
    g_random = seed;
}
void finish() { g_random = 0; }
std::size_t handles_open() { return g_handles.size(); }
std::size_t contexts_open() { return g_contexts.size(); }
std::size_t calls() { return g_calls; }
FailingMemory::FailingMemory() noexcept { ++g_failing; }
FailingMemory::~FailingMemory() { --g_failing; }

namespace {

// Our own memory is not the library's.
struct Aside {
    Aside() : before(g_failing) { g_failing = 0; }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
    ~Aside() { g_failing = before; }
    int before;
};

void require_context(SCARDCONTEXT context) {
    require(g_contexts.contains(context), "a context is used between its making and its release");
}
void require_handle(SCARDHANDLE handle) {
    require(g_handles.contains(handle), "a handle is used between connecting and disconnecting");
}

LONG SCardEstablishContext(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT context) {
    const Aside aside;
    const LONG code = next_code();
    if (code == SCARD_S_SUCCESS) g_contexts.insert(*context = ++g_last);
    return code;
}

LONG SCardReleaseContext(SCARDCONTEXT context) {
    const Aside aside;
    require(g_contexts.erase(context) == 1, "a context is released once");
    return next_code();
}

LONG SCardListReaders(SCARDCONTEXT context, LPCSTR, LPSTR readers, LPDWORD length) {
    require_context(context);
    const LONG code = next_code();
    const jpki::ByteView names = g_input->take(std::min<std::size_t>(g_input->byte(), *length));
    if (!names.empty()) std::memcpy(readers, names.data(), names.size());
    *length = lie(names.size());
    return code;
}

LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE* states, DWORD count) {
    require_context(context);
    require(timeout == 0 && count == 1, "nobody waits inside libpcsclite");
    const LONG code = next_code();
    const DWORD seen = g_input->byte();
    // One of four counters, so that the same card is mostly still there.
    states->dwEventState = (seen & 0x03U) << 16U | (seen < 0x80 ? SCARD_STATE_PRESENT : seen);
    return code;
}

LONG SCardConnect(SCARDCONTEXT context, LPCSTR, DWORD, DWORD, LPSCARDHANDLE handle, LPDWORD protocol) {
    const Aside aside;
    require_context(context);
    const LONG code = next_code();
    if (code != SCARD_S_SUCCESS) return code;
    g_handles.insert(*handle = ++g_last);
    *protocol = g_input->byte();
    return code;
}

LONG SCardReconnect(SCARDHANDLE handle, DWORD, DWORD, DWORD initialization, LPDWORD protocol) {
    require_handle(handle);
    require(initialization == SCARD_LEAVE_CARD, "reconnecting disturbs nobody");
    const LONG code = next_code();
    if (code == SCARD_S_SUCCESS) *protocol = g_input->byte();
    return code;
}

LONG SCardDisconnect(SCARDHANDLE handle, DWORD disposition) {
    const Aside aside;
    require(g_handles.erase(handle) == 1, "a handle is given up once");
    require(disposition == SCARD_LEAVE_CARD, "disconnecting leaves the card");
    return next_code();
}

LONG SCardGetAttrib(SCARDHANDLE handle, DWORD, LPBYTE, LPDWORD length) {
    require_handle(handle);
    *length = lie(*length);
    return next_code();
}

LONG SCardBeginTransaction(SCARDHANDLE handle) {
    require_handle(handle);
    return next_code();
}

LONG SCardEndTransaction(SCARDHANDLE handle, DWORD) {
    require_handle(handle);
    return next_code();
}

LONG SCardTransmit(SCARDHANDLE handle, const SCARD_IO_REQUEST*, LPCBYTE, DWORD, SCARD_IO_REQUEST*,
                   LPBYTE answer, LPDWORD length) {
    require_handle(handle);
    require(*length == MAX_BUFFER_SIZE_EXTENDED, "there is room for any answer", *length);
    const LONG code = next_code();
    const jpki::ByteView bytes = g_input->take(g_input->byte());
    if (!bytes.empty()) std::memcpy(answer, bytes.data(), bytes.size());
    *length = lie(bytes.size());
    return code;
}

}  // namespace

const card::pcsc::Functions& functions() {
    static constexpr card::pcsc::Functions kFunctions = {
#define JPKI_PCSC_FUNCTION(name) .name = &name,
#include "pcsc/functions.def"
#undef JPKI_PCSC_FUNCTION
    };
    return kFunctions;
}

}  // namespace jpki::fuzz::far_end

using namespace jpki::fuzz::far_end;

extern "C" {

int nanosleep(const timespec* time, timespec* left) {
    g_now += std::chrono::seconds(time->tv_sec) + std::chrono::nanoseconds(time->tv_nsec);
    if (left != nullptr) *left = {};
    return 0;
}

}  // extern "C"

std::chrono::steady_clock::time_point std::chrono::_V2::steady_clock::now() noexcept {
    return time_point(g_now);
}

// All of the kinds that are in use, because a sanitizer minds a mixture of its own and ours.
void* operator new(std::size_t size) {
    void* block = memory_fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*kind*/) noexcept { return std::malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t& /*kind*/) noexcept { return std::malloc(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t /*size*/) noexcept { std::free(block); }
