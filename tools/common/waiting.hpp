// The line that a person sees after a second in which a card gave no answer, on a terminal only; it is wiped
// before anything else is shown. Begun with the first use of the module; whoever writes or asks says so here.
// It never touches the card.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace jpki::app {

class Waiting {
  public:
    // What the line says, and what it says a moment later, which takes a moment to find out (empty: nothing
    // more). One at a time. Where standard error is no terminal it does nothing.
    Waiting(std::string line, std::function<std::string()> longer);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    // Something is about to be shown: the line goes, and time begins anew. Without a Waiting: nothing.
    static void shown();

    // While a person is asked, or nothing is waited for.
    class Pause {
      public:
        Pause();
        ~Pause();
        Pause(const Pause&) = delete;
        Pause& operator=(const Pause&) = delete;
    };

  private:
    struct Shared;
    static Shared* current;
    std::unique_ptr<Shared> shared_;
};

}  // namespace jpki::app
