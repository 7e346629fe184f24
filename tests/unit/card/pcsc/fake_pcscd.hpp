// Stands in for libpcsclite inside a test program: its table of functions does what a script says, and it
// holds what we sent against what this project promises to send. The real pcscd is for tests/contract/pcsc.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "pcsc/functions.hpp"

namespace jpki::card::pcsc::test {

inline constexpr const char* kReader = "Reader 00 00";

struct FakePcscd {
    // What a call answers, first to last, then success. `always` comes before.
    std::map<std::string, std::deque<LONG>> next;
    std::map<std::string, LONG> always;

    std::string names = std::string(kReader) + '\0' + '\0';
    DWORD names_length = 0;  // what SCardListReaders claims, if not 0
    DWORD event_state = 0x00010000 | SCARD_STATE_PRESENT;
    std::deque<DWORD> next_event_states;  // come before it
    DWORD protocol = SCARD_PROTOCOL_T1;
    std::vector<std::uint8_t> answer = {0x90, 0x00};
    DWORD answer_length = 0;  // what SCardTransmit claims, if not 0

    // --- what we were asked
    std::vector<std::string> calls;
    std::vector<DWORD> dispositions;  // of SCardEndTransaction
    DWORD sent_protocol = 0;
    int contexts = 0;
    int handles = 0;
    bool direct = false;  // the last connection was a direct one, and has not been reconnected

    [[nodiscard]] long count(const std::string& call) const;
};

FakePcscd& fake();
const Functions& fake_functions();
// A new one for every test.
void reset_fake();

}  // namespace jpki::card::pcsc::test
