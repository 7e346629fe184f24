// Two readers of our own (rig --ifd --cards 2), of which the first gets into trouble and the second must not
// notice. What all tests with such readers share.
#pragma once

#include <gtest/gtest.h>

#include <thread>

#include "pcsc/reader_system.hpp"
#include "rig_world.hpp"

namespace jpki::card::pcsc::test {

class TwoReaders : public ::testing::Test {
  protected:
    void SetUp() override {
        context_ = open();
        ASSERT_TRUE(context_);
        control_reader({"release"});
        ASSERT_TRUE(eventually([this] { return has_card(kReader) && has_card(kSecondReader); }));
    }

    std::unique_ptr<ReaderContext> open() {
        auto opened = system_->open();
        EXPECT_TRUE(opened);
        return opened ? std::move(*opened) : nullptr;
    }

    // In a context of its own, as every thread that works with a card has one: a call that hangs keeps the
    // others of its context waiting.
    std::unique_ptr<Connection> connect(const std::string& reader = kReader) {
        auto context = open();
        if (!context) return nullptr;
        auto connected = context->connect(reader, in(5s));
        EXPECT_TRUE(connected) << connected.error().what;
        return connected ? std::move(*connected) : nullptr;
    }

    std::optional<ReaderState> state(const std::string& name = kReader) {
        const auto list = context_->list();
        EXPECT_TRUE(list);
        if (list)
            for (const ReaderState& reader : *list)
                if (reader.name == name) return reader;
        return std::nullopt;
    }
    bool has_card(const std::string& name) {
        const auto seen = state(name);
        return seen && seen->card_present;
    }

    void unplug() {
        control_reader({"unplug"});
        ASSERT_TRUE(eventually([this] { return !state(); }));
    }
    void plug() {
        control_reader({"plug"});
        ASSERT_TRUE(eventually([this] { return has_card(kReader); }));
    }

    // A whole transaction at the second reader, by a client of its own, and how long all of it took.
    Duration elsewhere() {
        return took([this] {
            const auto context = open();
            ASSERT_TRUE(context);
            EXPECT_TRUE(context->list());
            auto connection = context->connect(kSecondReader, in(1s));
            ASSERT_TRUE(connection);
            EXPECT_TRUE((*connection)->begin(in(1s)));
            EXPECT_TRUE((*connection)->transmit(select_jpki(), in(1s)));
            (*connection)->end(Disposition::leave);
        });
    }

    SilentLog log_;
    std::unique_ptr<ReaderSystem> system_ = readers_of_pcscd(log_);
    std::unique_ptr<ReaderContext> context_;
};

inline constexpr Duration kUndisturbed = 250ms;

}  // namespace jpki::card::pcsc::test
