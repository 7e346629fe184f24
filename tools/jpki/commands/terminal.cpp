#include "commands/terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "common/output.hpp"
#include "text/failure.hpp"

namespace jpki::app {

namespace {

constexpr std::size_t kMostBytes = 64;
constexpr std::uint8_t kControlC = 3;
constexpr std::uint8_t kControlD = 4;
constexpr std::uint8_t kControlU = 21;
constexpr std::uint8_t kBackspace = 8;
constexpr std::uint8_t kDelete = 127;

// All that end a process unless it minds them, but the one that nobody can mind.
constexpr std::array kEnds{SIGTERM, SIGHUP,  SIGINT,  SIGQUIT,   SIGABRT, SIGALRM, SIGBUS, SIGFPE,
                           SIGILL,  SIGIO,   SIGPIPE, SIGPROF,   SIGPWR,  SIGSEGV, SIGSYS, SIGSTKFLT,
                           SIGTRAP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ};

// Terminal and settings as a signal handler needs them.
volatile std::sig_atomic_t g_terminal = -1;
volatile std::sig_atomic_t g_continued = 0;
termios g_before;
termios g_silent;

void put_back(int signal) {
    if (g_terminal >= 0) (void)::tcsetattr(g_terminal, TCSANOW, &g_before);
    (void)std::signal(signal, SIG_DFL);
    (void)std::raise(signal);
}

// Whoever has the terminal meanwhile is to have it as it was.
void stop(int /*signal*/) {
    if (g_terminal >= 0) (void)::tcsetattr(g_terminal, TCSANOW, &g_before);
    (void)std::raise(SIGSTOP);
}

// Shells switch the echo on while a program is stopped. What was typed then was typed for all to see.
void go_on(int /*signal*/) {
    if (g_terminal >= 0) (void)::tcsetattr(g_terminal, TCSAFLUSH, &g_silent);
    g_continued = 1;
}

// A handler for a signal that is not ignored; as before at the end. Who is told to ignore one (nohup) goes on
// doing so.
class Minded {
  public:
    void mind(int signal, void (*handler)(int)) {
        signal_ = signal;
        (void)::sigaction(signal, nullptr, &before_);
        if (before_.sa_handler == SIG_IGN) return;
        struct sigaction ours{};
        ours.sa_handler = handler;  // without SA_RESTART: read() is to come back
        (void)::sigaction(signal, &ours, nullptr);
    }
    void leave() const { (void)::sigaction(signal_, &before_, nullptr); }

