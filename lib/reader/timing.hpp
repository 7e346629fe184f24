// How long things may take, in one place (docs/architecture.md, "Readers, threads and time"). Part of the
// environment so that a fault campaign can live through hours of it in minutes; nothing else changes them.
#pragma once

#include "waist/clock.hpp"

namespace jpki::p11 {

struct Timing {
    Duration operation = std::chrono::seconds(10);       // a call that needs the card
    Duration identification = std::chrono::seconds(3);   // a call that asks what card it is
    Duration verdict = std::chrono::milliseconds(100);   // of either, left for saying why nothing came of it
    Duration linger = std::chrono::milliseconds(100);    // a lease without work
    Duration maximum_hold = std::chrono::seconds(2);     // a lease with work, looked at between operations
    Duration contended = std::chrono::milliseconds(50);  // waited longer for a transaction: others want it
    Duration yield = std::chrono::milliseconds(250);     // left to others after that, or after a full hold
    Duration yield_every = std::chrono::seconds(10);
    Duration keep_connected = std::chrono::seconds(10);
    Duration poll = std::chrono::milliseconds(500);  // between two looks of the monitor
    Duration retry_service = std::chrono::seconds(1);
    // Of the readers, ADR 0006: pcscd's first answer; after it, a young pcscd's first card; a pcscd that is
    // young no more; between two looks meanwhile.
    Duration first_answer = std::chrono::seconds(3);
    Duration first_card = std::chrono::milliseconds(1500);
    Duration grown_up = std::chrono::seconds(5);
    Duration settling = std::chrono::milliseconds(50);
    Duration shutdown = std::chrono::milliseconds(1900);  // of the 2 s that C_Finalize may take
    Duration exit = std::chrono::milliseconds(1000);
    Duration sleep_noticed = std::chrono::seconds(5);
    Duration counter_freshness = std::chrono::seconds(5);
};

}  // namespace jpki::p11
