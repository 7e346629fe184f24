// The Unix socket, mode 0600, on which a running jpki-vcard takes control commands; and its client.
// Called by the program's loop and by `jpki-vcard ctl`. It moves lines; what they mean is control.hpp's
// business. It removes only a socket that was its own or that nobody answers on.
#pragma once

#include <poll.h>

#include <list>
#include <string>
#include <vector>

#include "vcard/control.hpp"
#include "virtual/descriptor.hpp"

namespace jpki::vcard {

class ControlSocket {
  public:
    ControlSocket() = default;  // no socket: nothing to poll
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    // An empty string, or why it did not work.
    std::string listen(const std::string& path);
    void add_to(std::vector<pollfd>& polled) const;
    // Serves whatever is ready. A client that does not read its answer is dropped after five seconds.
    void serve(ControlState& state);

  private:
    struct Client {
        Descriptor socket;
        std::string input;
    };
    bool serve(Client& client, ControlState& state);

    Descriptor listener_;
    std::string path_;
    std::list<Client> clients_;
};

// Sends one line and prints the answer. 0, or 1 when there was no answer or an error.
int control_client(const std::string& path, const std::string& line);

}  // namespace jpki::vcard