  private:
    int signal_ = 0;
    struct sigaction before_{};
};

// No echo, and every key at once, Ctrl-C too; as before at the end, whichever that is.
class Silence {
  public:
    explicit Silence(int terminal) {
        if (::tcgetattr(terminal, &g_before) != 0) fail();
        g_silent = g_before;
        g_silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
        g_terminal = terminal;
        for (std::size_t i = 0; i < kEnds.size(); ++i)
            ends_.at(i).mind(kEnds.at(i), put_back);
        stops_.mind(SIGTSTP, stop);
        continues_.mind(SIGCONT, go_on);
        // What was typed before the question is no answer to it.
        if (::tcsetattr(terminal, TCSAFLUSH, &g_silent) != 0) {
            restore();
            fail();
        }
        g_continued = 0;
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() { restore(); }

  private:
    // Where the echo cannot be switched off, nothing is asked.
    [[noreturn]] static void fail() {
        throw Failure(Exit::failed, say(Text::no_terminal), say(Text::no_terminal_advice));
    }
    void restore() const {
        (void)::tcsetattr(g_terminal, TCSAFLUSH, &g_before);
        for (const Minded& end : ends_)
            end.leave();
        stops_.leave();
        continues_.leave();
        g_terminal = -1;
    }

    std::array<Minded, kEnds.size()> ends_;
    Minded stops_;
    Minded continues_;
};

enum class Got { byte, end, anew };

Got next_byte(int file, std::uint8_t& byte) {
    ssize_t got = -1;
    while (g_continued == 0 && (got = ::read(file, &byte, 1)) < 0 && errno == EINTR) {
    }
    // What was typed before the stop was typed half.
    if (std::exchange(g_continued, 0) != 0) return Got::anew;
    return got == 1 ? Got::byte : Got::end;
}

// Without its last character, which may be several bytes of UTF-8.
SecretBytes shortened(const SecretBytes& line) {
    std::size_t length = line.size();
    while (length > 0 && (line.view()[length - 1] & 0xC0U) == 0x80U)
        --length;
    SecretBytes shorter(kMostBytes);
    shorter.append(line.view().first(length == 0 ? 0 : length - 1));
    return shorter;
}

enum class Keys { none, silent, shown };

// Where a terminal was opened for reading only, errors' file has to do; else there is nobody to see it.
void echo(int terminal, std::string_view words) {
    if (put(terminal, words) == EBADF) (void)put(STDERR_FILENO, words);
}
void ask(int terminal, std::string_view question) {
    if (app::show(terminal, question) == EBADF) (void)app::show(STDERR_FILENO, question);
}

// Without the terminal's own help; the question is asked once more where somebody had stopped the program.
SecretBytes line_of(int file, Keys keys, std::string_view question) {
    SecretBytes line(kMostBytes);
    std::uint8_t byte = 0;
    for (Got got{}; (got = next_byte(file, byte)) != Got::end;) {
        if (got == Got::anew) {
            line = SecretBytes(kMostBytes);
            if (keys != Keys::none) ask(file, question);
            continue;
        }
        if (byte == '\n' || byte == '\r') break;
        if (keys != Keys::none) {
            if (byte == kControlC) throw Failure(Exit::cancelled, say(Text::interrupted));
            if (byte == kControlD) break;
            if (byte == kControlU || byte == kBackspace || byte == kDelete) {
                const std::size_t before = line.size();
                line = byte == kControlU ? SecretBytes(kMostBytes) : shortened(line);
                for (std::size_t i = line.size(); keys == Keys::shown && i < before; ++i)
                    echo(file, "\b \b");
                continue;
            }
        }
        if (line.size() == kMostBytes) throw Failure(Exit::refused, say(Text::pin_too_long));
        line.push_back(byte);
        if (keys == Keys::shown && byte >= ' ') echo(file, {reinterpret_cast<const char*>(&byte), 1});
    }
    byte = 0;
    return line;
}

SecretBytes not_empty(SecretBytes pin) {
    if (pin.empty()) throw Failure(Exit::cancelled, say(Text::no_pin_given));
    return pin;
}

SecretBytes answer(int file, std::string_view question, Keys keys) {
    // The echo goes first: whoever answers at once must not be shown.
    const Silence silence(file);
    struct NewLine {
        int terminal;
        ~NewLine() { echo(terminal, "\n"); }
    } const after{file};
    ask(file, question);
    return line_of(file, keys, question);
}

}  // namespace

Terminal::Terminal() : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (file_ < 0) throw Failure(Exit::failed, say(Text::no_terminal), say(Text::no_terminal_advice));
}

Terminal::~Terminal() { (void)::close(file_); }

void Terminal::show(std::string_view words) const { (void)app::show(file_, words); }

SecretBytes Terminal::ask_pin(std::string_view question) const {
    return not_empty(answer(file_, question, Keys::silent));
}

std::string Terminal::ask(std::string_view question) const {
    const SecretBytes line = answer(file_, question, Keys::shown);
    return {line.view().begin(), line.view().end()};
}

SecretBytes pin_from(int file, std::string_view question) {
    if (::isatty(file) != 1) return not_empty(line_of(file, Keys::none, {}));
    const Waiting::Pause pause;
    return not_empty(answer(file, question, Keys::silent));
}

}  // namespace jpki::app
