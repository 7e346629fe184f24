// A Connection that knows in advance which commands it will get: it fails the test on any other byte, and
// answers what the script says. For the tests of card/ only; it opens no transaction of its own.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>
#include <variant>

#include "waist/reader_port.hpp"

namespace jpki::card::testing {

inline Bytes hex(std::string_view text) {
    Bytes out;
    std::string digits;
    for (const char c : text)
        if (c != ' ') digits += c;
    EXPECT_EQ(digits.size() % 2, 0U) << text;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    return out;
}

class ScriptedConnection final : public Connection {
  public:
    ~ScriptedConnection() override { expect_done(); }

    // `command` and `answer` in hexadecimal, spaces ignored.
    ScriptedConnection& on(std::string_view command, std::string_view answer) {
        return on(command, hex(answer), "");
    }
    ScriptedConnection& on(std::string_view command, ByteView data, std::string_view status_word) {
        Bytes answer = to_bytes(data);
        append(answer, hex(status_word));
        script_.push_back({to_hex(hex(command)), std::move(answer)});
        return *this;
    }
    ScriptedConnection& on(std::string_view command, Errc failure) {
        script_.push_back({to_hex(hex(command)), failure});
        return *this;
    }

    // Everything in the script was sent: says where in a test the commands must have left.
    void expect_done() {
        for (const Step& step : script_)
            ADD_FAILURE() << "never sent: " << step.command;
        script_.clear();
    }

    Result<Begun> begin(TimePoint /*deadline*/) override { return fail(Errc::internal, "not the card's"); }
    // Something happens while the last command of the script so far is being answered.
    ScriptedConnection& meanwhile(std::function<void()> happening) {
        script_.back().happening = std::move(happening);
        return *this;
    }
    [[nodiscard]] TimePoint last_deadline() const { return last_deadline_; }

    Result<Bytes> transmit(ByteView command, TimePoint deadline) override {
        last_deadline_ = deadline;
        if (script_.empty()) {
            ADD_FAILURE() << "sent behind the script's end: " << to_hex(command);
            return fail(Errc::internal);
        }
        const Step step = std::move(script_.front());
        script_.pop_front();
        EXPECT_EQ(to_hex(command), step.command);
        if (step.happening) step.happening();
        if (const auto* failure = std::get_if<Errc>(&step.answer)) return fail(*failure, "scripted");
        return std::get<Bytes>(step.answer);
    }
    void end(Disposition /*disposition*/) noexcept override { ADD_FAILURE() << "not the card's to end"; }

  private:
    struct Step {
        std::string command;
        std::variant<Bytes, Errc> answer;
        std::function<void()> happening = {};
    };
    std::deque<Step> script_;
    TimePoint last_deadline_{};
};

}  // namespace jpki::card::testing
