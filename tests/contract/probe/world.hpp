// A virtual card in a virtual reader, and a user who says what the test wants: all that `jpki-probe` meets.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bad_power.hpp"
#include "probe/session.hpp"
#include "virtual/image/image_file.hpp"
#include "virtual_readers.hpp"

namespace jpki::probe::testing {

using jpki::testing::VirtualReaders;

// `image`: default, other, juki, android or iphone. `settings`: "name=value".
inline std::shared_ptr<vcard::Card> make_card(const std::string& image,
                                              const std::vector<std::string>& settings = {}) {
    vcard::Image loaded = vcard::load_image(JPKI_IMAGES "/" + image + ".img");
    for (const std::string& setting : settings)
        EXPECT_TRUE(loaded.personality.set(setting)) << setting;
    return std::make_shared<vcard::Card>(std::move(loaded));
}

class ScriptedUser final : public User {
  public:
    std::string told;
    std::optional<char> answer = 'y';
    std::string answers{};  // to the questions one after another; then `answer` to all
    std::vector<std::string> questions;
    // Asked before each command.
    std::function<bool()> stop = [] { return false; };

    void tell(const std::string& lines) override { told += lines; }
    std::optional<char> ask(const std::string& question) override {
        questions.push_back(question);
        if (questions.size() > answers.size()) return answer;
        return answers[questions.size() - 1];
    }
    bool wants_to_stop() override { return stop(); }
};

struct World {
    explicit World(const std::string& image = "default", const std::vector<std::string>& settings = {})
        : card(make_card(image, settings)) {
        readers.insert(card);
    }

    std::shared_ptr<vcard::Card> card;
    VirtualReaders readers;
    ScriptedUser user;
    RunOptions run_options{};
    RetryPolicy retry{.step = std::chrono::milliseconds(5),
                      .longest = std::chrono::milliseconds(50),
                      .returns = std::chrono::milliseconds(50),
                      .look = std::chrono::milliseconds(1)};
    std::shared_ptr<BadPower> power;  // of the readers; nothing: theirs is good
    Found found;

    [[nodiscard]] Bytes atr() const { return card->atr(); }

    // The exit status; `found` is filled in when it is ok.
    Exit probe() {
        auto system = readers.system();
        if (power) system = std::make_unique<BadSystem>(std::move(system), power);
        try {
            found = ask_card(*system, [this](const std::string&) { return atr(); }, user, run_options, retry);
            return Exit::ok;
        } catch (const Failure& failure) {
            user.told += failure.what + "\n" + failure.advice + "\n";
            return failure.exit;
        }
    }

    [[nodiscard]] Report report() const {
        return {.version = "0",
                .date = "2026-11-23",
                .library = "0",
                .surroundings = found.surroundings,
                .assessments = assess(found.run.record, found.surroundings),
                .record = &found.run.record};
    }
    // Everything that leaves the program, in both languages.
    [[nodiscard]] std::string all_words() const {
        std::string words = user.told;
        for (const app::Language language : {app::Language::japanese, app::Language::english}) {
            app::speak(language);
            words += to_markdown(report()) + app::json_text(to_json(report()));
        }
        return words;
    }

    // No PIN was sent, no try spent, nothing signed or changed.
    void expect_untouched() const {
        const vcard::Oracle seen = card->oracle();
        for (const vcard::PinOracle* pin : {&seen.auth_pin, &seen.sign_pin, &seen.other_pins}) {
            EXPECT_EQ(pin->verifies, 0U);
            EXPECT_EQ(pin->changes, 0U);
        }
        EXPECT_EQ(seen.auth_pin.tries_left, seen.auth_pin.tries_max);
        EXPECT_EQ(seen.sign_pin.tries_left, seen.sign_pin.tries_max);
        for (const vcard::KeyOracle* key : {&seen.auth_key, &seen.sign_key, &seen.other_keys})
            EXPECT_EQ(key->signatures + key->refused, 0U);
    }
};

// The commands that the default card gets, by name: those that have nothing selected to be sent to are left
// out.
inline const std::vector<std::string_view>& sent_ids() {
    static const std::vector<std::string_view> kIds = [] {
        World world;
        EXPECT_EQ(world.probe(), Exit::ok) << world.user.told;
        std::vector<std::string_view> ids;
        for (const Exchange& exchange : world.found.run.record.exchanges) {
            if (exchange.sent) ids.push_back(exchange.command->id);
        }
        return ids;
    }();
    return kIds;
}

}  // namespace jpki::probe::testing
