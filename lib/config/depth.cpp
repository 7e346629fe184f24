#include "config/depth.hpp"

#include <algorithm>
#include <array>

namespace jpki::p11 {

namespace {

// What a bracket has opened, or a line outside of any.
struct Level {
    std::size_t dots = 0;   // of the key that is being read, or whose value is
    bool in_value = false;  // where a dot belongs to a number or a date
    bool array = false;
};

class Scan {
  public:
    explicit Scan(std::string_view text) : text_(text) {}

    std::optional<TextPlace> too_deep() {
        while (at_ < text_.size()) {
            const std::size_t here = at_;
            if (text_[at_] == '"' || text_[at_] == '\'') {
                skip_string();
            } else if (text_[at_] == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else {
                take(text_[at_++]);
                if (depth() > kMaximumDepth) return place_of(here);
            }
        }
        return std::nullopt;
    }

  private:
    void take(char character) {
        Level& level = levels_[open_];
        switch (character) {
            case '[':
            case '{':
                if (in_header_) break;
                if (character == '[' && open_ == 0 && !level.in_value) {
                    in_header_ = true;  // all keys up to the next one stand in it
                    header_ = 1;
                } else {
                    levels_[++open_] = {.dots = 0, .in_value = character == '[', .array = character == '['};
                }
                break;
            case ']':
            case '}':
                if (open_ > 0) --open_;
                break;
            case ',':
                level.dots = 0;
                level.in_value = level.array;
                break;
            case '=': level.in_value = true; break;
            case '.':
                if (!level.in_value) ++(in_header_ ? header_ : level.dots);
                break;
            case '\n':
                in_header_ = false;
                if (open_ == 0) level = {};
                break;
            default: break;
        }
    }

    void skip_string() {
        const char quote = text_[at_];
        const std::array<char, 3> three{quote, quote, quote};
        const std::string_view fence(three.data(), three.size());
        const bool long_one = text_.substr(at_).starts_with(fence);
        at_ += long_one ? fence.size() : 1;
        while (at_ < text_.size()) {
            if (text_[at_] == '\\' && quote == '"') {
                at_ = std::min(at_ + 2, text_.size());
            } else if (long_one && text_.substr(at_).starts_with(fence)) {
                at_ += fence.size();
                // Up to two quotes before the last three are the text's.
                for (int more = 0; more < 2 && text_.substr(at_).starts_with(quote); ++more)
                    ++at_;
                return;
            } else if (!long_one && (text_[at_] == quote || text_[at_] == '\n')) {
                if (text_[at_] == quote) ++at_;  // a line's end without it is a mistake, which ends the text
                return;
            } else {
                ++at_;
            }
        }
    }

    [[nodiscard]] std::size_t depth() const {
        std::size_t depth = header_ + open_;
        for (std::size_t i = 0; i <= open_; ++i)
            depth += levels_[i].dots;
        return depth;
    }

    [[nodiscard]] TextPlace place_of(std::size_t at) const {
        const std::string_view before = text_.substr(0, at);
        const auto lines = std::ranges::count(before, '\n');
        const std::size_t begin = lines == 0 ? 0 : before.rfind('\n') + 1;
        return {.line = static_cast<std::uint32_t>(lines + 1),
                .column = static_cast<std::uint32_t>(at - begin + 1)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::array<Level, kMaximumDepth + 2> levels_{};
    std::size_t open_ = 0;
    std::size_t header_ = 0;
    bool in_header_ = false;
};

}  // namespace

std::optional<TextPlace> too_deep(std::string_view text) { return Scan(text).too_deep(); }

}  // namespace jpki::p11
