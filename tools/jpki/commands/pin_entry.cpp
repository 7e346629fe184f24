#include "commands/pin_entry.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "commands/command.hpp"
#include "commands/terminal.hpp"
#include "text/failure.hpp"

namespace jpki::app {

namespace {

// A file that is closed with its scope.
class File {
  public:
    explicit File(const std::string& path)
        : number_(path == kStandard ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                    : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {
        if (number_ < 0) throw Failure(Exit::failed, say(Text::cannot_read, path, reason_of(errno)));
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { (void)::close(number_); }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

}  // namespace

void PinOptions::add_to(Command command, bool fresh) {
    const std::string prefix = fresh ? "--new-pin" : "--pin";
    const Option from_file =
        command.option(prefix + "-file", file, say(fresh ? Text::help_new_pin_file : Text::help_pin_file))
            .type("FILE");
    command.option(prefix + "-fd", descriptor, say(fresh ? Text::help_new_pin_fd : Text::help_pin_fd))
        .type("N")
        .without(from_file);
}

SecretBytes enter_pin(const PinOptions& options, const std::string& question) {
    if (options.from_terminal()) return Terminal().ask_pin(question);
    if (options.descriptor >= 0) return pin_from(options.descriptor, question);
    return pin_from(File(options.file).number(), question);
}

SecretBytes enter_pin(const PinOptions& options, Text question) {
    return enter_pin(options, std::string(text(question)));
}

}  // namespace jpki::app
