// What a certified PDF allows to be changed (DocMDP, ISO 32000-1 §12.8.2.2 and table 254), and whether a
// later revision kept to it. Compares two readings of one file, up to the end of a signature and whole; it
// judges no signature itself.
#pragma once

#include <cstdint>
#include <optional>

#include "document/pdf_document.hpp"

namespace jpki::app {

enum class Permission : std::uint8_t {
    nothing = 1,      // but validation data (DSS) and document time stamps (ISO 32000-2 §12.8.2.2.2)
    forms = 2,        // fields filled in, signatures
    annotations = 3,  // these, and annotations
};

// Of the author's certification; nothing where there is none.
std::optional<Permission> certification_of(const PdfDocument& pdf);

// An object in which `now` differs from `then` although it must not; nothing: all that was changed is
// allowed. Each object is compared once, so the work is bounded by what both hold.
std::optional<PdfId> forbidden_change(const PdfDocument& then, const PdfDocument& now, Permission permission);

}  // namespace jpki::app
