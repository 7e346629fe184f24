#include "profile/file_reader.hpp"

namespace jpki::card {

namespace {

constexpr std::uint8_t kIsSfi = 0x80;  // P1 of READ BINARY: bit 8 set, bits 1 to 5 the identifier

Header read_binary(std::size_t offset) {
    return {0x00, 0xB0, static_cast<std::uint8_t>(offset >> 8U), static_cast<std::uint8_t>(offset & 0xFFU)};
}

}  // namespace

Status FileReader::select(FileId file) {
    if (current_ == file.ef) return {};
    current_ = 0;
    const std::array<std::uint8_t, 2> id{static_cast<std::uint8_t>(file.ef >> 8U),
                                         static_cast<std::uint8_t>(file.ef & 0xFFU)};
    // P1 = 02: EF under the current DF; P2 = 0C: no control information (ISO 7816-4 §7.1.1).
    JPKI_TRY(channel_->require(Command::case3({0x00, 0xA4, 0x02, 0x0C}, id)));
    current_ = file.ef;
    return {};
}

Result<Response> FileReader::read_by_sfi(FileId file, std::uint8_t offset, std::size_t count) {
    const Header header{0x00, 0xB0, static_cast<std::uint8_t>(kIsSfi | file.sfi), offset};
    JPKI_TRY_ASSIGN(Response response, channel_->send(Command::case2(header, count)));
    if (response.sw.ok_or_end_of_file()) {
        current_ = file.ef;  // ISO 7816-4 §7.2.1: the named file becomes current
    } else {
        current_ = 0;
    }
    return response;
}

Result<FileReader::Part> FileReader::read(FileId file, std::size_t offset, std::size_t count) {
    if (offset > kMaximumFile) return fail(Errc::malformed_answer, "a file longer than READ BINARY reaches");
    Part part{offset, {}};
    Response response;
    // A short identifier reaches the first 255 bytes. Starting there costs one byte read twice and saves
    // SELECT.
    if (current_ != file.ef && forms_ == SfiForms::known && offset <= kSfiReach + 1) {
        part.from = std::min(offset, kSfiReach);
        count = std::min(count + (offset - part.from), kChunk);
        JPKI_TRY_ASSIGN(response, read_by_sfi(file, static_cast<std::uint8_t>(part.from), count));
    } else {
        JPKI_TRY(select(file));
        JPKI_TRY_ASSIGN(response, channel_->send(Command::case2(read_binary(offset), count)));
    }
    if (response.sw.value() == 0x6B00) return part;  // the offset lies behind the last byte
    if (!response.sw.ok_or_end_of_file()) return fail(response.sw.error());
    if (response.data.size() > count)
        return fail(Errc::malformed_answer, "READ BINARY brought more than it was asked for",
                    response.sw.value());
    part.data = std::move(response.data);
    return part;
}

}  // namespace jpki::card
