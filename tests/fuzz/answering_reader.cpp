#include "answering_reader.hpp"

#include <algorithm>

#include "card/registry.hpp"
#include "core/card_memory.hpp"
#include "entry/composition.hpp"
#include "stage.hpp"

namespace jpki::fuzz {

namespace {

Composition g_composition;

constexpr Errc kFailures[] = {Errc::card_removed,        Errc::card_reset, Errc::card_mute,
                              Errc::reader_gone,         Errc::transport,  Errc::timed_out,
                              Errc::service_unavailable, Errc::no_card,    Errc::reader_busy,
                              Errc::malformed_answer,    Errc::no_memory,  Errc::access_denied};

// The one PIN that may be in a VERIFY: entered by the user, whole.
void check_pin(ByteView command) {
    constexpr std::size_t kHeader = 5;
    require(command.size() > kHeader, "a VERIFY with a length has a PIN");
    const ByteView pin = command.subspan(kHeader);
    const std::string_view entered[] = {campaign::kAuthPin, campaign::kNewAuthPin, campaign::kSignPin};
    require(std::ranges::any_of(entered, [&](std::string_view one) { return equal(to_bytes(one), pin); }),
            "only a PIN that was entered is sent");
}

Bytes with_data(ByteView answer, std::size_t bytes) {
    Bytes made = to_bytes(slice(answer, 0, std::min(bytes, answer.size() - 2)));
    append(made, answer.last(2));
    return made;
}

// READ BINARY from offset 0, by short identifier or without.
bool at_beginning(ByteView command) { return command[3] == 0 && (command[2] == 0 || command[2] >= 0x80); }

class AnsweringConnection final : public Connection {
  public:
    explicit AnsweringConnection(AnsweringReader& reader) : reader_(&reader) { ++reader_->connections; }
    ~AnsweringConnection() override { --reader_->connections; }
    Result<Begun> begin(TimePoint /*deadline*/) override { return Begun{reader_->take_reset(), {}}; }
    Result<Bytes> transmit(ByteView command, TimePoint /*deadline*/) override {
        return reader_->transmit(command);
    }
    void end(Disposition disposition) noexcept override { reader_->end(disposition); }

  private:
    AnsweringReader* reader_;
};

class AnsweringContext final : public ReaderContext {
  public:
    explicit AnsweringContext(AnsweringReader& reader) : reader_(&reader) { ++reader_->contexts; }
    ~AnsweringContext() override { --reader_->contexts; }
    Result<std::vector<ReaderState>> list() override { return std::vector{reader_->state()}; }
    Result<std::unique_ptr<Connection>> connect(const std::string& /*name*/,
                                                TimePoint /*deadline*/) override {
        return std::make_unique<AnsweringConnection>(*reader_);
    }
    [[nodiscard]] Duration uptime() const noexcept override { return std::chrono::hours(1); }

  private:
    AnsweringReader* reader_;
};

class AnsweringSystem final : public ReaderSystem {
  public:
    explicit AnsweringSystem(AnsweringReader& reader) : reader_(&reader) {}
    Result<std::unique_ptr<ReaderContext>> open() override {
        return std::make_unique<AnsweringContext>(*reader_);
    }

  private:
    AnsweringReader* reader_;
};

class PassedOn final : public Log {
  public:
    [[nodiscard]] bool enabled(LogLevel level) const noexcept override {
        return g_composition.log->enabled(level);
    }
    void write(LogLevel level, std::string_view line) noexcept override {
        g_composition.log->write(level, line);
    }
};

class ConstantRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) noexcept override { std::ranges::fill(out, std::uint8_t{0x5A}); }
};

}  // namespace

Bytes AnsweringReader::disfigured(ByteView command) {
    const Bytes truth = card_.transmit(command);
    switch (way_ % 9) {
        case 1: return with_data(truth, at_beginning(command) ? truth.size() : 1);
        case 2: return with_data(truth, truth.size() / 2);
        case 3: return Bytes{0x90, 0x00};
        case 4: return Bytes(258, 0x00);
        case 5: {
            Bytes longer = truth;
            longer.insert(longer.begin(), 0x30);
            return longer;
        }
        case 6: return Bytes{0x61, 0x01};
        case 7: return Bytes{0x6C, 0x01};
        case 8: return Bytes{0x30, 0x61, 0x10};
        default: return truth;
    }
}

Result<Bytes> AnsweringReader::failure(unsigned which, ByteView command) {
    if ((which & 0x100U) != 0) (void)card_.transmit(command);
    const Errc code = kFailures[which % std::size(kFailures)];
    if (code == Errc::card_reset) {
        card_.reset();
        was_reset_ = true;
    }
    if (code == Errc::card_removed || code == Errc::no_card || code == Errc::reader_gone) {
        card_.power_off();
        card_.power_on();
        ++event_count_;
    }
    return fail(code);
}

Result<Bytes> AnsweringReader::transmit(ByteView command) {
    ++commands;
    require(command.size() >= 4 && command.size() <= 261, "a command has a short command's length",
            command.size());
    if (command[1] == 0x20 && command.size() > 4) {
        ++verifications;
        check_pin(command);
    }
    if (repeat_ != 0) {
        --repeat_;
        return disfigured(command);
    }
    if (input_.empty()) return card_.transmit(command);
    const unsigned head = input_.pair();
    const unsigned n = head & 0x3FFFU;
    switch (head >> 14U) {
        case 0: {
            Bytes answer = to_bytes(input_.take(n));
            if (answer.size() < 2) return fail(Errc::malformed_answer);
            return answer;
        }
        case 1:
            repeat_ = n & 0xFFU;
            way_ = n >> 8U;
            return disfigured(command);
        case 2: return failure(n, command);
        default: {
            Bytes answer = card_.transmit(command);
            const std::size_t offset = input_.pair() % answer.size();
            const ByteView patch = input_.take(n & 0xFFU);
            std::ranges::copy(slice(patch, 0, answer.size() - offset),
                              answer.begin() + static_cast<std::ptrdiff_t>(offset));
            return answer;
        }
    }
}

void AnsweringReader::end(Disposition disposition) {
    if (disposition != Disposition::unpower) return;
    card_.power_off();
    card_.power_on();
    was_reset_ = true;
}

void compose_with(Composition composition) { g_composition = std::move(composition); }

}  // namespace jpki::fuzz

namespace jpki::p11 {

std::shared_ptr<const Environment> compose(const InitArgs& /*args*/) {
    card_memory::forget_all();
    auto made = std::make_shared<Environment>();
    made->config = fuzz::g_composition.config;
    made->log = std::make_unique<fuzz::PassedOn>();
    made->readers = std::make_unique<fuzz::AnsweringSystem>(*fuzz::g_composition.reader);
    made->cards = card::make_card_factory();
    made->clock = std::make_unique<SteadyClock>();
    made->random = std::make_unique<fuzz::ConstantRandom>();
    made->view = View::both;
    made->threads = false;
    return made;
}

View module_view() noexcept { return View::both; }

}  // namespace jpki::p11
