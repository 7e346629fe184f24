// libpcsclite as the input wants it: every call may fail with any code, lengths may lie, readers come
// and go. It holds our calls against the rules of PC/SC, and keeps the time: sleeping costs none.
#pragma once

#include "harness.hpp"
#include "pcsc/functions.hpp"

namespace jpki::fuzz::far_end {

// For the calls to come; `seed` 0: memory never fails.
void start(Input& input, std::uint16_t seed);
void finish();

const card::pcsc::Functions& functions();

[[nodiscard]] std::size_t handles_open();
[[nodiscard]] std::size_t contexts_open();
[[nodiscard]] std::size_t calls();

// While one lives, one in 400 allocations fails.
struct FailingMemory {
    FailingMemory() noexcept;
    FailingMemory(const FailingMemory&) = delete;
    FailingMemory& operator=(const FailingMemory&) = delete;
    ~FailingMemory();
};

}  // namespace jpki::fuzz::far_end
