// A PDF as libqpdf reads it, to be looked at and never changed. Nothing damaged is repaired here, since what
// is signed must be what everybody sees. (By libqpdf's C interface: clang cannot compile the headers of its
// C++ one as C++20.)
#pragma once

#include <qpdf/qpdf-c.h>

#include <compare>
#include <string>
#include <vector>

#include "text/failure.hpp"
#include "waist/bytes.hpp"

namespace jpki::app {

struct PdfId {
    int number = 0;
    int generation = 0;
    auto operator<=>(const PdfId&) const = default;
};

// Valid as long as its document. What is asked of another type is answered with null, 0 or nothing.
class PdfObject {
  public:
    PdfObject(qpdf_data document, qpdf_oh handle) : document_(document), handle_(handle) {}

    [[nodiscard]] bool is_array() const;
    [[nodiscard]] bool is_dictionary() const;
    [[nodiscard]] bool is_integer() const;
    [[nodiscard]] bool is_name() const;
    [[nodiscard]] bool is_string() const;
    [[nodiscard]] bool is_stream() const;
    [[nodiscard]] bool is_indirect() const;

    [[nodiscard]] PdfId id() const;
    [[nodiscard]] bool is_number() const;
    [[nodiscard]] long long integer() const;
    [[nodiscard]] double number() const;
    [[nodiscard]] std::string name() const;  // with its slash
    [[nodiscard]] std::string bytes() const;
    [[nodiscard]] std::string utf8() const;

    [[nodiscard]] int size() const;
    [[nodiscard]] PdfObject at(int index) const;
    [[nodiscard]] PdfObject operator[](const std::string& key) const;
    [[nodiscard]] std::vector<std::string> keys() const;

    // Of a stream: what stands in the file, still compressed, and its dictionary.
    [[nodiscard]] Bytes stream_bytes() const;
    [[nodiscard]] PdfObject stream_dictionary() const;

    // As it stands in a file; an indirect one as a reference, or as what that refers to.
    [[nodiscard]] std::string written() const;
    [[nodiscard]] std::string written_out() const;
    // These may hold any byte.
    [[nodiscard]] std::string name_written(const std::string& name) const;
    [[nodiscard]] std::string text_written(const std::string& utf8) const;

  private:
    qpdf_data document_;
    qpdf_oh handle_;
};

class PdfDocument {
  public:
    // `file` has to outlive this. Throws Failure(`exit`) when it is encrypted, damaged or no PDF.
    PdfDocument(const Bytes& file, Exit exit);
    ~PdfDocument();
    PdfDocument(const PdfDocument&) = delete;
    PdfDocument& operator=(const PdfDocument&) = delete;

    [[nodiscard]] PdfObject root() const;
    [[nodiscard]] PdfObject trailer() const;

    // Throws Failure if something was found damaged since, by whoever looked at an object.
    void require_undamaged(Exit exit) const;

  private:
    qpdf_data document_ = nullptr;
};

}  // namespace jpki::app
