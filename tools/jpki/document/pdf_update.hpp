// Appends room for a signature to a PDF, as an incremental update (ISO 32000-1 §7.5.6): the original stays in
// front, byte by byte, so that signatures in it stay right. libqpdf reads; what is appended is written
// here.
#pragma once

#include <memory>
#include <string>

#include "document/document.hpp"
#include "document/pdf_document.hpp"
#include "document/pdf_marks.hpp"

namespace jpki::app {

struct PdfLabels {
    PdfFormat format = PdfFormat::registry;
    std::string name;  // of the signer, UTF-8; empty: left out
    Time when;
};

// The file, complete but for the signature, which is hashed without [begin, end): "<", zeros, ">".
struct PdfRoom {
    Bytes file;
    std::size_t begin = 0;
    std::size_t end = 0;

    // Throws Failure when it does not fit.
    void fill(const Bytes& cms);
};

class PdfUpdate {
  public:
    // Throws Failure: encrypted, damaged, without pages, or certified as never to be changed.
    explicit PdfUpdate(Bytes file);

    // `size`: bytes of the signature at most.
    [[nodiscard]] PdfRoom make_room(const PdfLabels& labels, std::size_t size) const;

  private:
    Bytes file_;
    std::unique_ptr<PdfDocument> pdf_;
    CrossReference newest_;
};

}  // namespace jpki::app
