// See server.hpp.
#include "vcard/server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "common/output.hpp"
#include "waist/visible.hpp"

namespace jpki::vcard {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{100};
constexpr std::chrono::milliseconds kForConnecting{3000};
// pcscd looks for cards every 400 ms.
constexpr std::chrono::milliseconds kForBeingAsked{3000};

Descriptor end_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    return Descriptor(::signalfd(-1, &set, SFD_CLOEXEC));
}

}  // namespace

Server::Server(CardSlot& slot, ReaderAddress reader, std::string ready_file, std::function<void(News)> tell)
    : slot_(slot),
      reader_(reader),
      ready_file_(std::move(ready_file)),
      signals_(end_signals()),
      state_{.slot = slot},
      tell_(std::move(tell)) {
    slot_.faults().hands().delay = [this](std::chrono::milliseconds time) {
        if (connection_) connection_->hold_answer(time);
    };
}

Server::~Server() { slot_.faults().hands().delay = nullptr; }

ServerEnd Server::run() {
    while (!state_.quit) {
        if (is_taken(Clock::now())) return ServerEnd::kTaken;
        connect_when_due(Clock::now());
        std::vector<pollfd> polled{{.fd = signals_.number(), .events = POLLIN, .revents = 0}};
        if (connecting_) polled.push_back({.fd = connecting_.number(), .events = POLLOUT, .revents = 0});
        if (connection_) {
            connection_->acknowledge_quickly();
            polled.push_back({.fd = connection_->number(), .events = POLLIN, .revents = 0});
        }
        const std::size_t fixed = polled.size();
        control_.add_to(polled);
        if (::poll(polled.data(), polled.size(), milliseconds_to_wait(Clock::now())) < 0) continue;
        if (polled[0].revents != 0) break;
        if (fixed == 2 && polled[1].revents != 0) connecting_ ? finish_connecting() : serve_reader();
        if (connection_ && connection_->due()) handle(connection_->on_due(slot_.card()));
        state_.connected = connection_.has_value();
        control_.serve(state_);
        // A control command may have taken the card out, or put another in.
        if (!slot_.may_connect(Clock::now())) disconnect();
    }
    disconnect();
    slot_.card().power_off();
    return slot_.save() ? ServerEnd::kDone : ServerEnd::kNotSaved;
}

int Server::milliseconds_to_wait(Clock::time_point now) const {
    std::optional<Clock::time_point> due;
    const auto at = [&due](Clock::time_point when) { due = std::min(due.value_or(when), when); };
    if (connection_ && connection_->due()) at(*connection_->due());
    if (!connection_ && slot_.inserted()) at(std::max(next_try_, slot_.away_until()));
    if (unasked_since_) at(*unasked_since_ + kForBeingAsked);
    if (!due) return -1;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*due - now);
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(wait.count(), 1));
}

bool Server::is_taken(Clock::time_point now) {
    if (!unasked_since_ || now < *unasked_since_ + kForBeingAsked) return false;
    unasked_since_ = now;
    if (has_another_card(reader_, connection_ ? connection_->number() : connecting_.number())) return true;
    tell(News::kWaiting);
    return false;
}

void Server::connect_when_due(Clock::time_point now) {
    if (connection_ || now < next_try_ || !slot_.may_connect(now)) return;
    // An attempt that is still pending has had its time.
    if (next_try_ != Clock::time_point{}) tell(News::kWaiting);
    connecting_ = begin_connection(reader_);
    if (connecting_ && !asked_ && !unasked_since_) unasked_since_ = now;
    next_try_ = now + (connecting_ ? kForConnecting : kBetweenTries);
}

void Server::finish_connecting() {
    Descriptor socket = std::move(connecting_);
    if (!connected(socket)) {
        unasked_since_.reset();
        next_try_ = Clock::now() + kBetweenTries;
        return;
    }
    connection_.emplace(std::move(socket));
    announce();
}

void Server::serve_reader() {
    const VpcdEnd end = connection_->on_readable(slot_.card());
    unasked_since_.reset();
    if (end == VpcdEnd::kGoesOn) {
        asked_ = true;
        tell(News::kInReader);
    }
    handle(end);
}

void Server::handle(VpcdEnd end) {
    if (end == VpcdEnd::kGoesOn) return;
    disconnect();
    if (end == VpcdEnd::kCardMute) slot_.bounce();
    next_try_ = Clock::now() + kBetweenTries;
}

void Server::tell(News news) {
    if (std::exchange(told_, news) != news) tell_(news);
}

void Server::disconnect() {
    connecting_.close();
    next_try_ = {};
    if (!connection_) return;
    connection_.reset();
    slot_.card().power_off();  // out of the reader is out of the field
}

void Server::announce() {
    if (ready_file_.empty()) return;
    const Descriptor file(::open(ready_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file || !write_all(file, "ready\n"))
        (void)app::show(STDERR_FILENO, "jpki-vcard: cannot write " + visible(ready_file_) + "\n");
    ready_file_.clear();
}

}  // namespace jpki::vcard
