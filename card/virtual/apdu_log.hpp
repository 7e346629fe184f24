// The card's diary: one text line an exchange, kept in memory and, when asked, appended to a file.
// Written by the card only. Data fields are never written, but for SELECT, whose data is a name: so no PIN,
// no hash and no certificate byte can get in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "waist/bytes.hpp"

namespace jpki::vcard {

class ApduLog {
  public:
    // Appends to `path` from now on, one flushed line at a time. False when it cannot be opened.
    bool open(const std::string& path);

    // `index` counts from 0 and never starts again; `answer` is empty for a mute card.
    void exchange(std::size_t index, std::string_view name, ByteView command, ByteView answer);
    // Power and reset: "* POWER ON".
    void event(std::string_view what);

    const std::vector<std::string>& lines() const { return lines_; }
    void clear() { lines_.clear(); }

  private:
    void add(std::string line);

    std::vector<std::string> lines_;
    std::string path_;
};

}  // namespace jpki::vcard
