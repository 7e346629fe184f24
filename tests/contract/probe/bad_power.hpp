// Readers whose power-downs go wrong, in front of the virtual ones: after one of them the card is silent or
// not to be seen, for some time or for good.
#pragma once

#include <memory>

#include "waist/reader_port.hpp"

namespace jpki::probe::testing {

struct BadPower {
    int after = 1;     // the power-down after which it goes wrong
    Errc how{};        // what the port then answers
    int connects = 0;  // how many connections fail likewise, before one gives power back

    int power_downs = 0;
    [[nodiscard]] bool is_lost() const { return power_downs >= after && connects >= 0; }
};

class BadConnection final : public Connection {
  public:
    BadConnection(std::unique_ptr<Connection> good, std::shared_ptr<BadPower> power)
        : good_(std::move(good)), power_(std::move(power)) {}

    Result<Begun> begin(TimePoint deadline) override {
        if (power_->is_lost()) return fail(power_->how, "as the test wants it", 0x80100066);
        return good_->begin(deadline);
    }
    Result<Bytes> transmit(ByteView command, TimePoint deadline) override {
        return good_->transmit(command, deadline);
    }
    void end(Disposition disposition) noexcept override {
        good_->end(disposition);
        if (disposition == Disposition::unpower) ++power_->power_downs;
    }

  private:
    std::unique_ptr<Connection> good_;
    std::shared_ptr<BadPower> power_;
};

class BadContext final : public ReaderContext {
  public:
    BadContext(std::unique_ptr<ReaderContext> good, std::shared_ptr<BadPower> power)
        : good_(std::move(good)), power_(std::move(power)) {}

    Result<std::vector<ReaderState>> list() override { return good_->list(); }
    Result<std::unique_ptr<Connection>> connect(const std::string& reader, TimePoint deadline) override {
        if (power_->is_lost() && --power_->connects >= 0)
            return fail(power_->how, "as the test wants it", 0x80100066);
        JPKI_TRY_ASSIGN(auto connection, good_->connect(reader, deadline));
        return std::make_unique<BadConnection>(std::move(connection), power_);
    }
    [[nodiscard]] Duration uptime() const noexcept override { return good_->uptime(); }

  private:
    std::unique_ptr<ReaderContext> good_;
    std::shared_ptr<BadPower> power_;
};

class BadSystem final : public ReaderSystem {
  public:
    BadSystem(std::unique_ptr<ReaderSystem> good, std::shared_ptr<BadPower> power)
        : good_(std::move(good)), power_(std::move(power)) {}

    Result<std::unique_ptr<ReaderContext>> open() override {
        JPKI_TRY_ASSIGN(auto context, good_->open());
        return std::make_unique<BadContext>(std::move(context), power_);
    }

  private:
    std::unique_ptr<ReaderSystem> good_;
    std::shared_ptr<BadPower> power_;
};

}  // namespace jpki::probe::testing
