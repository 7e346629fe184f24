#include "pin_entry.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "failure.hpp"

namespace jpki::app {

namespace {

constexpr std::size_t kMostOctets = 64;
constexpr std::uint8_t kControlC = 3;
constexpr std::uint8_t kControlD = 4;
constexpr std::uint8_t kControlU = 21;
constexpr std::uint8_t kBackspace = 8;
constexpr std::uint8_t kDelete = 127;

// A file that is closed with its scope.
class File {
  public:
    explicit File(int number) : number_(number) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (number_ >= 0) (void)::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

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
    explicit Silence(int terminal) : terminal_(terminal) {
        if (::tcgetattr(terminal, &g_before) != 0) return;
        g_terminal = terminal;
        for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGQUIT})
            (void)std::signal(signal, put_back);
        termios silent = g_before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
        (void)::tcsetattr(terminal, TCSAFLUSH, &silent);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() {
        if (g_terminal < 0) return;
        (void)::tcsetattr(terminal_, TCSAFLUSH, &g_before);
        g_terminal = -1;
        for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGQUIT})
            (void)std::signal(signal, SIG_DFL);
    }

  private:
    int terminal_;
};

void show(int terminal, std::string_view line) {
    if (::write(terminal, line.data(), line.size()) < 0) return;  // then there is nobody to see it
}

// False at the end of the input.
bool next_octet(int file, std::uint8_t& octet) {
    ssize_t got = -1;
    do {
        got = ::read(file, &octet, 1);
    } while (got < 0 && errno == EINTR);
    return got == 1;
}

SecretBytes line_of(int file, bool keys) {
    SecretBytes pin(kMostOctets);
    std::uint8_t octet = 0;
    while (next_octet(file, octet) && octet != '\n' && octet != '\r') {
        if (keys && octet == kControlC) throw Failure(Exit::cancelled, say(Text::interrupted));
        if (keys && octet == kControlD) break;
        if (keys && octet == kControlU) {
            pin = SecretBytes(kMostOctets);
        } else if (keys && (octet == kBackspace || octet == kDelete)) {
            const std::size_t length = pin.size() == 0 ? 0 : pin.size() - 1;
            SecretBytes shorter(kMostOctets);
            shorter.append(pin.view().first(length));
            pin = std::move(shorter);
        } else if (pin.size() == kMostOctets) {
            throw Failure(Exit::refused, say(Text::pin_too_long));
        } else {
            pin.push_back(octet);
        }
    }
    octet = 0;
    if (pin.size() == 0) throw Failure(Exit::cancelled, say(Text::no_pin_given));
    return pin;
}

SecretBytes ask(Text question) {
    const File terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.number() < 0)
        throw Failure(Exit::failed, say(Text::no_terminal), say(Text::no_terminal_advice));
    show(terminal.number(), text(question));
    struct NewLine {
        int terminal;
        ~NewLine() { show(terminal, "\n"); }
    } const after{terminal.number()};
    const Silence silence(terminal.number());
    return line_of(terminal.number(), true);
}

}  // namespace

void PinOptions::add_to(CLI::App& command) {
    auto* from_file = command.add_option("--pin-file", file, say(Text::help_pin_file))->type_name("FILE");
    command.add_option("--pin-fd", descriptor, say(Text::help_pin_fd))->type_name("N")->excludes(from_file);
}

SecretBytes enter_pin(const PinOptions& options, Text question) {
    if (options.descriptor >= 0) return line_of(options.descriptor, false);
    if (options.file.empty()) return ask(question);
    const File file(::open(options.file.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0)
        throw Failure(Exit::failed, say(Text::cannot_read, options.file, std::strerror(errno)));
    return line_of(file.number(), false);
}

}  // namespace jpki::app
