// How far something is that takes long: a line on the terminal, rewritten and wiped. Nothing is shown in the
// first second, nor where standard error is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace jpki::app {

class Progress {
  public:
    // `what`: a sentence of ours; its {} becomes the percentage.
    Progress(std::string_view what, std::uintmax_t whole);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void add(std::uintmax_t done);

  private:
    using Clock = std::chrono::steady_clock;

    std::string_view what_;
    std::uintmax_t whole_;
    std::uintmax_t done_ = 0;
    bool terminal_;
    bool shown_ = false;
    Clock::time_point next_;
};

}  // namespace jpki::app
