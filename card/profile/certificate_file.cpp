#include "profile/certificate_file.hpp"

#include <algorithm>

#include "waist/tlv.hpp"

namespace jpki::card {

namespace {

constexpr std::uint8_t kSequence = 0x30;

}  // namespace

bool is_blank(ByteView data) {
    return std::ranges::all_of(data, [](std::uint8_t byte) { return byte == 0xFF; }) ||
           std::ranges::all_of(data, [](std::uint8_t byte) { return byte == 0x00; });
}

bool looks_like_certificate(ByteView data) {
    const auto header = parse_tlv_header(data);
    return header && header->tag == kSequence && header->header_length > 2;
}

Status CertificateFile::accept(FileReader::Part part) {
    if (part.from + part.data.size() <= prefix_.size()) {
        return fail(prefix_.empty() ? Errc::file_not_found : Errc::malformed_answer,
                    "the file ends before its certificate does");
    }
    append(prefix_, slice(part.data, prefix_.size() - part.from));
    if (total_ != 0) return {};
    if (is_blank(prefix_)) return fail(Errc::file_not_found, "the certificate file holds only filler");
    const auto header = parse_tlv_header(prefix_);
    if (!header || header->tag != kSequence || header->total() > FileReader::kMaximumFile)
        return fail(Errc::malformed_answer, "the certificate file does not begin with a certificate");
    total_ = header->total();
    return {};
}

Status CertificateFile::grow(FileReader& files, FileId file, std::size_t at_least) {
    // Every round brings a byte or fails, so it ends. Half as much again as the longest file takes is
    // enough for a card that answers in smaller pieces, and keeps one that answers in crumbs from holding us
    // for good.
    constexpr unsigned kMaximumReads = 3 * (FileReader::kMaximumFile / FileReader::kChunk + 1) / 2;
    while (total_ == 0 || prefix_.size() < std::min(at_least, total_)) {
        if (++reads_ > kMaximumReads)
            return fail(Errc::malformed_answer, "the card brings its certificate in too small pieces");
        const std::size_t have = prefix_.size();
        const std::size_t want = total_ == 0 ? FileReader::kChunk : total_ - have;
        JPKI_TRY_ASSIGN(FileReader::Part part, files.read(file, have, std::min(want, FileReader::kChunk)));
        JPKI_TRY(accept(std::move(part)));
    }
    if (prefix_.size() > total_) prefix_.resize(total_);
    return {};
}

}  // namespace jpki::card
