// Reads elementary files in as few commands as the card allows, by short identifier or by SELECT, and knows
// which file is current. Used by FileCard inside a lease; it holds no contents and no secrets.
#pragma once

#include "iso7816/channel.hpp"
#include "profile/profile.hpp"

namespace jpki::card {

// Whether the card takes short file identifiers; found out, never assumed (docs/cards.md, "Applications and
// files").
enum class SfiForms : std::uint8_t { unknown, known, unknown_to_card };

class FileReader {
  public:
    static constexpr std::size_t kChunk = Command::kMaximumExpected;
    // READ BINARY with a short identifier addresses 8 bits.
    static constexpr std::size_t kSfiReach = 0xFF;
    // READ BINARY addresses 15 bits (ISO 7816-4 §7.2.2).
    static constexpr std::size_t kMaximumFile = 0x7FFF;

    explicit FileReader(Channel& channel) : channel_(&channel) {}

    // Nothing is current after SELECT of an application, a reset, or a command that named a file by itself.
    void forget_current() noexcept { current_ = 0; }

    [[nodiscard]] SfiForms forms() const noexcept { return forms_; }
    void set_forms(SfiForms forms) noexcept { forms_ = forms; }

    // SELECT by file identifier, unless the file is current. Errors: file_not_found and what Channel reports.
    Status select(FileId file);

    // READ BINARY naming the file by its short identifier; only while nothing is current does an answer prove
    // that the card knows the form. Any status word is an answer.
    Result<Response> read_by_sfi(FileId file, std::uint8_t offset, std::size_t count);

    // At least one byte from `offset`, at most `count`; may begin earlier than `offset` where that saves a
    // SELECT (then `from` says where). An empty answer means the end of the file.
    struct Part {
        std::size_t from;
        Bytes data;
    };
    Result<Part> read(FileId file, std::size_t offset, std::size_t count);

  private:
    Channel* channel_;
    std::uint16_t current_ = 0;
    SfiForms forms_ = SfiForms::unknown;
};

}  // namespace jpki::card
