#include "common/waiting.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include "common/output.hpp"
#include "waist/sync.hpp"

namespace jpki::app {

namespace {

// A little less than the second after which people wonder: this program had to start before.
constexpr Duration kPatience = std::chrono::milliseconds(900);

// A longer line could not be wiped.
bool fits(const std::string& line) {
    winsize window{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && line.size() < window.ws_col;
}

void put(const std::string& line) {
    wipe_line(STDERR_FILENO);
    (void)show(STDERR_FILENO, line);
}

TimePoint now() { return std::chrono::steady_clock::now(); }

}  // namespace

struct Waiting::Shared {
    Shared(std::string first, std::function<std::string()> second)
        : line(std::move(first)), longer(std::move(second)) {}

    const std::string line;
    const std::function<std::string()> longer;
    Mutex mutex;
    Condition changed;
    TimePoint since JPKI_GUARDED_BY(mutex) = now();
    unsigned turn JPKI_GUARDED_BY(mutex) = 0;
    int pauses JPKI_GUARDED_BY(mutex) = 0;
    bool stands JPKI_GUARDED_BY(mutex) = false;
    bool ends JPKI_GUARDED_BY(mutex) = false;
    std::thread thread;

    void begin_anew(int more_pauses) {
        const Lock lock(mutex);
        if (std::exchange(stands, false)) put("");
        pauses += more_pauses;
        since = now();
        ++turn;
        changed.notify_all();
    }

    // The number of the turn in which the line was shown; nothing at the end.
    bool show_when_due(unsigned& shown_in) {
        const Lock lock(mutex);
        while (!ends && (pauses > 0 || stands || now() < since + kPatience))
            (void)changed.wait_until(mutex, pauses > 0 || stands ? kNever : since + kPatience);
        if (ends) return false;
        put(line);
        stands = true;
        shown_in = turn;
        return true;
    }

    void run() {
        for (unsigned shown_in = 0; show_when_due(shown_in);) {
            const std::string more = longer();
            const Lock lock(mutex);
            if (!more.empty() && stands && turn == shown_in && fits(more)) put(more);
        }
    }
};

Waiting::Shared* Waiting::current = nullptr;

Waiting::Waiting(std::string line, std::function<std::string()> longer) {
    if (::isatty(STDERR_FILENO) != 1) return;
    shared_ = std::make_unique<Shared>(std::move(line), std::move(longer));
    current = shared_.get();
    // Signals are the main thread's: it may have to put the terminal back.
    sigset_t all;
    sigset_t before;
    (void)::sigfillset(&all);
    (void)::pthread_sigmask(SIG_SETMASK, &all, &before);
    shared_->thread = std::thread([shared = shared_.get()] { shared->run(); });
    (void)::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Waiting::~Waiting() {
    if (!shared_) return;
    shared_->begin_anew(0);
    {
        const Lock lock(shared_->mutex);
        shared_->ends = true;
        shared_->changed.notify_all();
    }
    shared_->thread.join();
    current = nullptr;
}

void Waiting::shown() {
    if (current != nullptr) current->begin_anew(0);
}

Waiting::Pause::Pause() {
    if (current != nullptr) current->begin_anew(1);
}

Waiting::Pause::~Pause() {
    if (current != nullptr) current->begin_anew(-1);
}

}  // namespace jpki::app
