// A PIN for C++ programs: typed without echo or read from a descriptor, and wiped when it goes. Never in a
// std::string, whose copies nobody finds again, and never an argument of a program, which everybody can read.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

class Pin {
  public:
    // One line of `fd`, or of the terminal where that is negative.
    Pin(int fd, const char* label) : fd_(fd >= 0 ? fd : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (fd_ < 0) throw std::runtime_error("No terminal to ask for the PIN: give it by --pin-fd.");
        termios before{};
        sigset_t all;
        sigset_t signals;
        sigfillset(&all);
        const bool terminal = tcgetattr(fd_, &before) == 0;
        if (terminal) {
            termios silent = before;
            silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            sigprocmask(SIG_BLOCK, &all, &signals);  // ^C takes effect after Enter, with the echo back on
            tcsetattr(fd_, TCSAFLUSH, &silent);
            dprintf(fd_, "PIN of %s: ", label);
        }
        for (unsigned char c = 0; read(fd_, &c, 1) == 1 && c != '\n';)
            if (size_ < sizeof octets_) octets_[size_++] = c;
        if (terminal) {
            tcsetattr(fd_, TCSAFLUSH, &before);
            dprintf(fd_, "\n");
            sigprocmask(SIG_SETMASK, &signals, nullptr);
        }
        if (fd < 0) close(fd_);
    }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    ~Pin() { explicit_bzero(octets_, sizeof octets_); }

    unsigned char* data() { return octets_; }
    std::size_t size() const { return size_; }

  private:
    int fd_;
    unsigned char octets_[64] = {};
    std::size_t size_ = 0;
};
