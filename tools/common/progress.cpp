#include "common/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>

#include "common/output.hpp"
#include "common/waiting.hpp"
#include "common/words.hpp"

namespace jpki::app {

namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kStep = std::chrono::milliseconds(200);

}  // namespace

Progress::Progress(std::string_view what, std::uintmax_t whole)
    : what_(what), whole_(whole), terminal_(::isatty(STDERR_FILENO) == 1), next_(Clock::now() + kPatience) {}

Progress::~Progress() {
    if (shown_) wipe_line(STDERR_FILENO);
}

void Progress::add(std::uintmax_t done) {
    done_ += done;
    if (!terminal_ || whole_ == 0 || Clock::now() < next_) return;
    next_ = Clock::now() + kStep;
    shown_ = true;
    Waiting::shown();
    // A file may grow while it is read.
    const auto percent = std::min<std::uintmax_t>(done_ * 100 / whole_, 100);
    wipe_line(STDERR_FILENO);
    (void)show(STDERR_FILENO, fill(what_, percent));
}

}  // namespace jpki::app
