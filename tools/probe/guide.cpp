#include "probe/guide.hpp"

#include "probe/layout.hpp"
#include "probe/lifting.hpp"
#include "probe/text.hpp"

namespace jpki::probe {

namespace {

constexpr Step kSteps[] = {
#define JPKI_STEP(id, kind, commands, english, japanese) {#id, StepKind::kind, commands, {english, japanese}},
#include "guide.def"
#undef JPKI_STEP
};

using Outcome = StepResult::Outcome;

std::string question_of(const Step& step, const std::string& module) {
    std::string page;
    if (!step.commands.empty()) {
        std::string lines = app::fill(step.commands, module) + "\n";
        for (std::size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1)
            lines.insert(at, "    ");
        page = lines + "\n";
    }
    return page + hanging("", app::fill(step.words.spoken(), module));
}

class Guide {
  public:
    Guide(ReaderSystem& readers, const AtrOf& atr_of, User& user, const RunOptions& run_options,
          const Guidance& how)
        : readers_(&readers), atr_of_(&atr_of), user_(&user), run_options_(&run_options), how_(&how) {}

    Guided take() {
        user_->tell(say(Text::guide_introduction, steps().size()) + "\n");
        for (const Step& step : steps())
            guided_.results.push_back(ended_ ? StepResult{.step = &step} : take(step));
        if (!asked()) throw Failure{Exit::cancelled, say(Text::said_no)};
        return std::move(guided_);
    }

  private:
    StepResult take(const Step& step) {
        user_->tell("\n" + say(Text::guide_step, &step - steps().data() + 1, steps().size()) + "\n\n");
        switch (step.kind) {
            case StepKind::asks:
                user_->tell(hanging("", text(Text::guide_asks)) + "\n");
                guided_.found = ask_card(*readers_, *atr_of_, *user_, *run_options_, how_->retry);
                user_->tell("\n");
                break;
            case StepKind::lifts: return lift(step);
            case StepKind::auth_pin:
            case StepKind::both_pins:
                if (is_full(step.kind)) break;
                user_->tell(hanging("", text(Text::guide_not_full)));
                return {.step = &step, .outcome = Outcome::not_full};
            case StepKind::told: break;
        }
        user_->tell(question_of(step, how_->module));
        return {.step = &step, .outcome = ask(Text::guide_question)};
    }

    Outcome ask(Text question) {
        const auto typed = user_->ask(say(question));
        if (!typed) throw Failure{Exit::refused, say(Text::guide_nobody), say(Text::guide_nobody_advice)};
        ended_ = *typed == 'q' || *typed == User::kInterrupted;
        return *typed == 'y' ? Outcome::yes : *typed == 'n' ? Outcome::no : Outcome::left_out;
    }

    StepResult lift(const Step& step) {
        user_->tell(question_of(step, how_->module));
        if (ask(Text::guide_ready) != Outcome::yes) return {.step = &step};
        auto context = readers_->open();
        if (!context) return {.step = &step};
        return {.step = &step,
                .outcome = Outcome::counted,
                .note = count_lifting(**context, guided_.found.reader, *user_, *how_)};
    }

    [[nodiscard]] bool asked() const { return !guided_.found.run.record.exchanges.empty(); }

    // A wrong PIN costs a try: never where one is gone already, or nobody knows.
    [[nodiscard]] bool is_full(StepKind kind) const {
        constexpr std::uint8_t kAuthentication = 3;
        constexpr std::uint8_t kSignature = 5;
        const Record& record = guided_.found.run.record;
        const auto left = [&record](std::string_view id) { return record.of(id).sw.tries_left(); };
        return left("auth_tries") == kAuthentication &&
               (kind == StepKind::auth_pin || left("sign_tries") == kSignature);
    }

    ReaderSystem* readers_;
    const AtrOf* atr_of_;
    User* user_;
    const RunOptions* run_options_;
    const Guidance* how_;
    Guided guided_;
    bool ended_ = false;
};

}  // namespace

std::span<const Step> steps() { return kSteps; }

std::string shown(const Step& step, const std::string& module) {
    const std::string asks = step.kind == StepKind::asks ? hanging("", text(Text::guide_asks)) + "\n" : "";
    return say(Text::guide_step, &step - steps().data() + 1, steps().size()) + "\n\n" + asks +
           question_of(step, module);
}

std::string guide_as_text(const std::string& module) {
    std::string page = say(Text::guide_introduction, steps().size()) + "\n";
    for (const Step& step : steps())
        page += "\n" + shown(step, module);
    return page + "\n" + hanging("", text(Text::guide_end));
}

Guided guide(ReaderSystem& readers, const AtrOf& atr_of, User& user, const RunOptions& run_options,
             const Guidance& guidance) {
    return Guide(readers, atr_of, user, run_options, guidance).take();
}

}  // namespace jpki::probe
