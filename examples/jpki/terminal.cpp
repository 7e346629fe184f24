#include "terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "common/output.hpp"
#include "failure.hpp"

namespace jpki::app {

namespace {

constexpr std::size_t kMostOctets = 64;
constexpr std::uint8_t kControlC = 3;
constexpr std::uint8_t kControlD = 4;
constexpr std::uint8_t kControlU = 21;
constexpr std::uint8_t kBackspace = 8;
constexpr std::uint8_t kDelete = 127;

constexpr std::array kEnds{SIGTERM, SIGHUP, SIGINT, SIGQUIT};

// Terminal and settings as a signal handler needs them.
volatile std::sig_atomic_t g_terminal = -1;
termios g_before;

void put_back(int signal) {
    if (g_terminal >= 0) (void)::tcsetattr(g_terminal, TCSANOW, &g_before);
    (void)std::signal(signal, SIG_DFL);
    (void)std::raise(signal);
}

// No echo, and every key at once, Ctrl-C too; as before at the end, whichever that is.
class Silence {
  public:
    explicit Silence(int terminal) {
        if (::tcgetattr(terminal, &g_before) != 0) fail();
        g_terminal = terminal;
        for (std::size_t i = 0; i < kEnds.size(); ++i) {
            (void)::sigaction(kEnds.at(i), nullptr, &handlers_.at(i));
            // Who is told to ignore one (nohup) goes on doing so.
            if (handlers_.at(i).sa_handler != SIG_IGN) (void)std::signal(kEnds.at(i), put_back);
        }
        termios silent = g_before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
        // What was typed before the question is no answer to it.
        if (::tcsetattr(terminal, TCSAFLUSH, &silent) != 0) {
            restore();
            fail();
        }
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
        for (std::size_t i = 0; i < kEnds.size(); ++i)
            (void)::sigaction(kEnds.at(i), &handlers_.at(i), nullptr);
        g_terminal = -1;
    }

    std::array<struct sigaction, kEnds.size()> handlers_{};
};

// False at the end of the input.
bool next_octet(int file, std::uint8_t& octet) {
    ssize_t got = -1;
    do {
        got = ::read(file, &octet, 1);
    } while (got < 0 && errno == EINTR);
    return got == 1;
}

// Without its last character, which may be several octets of UTF-8.
SecretBytes shortened(const SecretBytes& line) {
    std::size_t length = line.size();
    while (length > 0 && (line.view()[length - 1] & 0xC0U) == 0x80U)
        --length;
    SecretBytes shorter(kMostOctets);
    shorter.append(line.view().first(length == 0 ? 0 : length - 1));
    return shorter;
}

enum class Keys { none, silent, shown };

// Where that fails there is nobody to see it.
void echo(int terminal, std::string_view keys) { (void)put(terminal, keys); }

SecretBytes line_of(int file, Keys keys) {
    SecretBytes line(kMostOctets);
    std::uint8_t octet = 0;
    while (next_octet(file, octet) && octet != '\n' && octet != '\r') {
        if (keys != Keys::none) {
            if (octet == kControlC) throw Failure(Exit::cancelled, say(Text::interrupted));
            if (octet == kControlD) break;
            if (octet == kControlU || octet == kBackspace || octet == kDelete) {
                const std::size_t before = line.size();
                line = octet == kControlU ? SecretBytes(kMostOctets) : shortened(line);
                for (std::size_t i = line.size(); keys == Keys::shown && i < before; ++i)
                    echo(file, "\b \b");
                continue;
            }
        }
        if (line.size() == kMostOctets) throw Failure(Exit::refused, say(Text::pin_too_long));
        line.push_back(octet);
        if (keys == Keys::shown && octet >= ' ') echo(file, {reinterpret_cast<const char*>(&octet), 1});
    }
    octet = 0;
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
    (void)app::show(file, question);
    return line_of(file, keys);
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

SecretBytes pin_from(int file) { return not_empty(line_of(file, Keys::none)); }

}  // namespace jpki::app
