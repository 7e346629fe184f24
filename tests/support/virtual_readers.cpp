#include "virtual_readers.hpp"

#include <algorithm>
#include <thread>

namespace jpki::testing {

struct VirtualReaders::Shared {
    struct Reader {
        std::string name;
        bool plugged_in = true;
        std::shared_ptr<vcard::Card> card;
        std::uint64_t insertions = 0;  // moves with every insertion and removal
        std::uint64_t resets = 0;      // moves with every loss of the card's state
        const void* holder = nullptr;  // who is inside a transaction
    };

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Reader> readers;
    bool stopped = false;
    bool silent = false;
    Duration uptime = std::chrono::hours(1);
    std::size_t commands = 0;
    int contexts = 0;
    int connections = 0;
    VirtualReaders::Fate before;
    VirtualReaders::Fate after;
    VirtualReaders::Word word;
    bool word_after_execution = false;

    Reader* find(const std::string& name) {
        const auto found = std::ranges::find(readers, name, &Reader::name);
        return found == readers.end() ? nullptr : &*found;
    }
};

namespace {

using Shared = VirtualReaders::Shared;
using Guard = std::unique_lock<std::mutex>;

class VirtualConnection final : public Connection {
  public:
    VirtualConnection(std::shared_ptr<Shared> shared, std::string reader, std::uint64_t insertion,
                      std::uint64_t reset)
        : shared_(std::move(shared)), name_(std::move(reader)), insertion_(insertion), resets_(reset) {}
    ~VirtualConnection() override {
        end(Disposition::leave);
        const Guard lock(shared_->mutex);
        --shared_->connections;
    }

    Result<Begun> begin(TimePoint deadline) override {
        Guard lock(shared_->mutex);
        const TimePoint start = std::chrono::steady_clock::now();
        for (;;) {
            JPKI_TRY(check());
            Shared::Reader& reader = *shared_->find(name_);
            if (reader.holder == nullptr) break;
            if (deadline == kNever) {
                shared_->changed.wait(lock);
            } else if (shared_->changed.wait_until(lock, deadline) == std::cv_status::timeout) {
                return fail(Errc::reader_busy, "another client holds the card");
            }
        }
        Shared::Reader& reader = *shared_->find(name_);
        reader.holder = this;
        Begun begun{reader.resets != resets_, std::chrono::steady_clock::now() - start};
        resets_ = reader.resets;
        return begun;
    }

    Result<Bytes> transmit(ByteView command, TimePoint /*deadline*/) override {
        VirtualReaders::Fate before;
        VirtualReaders::Fate after;
        {
            const Guard lock(shared_->mutex);
            before = shared_->before;
            after = shared_->after;
        }
        if (before) {
            if (const auto fate = before(command)) return fail(*fate);
        }
        auto answer = exchange(command);
        if (after) {
            if (const auto fate = after(command)) return fail(*fate);
        }
        return answer;
    }

    void end(Disposition disposition) noexcept override {
        const Guard lock(shared_->mutex);
        Shared::Reader* reader = shared_->find(name_);
        if (reader == nullptr || reader->holder != this) return;
        if (disposition == Disposition::unpower && reader->card) {
            reader->card->power_off();
            reader->card->power_on();
            ++reader->resets;
        }
        reader->holder = nullptr;
        shared_->changed.notify_all();
    }

  private:
    Result<Bytes> exchange(ByteView command) {
        const Guard lock(shared_->mutex);
        JPKI_TRY(check());
        Shared::Reader& reader = *shared_->find(name_);
        if (reader.holder != this) return fail(Errc::internal, "a command outside a transaction");
        if (reader.resets != resets_) return fail(Errc::card_reset);
        ++shared_->commands;
        const auto word = shared_->word ? shared_->word(command) : std::nullopt;
        if (word && shared_->word_after_execution) (void)reader.card->transmit(command);
        if (word) return Bytes{static_cast<std::uint8_t>(*word >> 8U), static_cast<std::uint8_t>(*word)};
        Bytes answer = reader.card->transmit(command);
        if (answer.empty()) return fail(Errc::card_mute, "no answer");
        if (answer.size() < 2) return fail(Errc::malformed_answer, "one byte");
        return answer;
    }

    Status check() const {
        if (shared_->stopped) return fail(Errc::service_unavailable);
        const Shared::Reader* reader = shared_->find(name_);
        if (reader == nullptr || !reader->plugged_in) return fail(Errc::reader_gone);
        if (reader->insertions != insertion_ || !reader->card) return fail(Errc::card_removed);
        return {};
    }

