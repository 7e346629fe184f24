// Which of the process's sockets are our connections to pcscd. A forked child has copies of them, and pcscd
// keeps a dead program's transaction for as long as one copy is open: so children close theirs. Used by
// pcsc_context.cpp; closes nothing that may be somebody else's.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>

namespace jpki::card::pcsc {

// A socket as it was when we learned of it: descriptors are used again, inodes of living sockets are not.
struct Socket {
    int descriptor = -1;
    ino_t inode = 0;
    friend bool operator==(const Socket&, const Socket&) = default;
};

// All connections to pcscd at one moment, whoever's. Allocates nothing that could be missing.
class Connected {
  public:
    Connected() noexcept;
    // The one that came since `before`; nothing where more than one did, since the others are somebody
    // else's.
    [[nodiscard]] Socket only_new_since(const Connected& before) const noexcept;

  private:
    static constexpr std::size_t kMost = 64;
    std::array<Socket, kMost> sockets_;
    std::size_t count_ = 0;
    bool all_ = false;
};

// From now until forget(), children close their copies.
void keep_from_children(Socket socket) noexcept;
void forget(Socket socket) noexcept;

}  // namespace jpki::card::pcsc
