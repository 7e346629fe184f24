// A certificate's file as far as it has been read: it grows by what is asked for, up to the length that its
// DER header names. Used by FileCard, which keeps one for each certificate and decides when it is forgotten.
#pragma once

#include "profile/file_reader.hpp"

namespace jpki::card {

class CertificateFile {
  public:
    // Reads until there are `at_least` bytes, or all. Errors: file_not_found, malformed_answer, the reader's.
    Status grow(FileReader& files, FileId file, std::size_t at_least);
    // What was read of the file elsewhere.
    Status accept(FileReader::Part part);

    [[nodiscard]] ByteView bytes() const noexcept { return prefix_; }
    // Of the whole certificate; 0 until its beginning has been read.
    [[nodiscard]] std::size_t size() const noexcept { return total_; }

  private:
    Bytes prefix_;
    std::size_t total_ = 0;  // from the DER header
    unsigned reads_ = 0;     // that this took so far
};

// A certificate that is not there reads as nothing or as filler.
bool is_blank(ByteView data);
bool looks_like_certificate(ByteView data);

}  // namespace jpki::card