    std::shared_ptr<Shared> shared_;
    std::string name_;
    std::uint64_t insertion_;
    std::uint64_t resets_;
};

class VirtualContext final : public ReaderContext {
  public:
    explicit VirtualContext(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    ~VirtualContext() override {
        const Guard lock(shared_->mutex);
        --shared_->contexts;
    }

    Result<std::vector<ReaderState>> list() override {
        const Guard lock(shared_->mutex);
        if (shared_->stopped) return fail(Errc::service_unavailable);
        std::vector<ReaderState> states;
        for (const Shared::Reader& reader : shared_->readers) {
            if (reader.plugged_in)
                states.push_back({reader.name, {reader.insertions}, reader.card != nullptr});
        }
        return states;
    }

    [[nodiscard]] Duration uptime() const noexcept override {
        const Guard lock(shared_->mutex);
        return shared_->uptime;
    }

    Result<std::unique_ptr<Connection>> connect(const std::string& name, TimePoint /*deadline*/) override {
        const Guard lock(shared_->mutex);
        if (shared_->stopped) return fail(Errc::service_unavailable);
        Shared::Reader* reader = shared_->find(name);
        if (reader == nullptr || !reader->plugged_in) return fail(Errc::reader_gone);
        if (!reader->card) return fail(Errc::no_card);
        if (!reader->card->powered()) reader->card->power_on();
        auto made = std::make_unique<VirtualConnection>(shared_, name, reader->insertions, reader->resets);
        ++shared_->connections;
        return made;
    }

  private:
    std::shared_ptr<Shared> shared_;
};

class VirtualSystem final : public ReaderSystem {
  public:
    explicit VirtualSystem(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    Result<std::unique_ptr<ReaderContext>> open() override {
        Guard lock(shared_->mutex);
        shared_->changed.wait(lock, [this] { return !shared_->silent; });
        if (shared_->stopped) return fail(Errc::service_unavailable);
        auto made = std::make_unique<VirtualContext>(shared_);
        ++shared_->contexts;
        return made;
    }

  private:
    std::shared_ptr<Shared> shared_;
};

}  // namespace

VirtualReaders::VirtualReaders() : shared_(std::make_shared<Shared>()) { plug_in(kFirst); }

void VirtualReaders::plug_in(const std::string& reader) {
    const Guard lock(shared_->mutex);
    if (Shared::Reader* known = shared_->find(reader)) {
        known->plugged_in = true;
    } else {
        shared_->readers.push_back({reader, true, nullptr, 0, 0, nullptr});
    }
}

void VirtualReaders::unplug(const std::string& reader) {
    const Guard lock(shared_->mutex);
    shared_->find(reader)->plugged_in = false;
    ++shared_->find(reader)->insertions;
    shared_->changed.notify_all();
}

void VirtualReaders::insert(std::shared_ptr<vcard::Card> card, const std::string& reader) {
    const Guard lock(shared_->mutex);
    Shared::Reader& place = *shared_->find(reader);
    place.card = std::move(card);
    place.holder = nullptr;
    ++place.insertions;
    shared_->changed.notify_all();
}

void VirtualReaders::remove(const std::string& reader) {
    const Guard lock(shared_->mutex);
    Shared::Reader& place = *shared_->find(reader);
    if (place.card) place.card->power_off();
    place.card = nullptr;
    ++place.insertions;
    shared_->changed.notify_all();
}

void VirtualReaders::stop_service(bool stopped) {
    const Guard lock(shared_->mutex);
    shared_->stopped = stopped;
    shared_->changed.notify_all();
}

void VirtualReaders::start_service(Duration uptime) {
    const Guard lock(shared_->mutex);
    shared_->uptime = uptime;
}

void VirtualReaders::silence_service(bool silent) {
    const Guard lock(shared_->mutex);
    shared_->silent = silent;
    shared_->changed.notify_all();
}

std::vector<Bytes> VirtualReaders::as_other_client(const std::vector<Bytes>& commands,
                                                   const std::string& reader) {
    Guard lock(shared_->mutex);
    shared_->changed.wait(lock, [&] { return shared_->find(reader)->holder == nullptr; });
    vcard::Card& card = *shared_->find(reader)->card;
    if (!card.powered()) card.power_on();
    std::vector<Bytes> answers;
    for (const Bytes& command : commands)
        answers.push_back(card.transmit(command));
    return answers;
}

void VirtualReaders::reset_by_other_client(const std::string& reader) {
    Guard lock(shared_->mutex);
    shared_->changed.wait(lock, [&] { return shared_->find(reader)->holder == nullptr; });
    shared_->find(reader)->card->reset();
    ++shared_->find(reader)->resets;
}

void VirtualReaders::hold(bool held, const std::string& reader) {
    Guard lock(shared_->mutex);
    Shared::Reader& place = *shared_->find(reader);
    if (held) shared_->changed.wait(lock, [&] { return place.holder == nullptr; });
    place.holder = held ? this : nullptr;
    shared_->changed.notify_all();
}

void VirtualReaders::locked(const std::function<void()>& body) {
    const Guard lock(shared_->mutex);
    body();
}

void VirtualReaders::before_command(std::function<void(ByteView)> hook) {
    on_command(
        [hook = std::move(hook)](ByteView command) -> std::optional<Errc> {
            hook(command);
            return std::nullopt;
        },
        nullptr);
}

void VirtualReaders::on_command(Fate before, Fate after) {
    const Guard lock(shared_->mutex);
    shared_->before = std::move(before);
    shared_->after = std::move(after);
}

void VirtualReaders::answer_instead(Word word, bool executed) {
    const Guard lock(shared_->mutex);
    shared_->word = std::move(word);
    shared_->word_after_execution = executed;
}

void VirtualReaders::reset_unasked(const std::string& reader) {
    const Guard lock(shared_->mutex);
    Shared::Reader& place = *shared_->find(reader);
    if (place.card) place.card->reset();
    ++place.resets;
}

std::size_t VirtualReaders::commands_seen() const {
    const Guard lock(shared_->mutex);
    return shared_->commands;
}

bool VirtualReaders::has_card(const std::string& reader) const {
    const Guard lock(shared_->mutex);
    const Shared::Reader* place = shared_->find(reader);
    return place != nullptr && place->plugged_in && place->card != nullptr;
}

int VirtualReaders::contexts_open() const {
    const Guard lock(shared_->mutex);
    return shared_->contexts;
}

int VirtualReaders::connections_open() const {
    const Guard lock(shared_->mutex);
    return shared_->connections;
}

std::unique_ptr<ReaderSystem> VirtualReaders::system() { return std::make_unique<VirtualSystem>(shared_); }

}  // namespace jpki::testing
