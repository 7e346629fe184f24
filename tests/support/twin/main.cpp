// jpki_test_twin PORT TERMINAL CONTROL: a serial reader (a GemPC Twin, as Debian's libccidtwin.so takes it)
// with the card of jpki-vcard in it, which connects to PORT. TERMINAL is made, a link to the reader's serial
// line; CONTROL is the socket that control.hpp describes.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "../control_lines.hpp"
#include "control.hpp"
#include "serial_line.hpp"

int main(int argc, char** argv) {
    using namespace jpki::testing;
    const long port = argc == 4 ? std::strtol(argv[1], nullptr, 10) : 0;
    if (port <= 0 || port > 0xFFFF) {
        (void)std::fputs("Usage: jpki_test_twin PORT TERMINAL CONTROL\n", stderr);
        return 2;
    }
    (void)std::signal(SIGPIPE, SIG_IGN);
    static twin::Reader reader(static_cast<std::uint16_t>(port));  // the control thread never ends
    twin::SerialLine line;
    if (!reader.listen() || !line.open(argv[2]) ||
        !serve_lines(argv[3], [](const std::string& said) { return twin::control_answer(reader, said); })) {
        (void)std::fprintf(stderr, "jpki_test_twin: cannot use port %s, %s or %s\n", argv[1], argv[2],
                           argv[3]);
        return 1;
    }
    line.serve(reader);
    return 1;
}
