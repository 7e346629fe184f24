#include "pcsc/reader_system.hpp"

#include <new>
#include <utility>

#include "pcsc/context.hpp"
#include "pcsc/link.hpp"

namespace jpki::card::pcsc {

namespace {

class PcscReaderSystem final : public ReaderSystem {
  public:
    explicit PcscReaderSystem(std::shared_ptr<Service> service) : service_(std::move(service)) {}

    Result<std::unique_ptr<ReaderContext>> open() override {
        JPKI_TRY_ASSIGN(std::shared_ptr<Link> link, Link::open(service_));
        return std::make_unique<Context>(std::move(link));
    }

  private:
    std::shared_ptr<Service> service_;
};

}  // namespace

std::unique_ptr<ReaderSystem> make_pcsc_reader_system(Log& log, const Functions* functions) {
    return std::make_unique<PcscReaderSystem>(std::make_shared<Service>(log, functions));
}

}  // namespace jpki::card::pcsc
