// The card's end of T=1 (ISO/IEC 7816-3, 11): blocks in, blocks out, and the command between them. Used by
// reader.cpp, one block at a time. It checks with LRC only, never begins by itself, and knows no clock.
#pragma once

#include "waist/bytes.hpp"

namespace jpki::testing::twin {

class T1Card {
  public:
    enum class Then { kSend, kExecute, kGoOn };

    // After a reset of the card.
    void reset() { *this = {}; }

    // What the card does with a block: kSend sends block(), kExecute executes command(), kGoOn goes on with
    // what it has asked more time for.
    Then take(ByteView block);
    // Its answer to the command, of which block() is the first part.
    void respond(ByteView answer);
    // Before the answer: block() asks for more time.
    void ask_for_time();

    ByteView command() const { return command_; }
    // As it is to be sent; also once more, when it was not understood.
    ByteView block() const { return last_; }
    // How often a block had to be sent again.
    std::size_t resends() const { return resends_; }

  private:
    Then take_information(std::uint8_t control, ByteView data);
    Then take_receipt(std::uint8_t control);
    Then take_supervision(std::uint8_t control, ByteView data);
    Then send(std::uint8_t control, ByteView data);
    void send_next_part();

    Bytes command_;
    Bytes answer_;  // what was not sent yet
    Bytes last_;
    bool command_ended_ = true;
    unsigned own_number_ = 0;   // of our next I-block
    unsigned next_number_ = 0;  // of the I-block that we expect
    std::size_t most_ = 32;     // bytes that the other end can take
    std::size_t resends_ = 0;
};

}  // namespace jpki::testing::twin
