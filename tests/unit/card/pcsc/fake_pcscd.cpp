#include "fake_pcscd.hpp"

#include <gtest/gtest.h>
#include <reader.h>

#include <algorithm>
#include <cstring>

namespace jpki::card::pcsc::test {

namespace {

FakePcscd the_fake;
constexpr SCARDCONTEXT kContext = 0x0C0C;
constexpr SCARDHANDLE kHandle = 0x0A0A;

LONG answer_of(const std::string& call) {
    the_fake.calls.push_back(call);
    if (const auto always = the_fake.always.find(call); always != the_fake.always.end())
        return always->second;
    auto& next = the_fake.next[call];
    if (next.empty()) return SCARD_S_SUCCESS;
    const LONG answer = next.front();
    next.pop_front();
    return answer;
}

}  // namespace

long FakePcscd::count(const std::string& call) const { return std::ranges::count(calls, call); }
FakePcscd& fake() { return the_fake; }
void reset_fake() { the_fake = {}; }

namespace {

LONG SCardEstablishContext(DWORD scope, LPCVOID, LPCVOID, LPSCARDCONTEXT context) {
    EXPECT_EQ(scope, DWORD{SCARD_SCOPE_SYSTEM});
    const LONG answer = answer_of("SCardEstablishContext");
    if (answer != SCARD_S_SUCCESS) return answer;
    ++fake().contexts;
    *context = kContext;
    return answer;
}

LONG SCardReleaseContext(SCARDCONTEXT context) {
    EXPECT_EQ(context, kContext);
    --fake().contexts;
    return answer_of("SCardReleaseContext");
}

LONG SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR readers, LPDWORD length) {
    EXPECT_EQ(context, kContext);
    EXPECT_EQ(groups, nullptr);
    const LONG answer = answer_of("SCardListReaders");
    if (answer != SCARD_S_SUCCESS) return answer;
    EXPECT_GE(*length, fake().names.size());
    std::memcpy(readers, fake().names.data(), std::min<std::size_t>(*length, fake().names.size()));
    *length = fake().names_length != 0 ? fake().names_length : fake().names.size();
    return answer;
}

LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE* states, DWORD count) {
    EXPECT_EQ(context, kContext);
    EXPECT_EQ(timeout, DWORD{0}) << "a waiting call holds libpcsclite's locks";
    EXPECT_EQ(count, DWORD{1});
    EXPECT_EQ(states->dwCurrentState, DWORD{SCARD_STATE_UNAWARE});
    states->dwEventState = fake().event_state;
    if (!fake().next_event_states.empty()) {
        states->dwEventState = fake().next_event_states.front();
        fake().next_event_states.pop_front();
    }
    return answer_of("SCardGetStatusChange");
}

LONG SCardConnect(SCARDCONTEXT context, LPCSTR, DWORD share, DWORD protocols, LPSCARDHANDLE handle,
                  LPDWORD protocol) {
    EXPECT_EQ(context, kContext);
    const bool direct = share == SCARD_SHARE_DIRECT;
    EXPECT_TRUE(direct || share == SCARD_SHARE_SHARED);
    EXPECT_EQ(protocols, direct ? DWORD{0} : DWORD{SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1});
    const LONG answer = answer_of(direct ? "SCardConnect(DIRECT)" : "SCardConnect");
    if (answer != SCARD_S_SUCCESS) return answer;
    fake().direct = direct;
    ++fake().handles;
    *handle = kHandle;
    *protocol = fake().protocol;
    return answer;
}

LONG SCardReconnect(SCARDHANDLE handle, DWORD share, DWORD protocols, DWORD initialization,
                    LPDWORD protocol) {
    EXPECT_EQ(handle, kHandle);
    EXPECT_EQ(share, DWORD{SCARD_SHARE_SHARED});
    EXPECT_EQ(protocols, DWORD{SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1});
    // Nobody can be using a card that is without power.
    EXPECT_EQ(initialization, fake().direct ? DWORD{SCARD_RESET_CARD} : DWORD{SCARD_LEAVE_CARD})
        << "a reset would disturb every other program";
    const LONG answer = answer_of("SCardReconnect");
    if (answer != SCARD_S_SUCCESS) return answer;
    fake().direct = false;
    *protocol = fake().protocol;
    return answer;
}

LONG SCardDisconnect(SCARDHANDLE handle, DWORD disposition) {
    EXPECT_EQ(handle, kHandle);
    EXPECT_EQ(disposition, DWORD{SCARD_LEAVE_CARD});
    --fake().handles;
    return answer_of("SCardDisconnect");
}

LONG SCardGetAttrib(SCARDHANDLE handle, DWORD attribute, LPBYTE, LPDWORD length) {
    EXPECT_EQ(handle, kHandle);
    EXPECT_EQ(attribute, DWORD{SCARD_ATTR_DEVICE_FRIENDLY_NAME});
    EXPECT_LE(*length, DWORD{MAX_BUFFER_SIZE});
    return answer_of("SCardGetAttrib");
}

LONG SCardBeginTransaction(SCARDHANDLE handle) {
    EXPECT_EQ(handle, kHandle);
    return answer_of("SCardBeginTransaction");
}

LONG SCardEndTransaction(SCARDHANDLE handle, DWORD disposition) {
    EXPECT_EQ(handle, kHandle);
    fake().dispositions.push_back(disposition);
    return answer_of("SCardEndTransaction");
}

LONG SCardTransmit(SCARDHANDLE handle, const SCARD_IO_REQUEST* protocol, LPCBYTE, DWORD, SCARD_IO_REQUEST*,
                   LPBYTE answer, LPDWORD length) {
    EXPECT_EQ(handle, kHandle);
    EXPECT_EQ(*length, DWORD{MAX_BUFFER_SIZE_EXTENDED}) << "an answer that does not fit is lost";
    fake().sent_protocol = protocol->dwProtocol;
    std::ranges::copy(fake().answer, answer);
    *length = fake().answer_length != 0 ? fake().answer_length : fake().answer.size();
    return answer_of("SCardTransmit");
}

}  // namespace

const Functions& fake_functions() {
    static constexpr Functions kFunctions = {
#define JPKI_PCSC_FUNCTION(name) .name = &name,
#include "pcsc/functions.def"
#undef JPKI_PCSC_FUNCTION
    };
    return kFunctions;
}

}  // namespace jpki::card::pcsc::test
