// The port's ReaderContext over one link to pcscd. Made by reader_system.cpp; its connections may outlive it.
#pragma once

#include <memory>
#include <utility>

#include "pcsc/link.hpp"
#include "pcsc/uptime.hpp"

namespace jpki::card::pcsc {

class Context final : public ReaderContext {
  public:
    explicit Context(std::shared_ptr<Link> link) : link_(std::move(link)) {}

    Result<std::vector<ReaderState>> list() override;
    [[nodiscard]] Duration uptime() const noexcept override { return service_uptime(); }
    Result<std::unique_ptr<Connection>> connect(const std::string& reader, TimePoint deadline) override;

  private:
    std::shared_ptr<Link> link_;
};

}  // namespace jpki::card::pcsc
