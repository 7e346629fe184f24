#include "document/pdf_document.hpp"

#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

#include "text/text.hpp"

namespace jpki::app {

namespace {

constexpr std::string_view kHeader = "%PDF-";

std::string_view text_of(const Bytes& file) {
    return {reinterpret_cast<const char*>(file.data()), file.size()};
}

[[noreturn]] void refuse_encrypted(Exit exit) {
    throw Failure(exit, say(Text::pdf_encrypted), say(Text::pdf_encrypted_advice));
}

// What nobody has asked for, libqpdf would write to standard error.
void forget(qpdf_data& document) {
    if (qpdf_has_error(document) != 0) (void)qpdf_get_error(document);
    qpdf_cleanup(&document);
}

}  // namespace

bool PdfObject::is_array() const { return qpdf_oh_is_array(document_, handle_) != 0; }
bool PdfObject::is_dictionary() const { return qpdf_oh_is_dictionary(document_, handle_) != 0; }
bool PdfObject::is_integer() const { return qpdf_oh_is_integer(document_, handle_) != 0; }
bool PdfObject::is_name() const { return qpdf_oh_is_name(document_, handle_) != 0; }
bool PdfObject::is_string() const { return qpdf_oh_is_string(document_, handle_) != 0; }
bool PdfObject::is_stream() const { return qpdf_oh_is_stream(document_, handle_) != 0; }
bool PdfObject::is_indirect() const { return qpdf_oh_is_indirect(document_, handle_) != 0; }

PdfId PdfObject::id() const {
    return {qpdf_oh_get_object_id(document_, handle_), qpdf_oh_get_generation(document_, handle_)};
}

long long PdfObject::integer() const { return is_integer() ? qpdf_oh_get_int_value(document_, handle_) : 0; }

bool PdfObject::is_number() const { return qpdf_oh_is_number(document_, handle_) != 0; }
double PdfObject::number() const { return is_number() ? qpdf_oh_get_numeric_value(document_, handle_) : 0; }

std::string PdfObject::name() const {
    return is_name() ? qpdf_oh_get_name(document_, handle_) : std::string();
}

std::string PdfObject::bytes() const {
    if (!is_string()) return {};
    std::size_t length = 0;
    const char* bytes = qpdf_oh_get_binary_string_value(document_, handle_, &length);
    return {bytes, length};
}

std::string PdfObject::utf8() const {
    if (!is_string()) return {};
    std::size_t length = 0;
    const char* text = qpdf_oh_get_binary_utf8_value(document_, handle_, &length);
    return {text, length};
}

int PdfObject::size() const { return is_array() ? qpdf_oh_get_array_n_items(document_, handle_) : 0; }

PdfObject PdfObject::at(int index) const {
    const bool there = index >= 0 && index < size();
    return {document_,
            there ? qpdf_oh_get_array_item(document_, handle_, index) : qpdf_oh_new_null(document_)};
}

PdfObject PdfObject::operator[](const std::string& key) const {
    return {document_,
            is_dictionary() ? qpdf_oh_get_key(document_, handle_, key.c_str()) : qpdf_oh_new_null(document_)};
}

std::vector<std::string> PdfObject::keys() const {
    std::vector<std::string> all;
    if (!is_dictionary()) return all;
    qpdf_oh_begin_dict_key_iter(document_, handle_);
    while (qpdf_oh_dict_more_keys(document_) != 0)
        all.emplace_back(qpdf_oh_dict_next_key(document_));
    return all;
}

Bytes PdfObject::stream_bytes() const {
    unsigned char* data = nullptr;
    std::size_t size = 0;
    if (!is_stream()) return {};
    (void)qpdf_oh_get_stream_data(document_, handle_, qpdf_dl_none, nullptr, &data, &size);
    const std::unique_ptr<unsigned char, decltype(&std::free)> owned(data, &std::free);
    return data == nullptr ? Bytes() : Bytes(data, data + size);
}

PdfObject PdfObject::stream_dictionary() const {
    return {document_, is_stream() ? qpdf_oh_get_dict(document_, handle_) : qpdf_oh_new_null(document_)};
}

std::string PdfObject::written_out() const { return qpdf_oh_unparse_resolved(document_, handle_); }

std::string PdfObject::written() const { return qpdf_oh_unparse(document_, handle_); }

std::string PdfObject::name_written(const std::string& name) const {
    return PdfObject(document_, qpdf_oh_new_name(document_, name.c_str())).written();
}

std::string PdfObject::text_written(const std::string& utf8) const {
    return PdfObject(document_, qpdf_oh_new_binary_unicode_string(document_, utf8.data(), utf8.size()))
        .written();
}

PdfDocument::PdfDocument(const Bytes& file, Exit exit) {
    const std::string_view text = text_of(file);
    // With anything in front of it, offsets would be counted from the header by some and from the file by
    // others.
    if (!text.starts_with(kHeader)) throw Failure(exit, say(Text::pdf_damaged), say(Text::pdf_no_header));
    document_ = qpdf_init();
    if (document_ == nullptr) throw std::bad_alloc();
    qpdf_silence_errors(document_);
    qpdf_set_suppress_warnings(document_, QPDF_TRUE);
    qpdf_set_attempt_recovery(document_, QPDF_FALSE);
    (void)qpdf_read_memory(document_, "PDF", text.data(), text.size(), nullptr);
    try {
        require_undamaged(exit);
        if (qpdf_is_encrypted(document_) != 0) refuse_encrypted(exit);
    } catch (...) {
        forget(document_);
        throw;
    }
}

PdfDocument::~PdfDocument() { forget(document_); }

PdfObject PdfDocument::root() const { return {document_, qpdf_get_root(document_)}; }
PdfObject PdfDocument::trailer() const { return {document_, qpdf_get_trailer(document_)}; }

void PdfDocument::require_undamaged(Exit exit) const {
    if (qpdf_has_error(document_) != 0) {
        qpdf_error error = qpdf_get_error(document_);
        if (qpdf_get_error_code(document_, error) == qpdf_e_password) refuse_encrypted(exit);
        throw Failure(exit, say(Text::pdf_damaged), say(Text::pdf_repair));
    }
    if (qpdf_more_warnings(document_) != 0)
        throw Failure(exit, say(Text::pdf_damaged), say(Text::pdf_repair));
}

}  // namespace jpki::app
