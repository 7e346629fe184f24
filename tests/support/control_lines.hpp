// The Unix socket on which a reader of the tests is told what to do: one line in, one line out, as
// jpki-vcard's own
// (`jpki-vcard ctl SOCKET COMMAND` is a client for all of them). Used by the readers of ifd/ and twin/. It
// moves lines and knows no command.
#pragma once

#include <functional>
#include <string>

namespace jpki::testing {

// Called in a thread of the socket's own, which never ends.
using AnswerLine = std::function<std::string(const std::string& line)>;

// False when nobody can listen there.
bool serve_lines(const std::string& socket_path, AnswerLine answer);

}  // namespace jpki::testing
