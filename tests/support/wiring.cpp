#include "wiring.hpp"

#include <random>

#include "card/registry.hpp"
#include "entry/composition.hpp"
#include "waist/sync.hpp"

namespace jpki::testing {

namespace {

Wiring g_wiring;

class SeededRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) noexcept override {
        const Lock lock(mutex_);
        for (std::uint8_t& byte : out)
            byte = static_cast<std::uint8_t>(engine_());
    }

  private:
    Mutex mutex_;
    std::mt19937 engine_{20160101};
};

// Passes every line on to the test that listens.
class Overheard final : public Log {
  public:
    explicit Overheard(Log* listener) : listener_(listener) {}
    [[nodiscard]] bool enabled(LogLevel level) const noexcept override {
        return listener_ != nullptr && listener_->enabled(level);
    }
    void write(LogLevel level, std::string_view line) noexcept override {
        if (listener_ != nullptr) listener_->write(level, line);
    }

  private:
    Log* listener_;
};

}  // namespace

void wire(Wiring wiring) { g_wiring = std::move(wiring); }

}  // namespace jpki::testing

namespace jpki::p11 {

std::shared_ptr<const Environment> compose(const InitArgs& args) {
    const auto& wiring = testing::g_wiring;
    auto made = std::make_shared<Environment>();
    made->config = wiring.config;
    made->log = std::make_unique<testing::Overheard>(wiring.log);
    made->timing = wiring.timing;
    made->readers = wiring.readers->system();
    made->cards = card::make_card_factory();
    made->clock = std::make_unique<SteadyClock>();
    made->random = std::make_unique<testing::SeededRandom>();
    made->view = wiring.view;
    made->ca_certificates = wiring.ca_certificates;
    made->threads = wiring.threads && !args.no_threads;
    return made;
}

View module_view() noexcept { return View::both; }

}  // namespace jpki::p11
