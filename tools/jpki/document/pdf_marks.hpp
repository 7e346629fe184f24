// What libqpdf does not tell of a PDF: where the file has its tables, and dates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "document/certificate.hpp"

namespace jpki::app {

struct CrossReference {
    std::size_t offset = 0;
    bool stream = false;  // else a table
};

// The newest one: what the last startxref of the file points to. Nothing when that points nowhere.
std::optional<CrossReference> newest_cross_reference(std::string_view file);

// D:YYYYMMDDHHmmSS+09'00' (ISO 32000-1 §7.9.4).
std::string pdf_date(Time when);
// Nothing when it is none; UTC where it names no zone.
std::optional<Time> time_of_pdf_date(std::string_view date);

}  // namespace jpki::app
