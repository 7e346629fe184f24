// The PC/SC backend through its port, over a libpcsclite that fails in any way and at any time, with memory
// that fails, too. Every context and handle is closed exactly once, and every call comes back in time.
#include <memory>
#include <optional>

#include "pcsc/reader_names.hpp"
#include "pcsc/reader_system.hpp"
#include "pcsc_far_end.hpp"

namespace {

using namespace jpki;
using namespace std::chrono_literals;
using fuzz::require;
namespace far_end = fuzz::far_end;

// A call may overstay its deadline by what it has begun: a step of waiting and a few calls of 1 ms each.
constexpr Duration kOverstay = 60ms;
constexpr std::size_t kMostCalls = 400;

class Client {
  public:
    explicit Client(fuzz::Input& input) : input_(&input) {}

    void step() {
        constexpr Duration kPatience[] = {0ms, 5ms, 100ms, 900ms};
        const TimePoint deadline = std::chrono::steady_clock::now() + input_->one_of(kPatience);
        const std::size_t calls = far_end::calls();
        const std::uint8_t act = input_->byte();
        const bool unlimited = act % 8 == 6 || act % 8 == 7;
        try {
            const far_end::FailingMemory failing;
            take(act, deadline);
        } catch (const std::bad_alloc&) {
            // The guard around every C function turns it into CKR_HOST_MEMORY.
        }
        require(unlimited || std::chrono::steady_clock::now() <= deadline + kOverstay,
                "a call keeps its deadline");
        require(far_end::calls() - calls <= kMostCalls, "a call asks pcscd so often at most",
                far_end::calls() - calls);
    }

  private:
    void take(std::uint8_t act, TimePoint deadline) {
        switch (act % 8) {
            case 0: open(); break;
            case 1: list(); break;
            case 2: connect(deadline); break;
            case 3:
                if (connection_) (void)connection_->begin(deadline);
                break;
            case 4: transmit(deadline); break;
            case 5:
                if (connection_) connection_->end(act < 0x80 ? Disposition::leave : Disposition::unpower);
                break;
            case 6:
                if (act >= 0x80) context_.reset();
                break;
            default: connection_.reset(); break;
        }
    }

    void open() {
        auto opened = system_->open();
        if (opened) context_ = std::move(*opened);
    }
    void list() {
        if (!context_) return;
        const auto readers = context_->list();
        require(!readers || readers->size() <= card::pcsc::kMaximumReaders, "there is a limit to readers");
    }
    void connect(TimePoint deadline) {
        if (!context_) return;
        auto connected = context_->connect("Reader 00 00", deadline);
        if (connected) connection_ = std::move(*connected);
    }
    void transmit(TimePoint deadline) {
        static const Bytes command{0x00, 0xA4, 0x04, 0x0C};
        if (!connection_) return;
        const auto answer = connection_->transmit(command, deadline);
        require(!answer || (answer->size() >= 2 && answer->size() <= 65548),
                "an answer has an answer's length");
    }

    fuzz::Input* input_;
    SilentLog log_;
    std::unique_ptr<ReaderSystem> system_ = card::pcsc::make_pcsc_reader_system(log_, &far_end::functions());
    std::unique_ptr<ReaderContext> context_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(ByteView(data, size));
    far_end::start(input, input.pair());
    {
        Client client(input);
        while (!input.empty())
            client.step();
    }
    far_end::finish();
    require(far_end::handles_open() == 0, "every handle is given up", far_end::handles_open());
    require(far_end::contexts_open() == 0, "every context is released", far_end::contexts_open());
    return 0;
}
