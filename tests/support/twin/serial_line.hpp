// The serial line of a GemPC Twin on a pseudo-terminal: frames (03 06 MESSAGE CHECK), the echo that its
// driver waits for, and the notice of a card that comes or goes. Called by main.cpp, whose thread it keeps.
// It looks into no message.
#pragma once

#include <string>

#include "reader.hpp"

namespace jpki::testing::twin {

class SerialLine {
  public:
    // The terminal's other end, for the driver, can be opened under this name. False when that does not work.
    bool open(const std::string& link);
    // Answers frames for as long as there is a terminal.
    void serve(Reader& reader);

  private:
    bool fill();
    void take_frames(Reader& reader);
    void send(ByteView bytes) const;

    vcard::Descriptor terminal_;
    vcard::Descriptor drivers_end_;  // kept open: without any, reading would fail
    Bytes buffer_;
};

}  // namespace jpki::testing::twin
