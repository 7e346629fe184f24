// A PDF as libqpdf sees it, and what it cannot tell: where the file itself has its tables and dates. Nothing
// damaged is repaired here, since what is signed must be what everybody sees.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <qpdf/QPDF.hh>
#include <string>
#include <string_view>

#include "certificate.hpp"
#include "failure.hpp"

namespace jpki::app {

// `file` has to outlive what is returned. Throws Failure(`exit`) when it is encrypted, damaged or no PDF.
std::unique_ptr<QPDF> open_pdf(const Octets& file, Exit exit);

// Runs `work`; whatever libqpdf throws in it becomes Failure(`exit`).
template <class Work>
auto with_qpdf(Exit exit, const Work& work) -> decltype(work());

[[noreturn]] void refuse_pdf(Exit exit, const std::exception& thrown);

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

template <class Work>
auto with_qpdf(Exit exit, const Work& work) -> decltype(work()) {
    try {
        return work();
    } catch (const Failure&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& thrown) {
        refuse_pdf(exit, thrown);
    }
}

}  // namespace jpki::app
