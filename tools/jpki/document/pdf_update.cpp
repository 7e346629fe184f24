#include "document/pdf_update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "document/pdf_certification.hpp"
#include "document/pdf_objects.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

// Wide enough for any offset; blanks fill up what is not needed.
constexpr std::string_view kByteRange = "/ByteRange [0 0000000000 0000000000 0000000000]";
constexpr int kDeepestPage = 64;
// ISO 32000-1, Annex C.2.
constexpr int kMostObjects = 8388607;
// Signature, field, and perhaps a cross-reference stream.
constexpr int kNewObjects = 3;
constexpr int kPrintAndLocked = 132;
constexpr int kSignaturesExistAppendOnly = 3;

std::string number_as_name(int number) { return fmt::format("Signature{}", number); }

PdfObject first_page(const PdfDocument& pdf) {
    PdfObject node = pdf.root()["/Pages"];
    for (int depth = 0; depth < kDeepestPage && node.is_dictionary(); ++depth) {
        const PdfObject kids = node["/Kids"];
        if (!kids.is_array() && node.is_indirect()) return node;
        node = kids.at(0);
    }
    throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_no_page));
}

std::string free_field_name(const PdfObject& fields) {
    std::set<std::string> taken;
    for (int i = 0; i < fields.size(); ++i)
        taken.insert(fields.at(i)["/T"].utf8());
    int number = 1;
    while (taken.contains(number_as_name(number)))
        ++number;
    return number_as_name(number);
}

// An array with a reference more: in its own object if it has one, else within `owner` under `key`.
void append_to_array(NewObjects& objects, const PdfObject& array, const std::string& reference,
                     const char* key, Entries& owner) {
    const std::string longer = array_with(array, reference);
    if (array.is_array() && array.is_indirect()) {
        objects[array.id()] = longer;
    } else {
        owner[key] = longer;
    }
}

std::string signature_text(const PdfObject& any, const PdfLabels& labels, std::size_t size) {
    const char* filter = labels.format == PdfFormat::pades ? "/ETSI.CAdES.detached" : "/adbe.pkcs7.detached";
    const std::string name = labels.name.empty() ? "" : "/Name " + any.text_written(labels.name) + " ";
    return fmt::format("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {} /M ({}) {}\n{}\n/Contents <{}> >>",
                       filter, pdf_date(labels.when), name, kByteRange, std::string(size * 2, '0'));
}

// libqpdf has made sure that no object has this number or a higher one.
int first_free_number(const PdfDocument& pdf) {
    const long long number = pdf.trailer()["/Size"].integer();
    if (number < 1 || number + kNewObjects > kMostObjects)
        throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_objects));
    return static_cast<int>(number);
}

// Looked for in the signature's own dictionary only: the document may hold the same words elsewhere.
PdfRoom room_in(std::string text, std::size_t dictionary, std::size_t size) {
    static constexpr std::string_view kContents = "/Contents ";
    const std::size_t range_at = text.find(kByteRange, dictionary);
    const std::size_t begin = text.find(kContents, range_at) + kContents.size();
    const std::size_t end = begin + size * 2 + 2;
    std::string range = fmt::format("/ByteRange [0 {} {} {}]", begin, end, text.size() - end);
    range.resize(kByteRange.size(), ' ');
    text.replace(range_at, range.size(), range);
    return {{text.begin(), text.end()}, begin, end};
}

}  // namespace

PdfUpdate::PdfUpdate(Bytes file)
    : file_(std::move(file)), pdf_(std::make_unique<PdfDocument>(file_, Exit::failed)) {
    const auto newest = newest_cross_reference({reinterpret_cast<const char*>(file_.data()), file_.size()});
    if (!newest) throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_no_xref));
    newest_ = *newest;
    // What is certified as final is broken by any change.
    if (certification_of(*pdf_) == Permission::nothing)
        throw Failure(Exit::refused, say(Text::pdf_certified));
    // What needs nobody's certificate fails now.
    (void)make_room({}, 0);
}

PdfRoom PdfUpdate::make_room(const PdfLabels& labels, std::size_t size) const {
    const PdfObject root = pdf_->root();
    const PdfObject page = first_page(*pdf_);
    if (!root.is_indirect()) throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_no_page));
    const int first = first_free_number(*pdf_);
    const PdfId signature{first, 0};
    const PdfId field{first + 1, 0};
    NewObjects objects;

    Entries in_page;
    append_to_array(objects, page["/Annots"], reference_to(field), "/Annots", in_page);
    if (!in_page.empty()) objects[page.id()] = dictionary_with(page, in_page);

    const PdfObject form = root["/AcroForm"];
    const PdfObject fields = form["/Fields"];
    Entries in_form{{"/SigFlags", std::to_string(kSignaturesExistAppendOnly)}};
    append_to_array(objects, fields, reference_to(field), "/Fields", in_form);
    if (form.is_dictionary() && form.is_indirect()) {
        objects[form.id()] = dictionary_with(form, in_form);
    } else {
        objects[root.id()] = dictionary_with(root, {{"/AcroForm", dictionary_with(form, in_form)}});
    }

    objects[signature] = signature_text(root, labels, size);
    objects[field] =
        fmt::format("<< /Type /Annot /Subtype /Widget /FT /Sig /T ({}) /V {} /F {} /Rect [0 0 0 0] /P {} >>",
                    free_field_name(fields), reference_to(signature), kPrintAndLocked, page.written());

    std::string text(file_.begin(), file_.end());
    const Appended appended = append_objects(text, objects);
    append_cross_reference(text, appended, pdf_->trailer(), newest_, first + 2);
    pdf_->require_undamaged(Exit::failed);
    return room_in(std::move(text), appended.at(signature), size);
}

void PdfRoom::fill(const Bytes& cms) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    if (cms.size() * 2 + 2 > end - begin) throw Failure(Exit::failed, say(Text::cms_not_made));
    std::size_t at = begin + 1;
    for (const std::uint8_t byte : cms) {
        file[at++] = static_cast<std::uint8_t>(kDigits[byte >> 4U]);
        file[at++] = static_cast<std::uint8_t>(kDigits[byte & 0x0FU]);
    }
}

}  // namespace jpki::app
