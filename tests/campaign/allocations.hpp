// Memory that fails once, at a chosen allocation. The program's operator new and OpenSSL's allocator count
// those that happen on behalf of the library: on any thread, while a call is being made (Counted), but not at
// the far end of the wire (NotOurs).
#pragma once

namespace jpki::campaign::allocations {

// To be called before OpenSSL allocates anything.
void install();

// The n-th counted allocation from now on fails, from 1; 0: none.
void fail_at(long n) noexcept;
// Counted since fail_at().
long counted() noexcept;

struct Counted {
    Counted() noexcept;
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted();
};

struct NotOurs {
    NotOurs() noexcept;
    NotOurs(const NotOurs&) = delete;
    NotOurs& operator=(const NotOurs&) = delete;
    ~NotOurs();
};

}  // namespace jpki::campaign::allocations
