// A careful login for C++ programs. The card is asked how many tries are left before the holder is asked for
// the PIN; the PIN is sent once; after a failure the holder hears why, and what is left.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>

#include "token.hpp"

// Typed without echo or read from a descriptor, and wiped when it goes. Never in a std::string, whose copies
// nobody finds again, and never an argument of the program, which everybody can read.
class Pin {
  public:
    // One line of `fd`, or of the terminal where that is negative.
    Pin(int fd, const char* label) : fd_(fd >= 0 ? fd : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (fd_ < 0) throw std::runtime_error("No terminal to ask for the PIN: give it by --pin-fd.");
        termios before{};
        sigset_t all;
        sigset_t signals;
        sigfillset(&all);
        sigdelset(&all, SIGCONT);
        struct sigaction again{};
        struct sigaction usual{};
        again.sa_handler = hush;
        again.sa_flags = SA_RESTART;
        const bool terminal = tcgetattr(fd_, &before) == 0;
        if (terminal) {
            terminal_ = fd_;
            silent_ = before;
            silent_.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            pthread_sigmask(SIG_BLOCK, &all, &signals);  // ^C takes effect after Enter, with the echo back on
            sigaction(SIGCONT, &again, &usual);
            hush(SIGCONT);
            dprintf(fd_, "PIN of %s: ", label);
        }
        for (unsigned char c = 0; read(fd_, &c, 1) == 1 && c != '\n';)
            if (size_ < sizeof bytes_) bytes_[size_++] = c;
        if (terminal) {
            sigaction(SIGCONT, &usual, nullptr);
            tcsetattr(fd_, TCSAFLUSH, &before);
            dprintf(fd_, "\n");
            pthread_sigmask(SIG_SETMASK, &signals, nullptr);
        }
        if (fd < 0) close(fd_);
    }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    ~Pin() { explicit_bzero(bytes_, sizeof bytes_); }

    unsigned char* data() { return bytes_; }
    std::size_t size() const { return size_; }

  private:
    // Shells switch the echo on while a program is stopped: what was typed meanwhile is dropped, and it is
    // off again.
    static void hush(int /*signal*/) { tcsetattr(terminal_, TCSAFLUSH, &silent_); }
    static inline int terminal_ = -1;
    static inline termios silent_{};

    int fd_;
    unsigned char bytes_[64] = {};
    std::size_t size_ = 0;
};

inline const char* reason(CK_ULONG refusal) {
    switch (refusal) {
        case JPKI_REFUSAL_NONE: return "The card counted it.";
        case JPKI_REFUSAL_MALFORMED: return "It could not be right and was not sent.";
        default: return "It was not sent.";
    }
}

inline std::string tries(const JPKI_TOKEN_STATUS& status) {
    if (status.ulTriesLeft == JPKI_TRIES_UNKNOWN) return "The card does not say how many tries are left.";
    return "Tries left: " + std::to_string(status.ulTriesLeft) + " of " + std::to_string(status.ulMaxTries) +
           '.';
}

// The PIN from `pin_fd`, or from the terminal where that is negative.
inline void log_in(const Module& module, CK_SLOT_ID slot, Session& session, const char* label, int pin_fd) {
    const JPKI_TOKEN_STATUS before = module.status(slot);
    if (before.ulTriesLeft == 0) check(CKR_PIN_LOCKED, label);
    // A program with windows explains here what a last try is, asks twice, and calls JPKI_AllowLastTry with
    // this session: the card that it counted.
    if (before.ulTriesLeft == 1)
        throw std::runtime_error("One try is left, and this program does not spend it.");
    Pin pin(pin_fd, label);
    if (pin.size() == 0) throw std::runtime_error("No PIN given.");
    const CK_RV rv = session.log_in(pin.data(), pin.size());
    if (rv == CKR_OK) return;
    std::string words = label + (": " + meaning(rv));
    if (rv == CKR_PIN_INCORRECT || rv == CKR_FUNCTION_CANCELED) {
        const JPKI_TOKEN_STATUS after = module.status(slot);
        words += std::string(". ") + reason(after.ulLastRefusal) + ' ' + tries(after);
    }
    throw std::runtime_error(words);
}
