#include "probe/console.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>

#include "common/output.hpp"

namespace jpki::probe {

namespace {

volatile std::sig_atomic_t g_stop = 0;

void take_note(int /*signal*/) { g_stop = 1; }

class Tty {
  public:
    Tty() : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {}
    ~Tty() {
        if (file_ >= 0) (void)::close(file_);
    }
    Tty(const Tty&) = delete;
    Tty& operator=(const Tty&) = delete;

    [[nodiscard]] bool is_there() const { return file_ >= 0; }
    [[nodiscard]] bool write(const std::string& words) const { return app::show(file_, words) == 0; }
    // What was typed before a question is no answer to it.
    void forget_typed() const { (void)::tcflush(file_, TCIFLUSH); }
    // The first byte of the line that is typed; 0 at the end of all lines.
    [[nodiscard]] char first_of_line() const {
        // In small steps: a signal may come just before the wait that it should end.
        constexpr int kStep = 100;
        pollfd typed{file_, POLLIN, 0};
        while (g_stop == 0) {
            const int ready = ::poll(&typed, 1, kStep);
            if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
            std::array<char, 256> line{};
            const ssize_t got = ready < 0 ? -1 : ::read(file_, line.data(), line.size());
            return got > 0 ? line[0] : '\0';
        }
        return '\0';
    }

  private:
    int file_;
};

}  // namespace

Console::Console() {
    struct sigaction action{};
    action.sa_handler = take_note;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before{};
        (void)::sigaction(signal, nullptr, &before);
        // Who is told to ignore one (nohup) goes on doing so.
        if (before.sa_handler != SIG_IGN) (void)::sigaction(signal, &action, nullptr);
    }
}

void Console::tell(const std::string& lines) { (void)app::show(STDERR_FILENO, lines); }

std::optional<char> Console::ask(const std::string& question) {
    const Tty tty;
    if (!tty.is_there()) return std::nullopt;
    tty.forget_typed();
    if (!tty.write(question)) return std::nullopt;
    const char first = tty.first_of_line();
    if (wants_to_stop()) return kInterrupted;
    return static_cast<char>(std::tolower(static_cast<unsigned char>(first)));
}

bool Console::wants_to_stop() { return g_stop != 0; }

}  // namespace jpki::probe
