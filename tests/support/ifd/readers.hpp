// All readers of this pcscd, plugged in or not, as the environment asks for them: JPKI_TEST_IFD is
// COUNT:PORT:FOLDER, and JPKI_TEST_IFD_OPENS how many ms their first opening takes. Reader N has its card on
// port PORT + N and its control socket in FOLDER/ifdN.control.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "reader.hpp"

namespace jpki::testing::ifd {

struct Hotplug {
    std::size_t reader;
    bool plugged_in;
};

class Readers {
  public:
    // Made at the first call and never destroyed: the control threads use it until the process is gone.
    static Readers& all();

    std::size_t count() const { return readers_.size(); }
    // Null when there is no such reader.
    Reader* get(std::size_t number) { return number < readers_.size() ? &readers_[number] : nullptr; }

    // Readable while there is news.
    int news_descriptor() const { return news_.number(); }
    std::optional<Hotplug> news();

  private:
    Readers();
    void announce(Hotplug what);

    std::deque<Reader> readers_;
    vcard::Descriptor news_;
    std::mutex mutex_;
    std::deque<Hotplug> waiting_;
};

}  // namespace jpki::testing::ifd
