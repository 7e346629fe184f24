// The Unix socket on which a reader is told what to do: one line in, one line out, as jpki-vcard's own
// (`jpki-vcard ctl SOCKET COMMAND` is a client for both). One thread a reader, which never ends.
//
//   unplug              the reader is gone, and pcscd is told so
//   plug                it is back, likewise
//   slow CALL MS        the next CALL (open, presence, power or transmit) begins MS later
//   fail CALL CODE      the next CALL is answered with CODE of ifdhandler.h
//   silent NUMBER       the next NUMBER power-ups and resets find a card that does not answer
//   (IFD_ERROR_POWER_ACTION) gap MS              after each power-down the slot reads empty for MS, and a
//   power-up fails meanwhile mute MS             the next command is executed, but its answer never comes: a
//   time-out after MS release             ends all of these, and whatever waits because of them status as
//   JSON: whether it is plugged in, the call that is under way, calls so far
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "reader.hpp"

namespace jpki::testing::ifd {

// False when nobody can listen there. `announce` is told when the reader is plugged in or unplugged.
bool serve_control(Reader& reader, const std::string& socket_path, std::function<void(bool)> announce);

}  // namespace jpki::testing::ifd
