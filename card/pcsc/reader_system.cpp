#include "pcsc/reader_system.hpp"

#include <new>
#include <utility>

#include "pcsc/connection.hpp"
#include "pcsc/uptime.hpp"

namespace jpki::card::pcsc {

namespace {

// The context as the port has it.
class OpenContext final : public ReaderContext {
  public:
    explicit OpenContext(std::shared_ptr<PcscContext> context) : context_(std::move(context)) {}

    Result<std::vector<ReaderState>> list() override { return context_->readers(); }
    [[nodiscard]] Duration uptime() const noexcept override { return service_uptime(); }
    Result<std::unique_ptr<Connection>> connect(const std::string& reader, TimePoint deadline) override {
        return PcscConnection::open(context_, reader, deadline);
    }

  private:
    std::shared_ptr<PcscContext> context_;
};

class PcscReaderSystem final : public ReaderSystem {
  public:
    explicit PcscReaderSystem(std::shared_ptr<Service> service) : service_(std::move(service)) {}

    Result<std::unique_ptr<ReaderContext>> open() override {
        JPKI_TRY_ASSIGN(std::shared_ptr<PcscContext> context, PcscContext::open(service_));
        return std::make_unique<OpenContext>(std::move(context));
    }

  private:
    std::shared_ptr<Service> service_;
};

}  // namespace

std::unique_ptr<ReaderSystem> make_pcsc_reader_system(Log& log, const Functions* functions) {
    return std::make_unique<PcscReaderSystem>(std::make_shared<Service>(log, functions));
}

}  // namespace jpki::card::pcsc
