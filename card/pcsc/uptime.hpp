// How long the pcscd that answers has been running, by what it leaves beside its socket. Used by
// reader_system.cpp only; asks pcscd nothing.
#pragma once

#include "waist/clock.hpp"

namespace jpki::card::pcsc {

// Zero where it cannot be told: in a sandbox that has the socket only, or behind a relay.
Duration service_uptime() noexcept;

}  // namespace jpki::card::pcsc
