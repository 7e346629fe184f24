// Why a command ends early: the exit status, what happened, and what to do about it. Never holds a PIN.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace jpki::app {

enum class Exit {
#define JPKI_EXIT(name, number, english, japanese) name = number,
#include "text/exit_codes.def"
#undef JPKI_EXIT
};

class Failure : public std::exception {
  public:
    // `what` and `advice` are for people, in their language; `advice` may be empty.
    Failure(Exit exit, std::string what, std::string advice = {})
        : exit_(exit), what_(std::move(what)), advice_(std::move(advice)) {}

    // For programs: what is to blame ("card", "reader", "service") and its state.
    Failure&& of(std::string object, std::string state) && {
        object_ = std::move(object);
        state_ = std::move(state);
        return std::move(*this);
    }

    [[nodiscard]] Exit exit() const noexcept { return exit_; }
    [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }
    [[nodiscard]] const std::string& advice() const noexcept { return advice_; }
    // Empty: nothing of these.
    [[nodiscard]] const std::string& object() const noexcept { return object_; }
    [[nodiscard]] const std::string& state() const noexcept { return state_; }

  private:
    Exit exit_;
    std::string what_;
    std::string advice_;
    std::string object_;
    std::string state_;
};

// A command has said all there is to say, and its exit status is not 0.
struct Ends {
    Exit exit;
};

}  // namespace jpki::app
