#include "pdf_update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "pdf_objects.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

// Wide enough for any offset; blanks fill up what is not needed.
constexpr std::string_view kByteRange = "/ByteRange [0 0000000000 0000000000 0000000000]";
constexpr int kDeepestPage = 64;
// ISO 32000-1, Annex C.2.
constexpr int kMostObjects = 8388607;
constexpr int kPrintAndLocked = 132;
constexpr int kSignaturesExistAppendOnly = 3;

std::string number_as_name(int number) { return fmt::format("Signature{}", number); }

QPDFObjectHandle first_page(QPDF& pdf) {
    QPDFObjectHandle node = pdf.getRoot().getKey("/Pages");
    for (int depth = 0; depth < kDeepestPage; ++depth) {
        if (!node.isDictionary()) break;
        QPDFObjectHandle kids = node.getKey("/Kids");
        if (!kids.isArray()) {
            if (node.isIndirect()) return node;
            break;
        }
        if (kids.getArrayNItems() == 0) break;
        node = kids.getArrayItem(0);
    }
    throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_no_page));
}

// ISO 32000-1 §12.8.2.2: a certified document may say that nothing at all may be added.
bool certified_as_final(QPDF& pdf) {
    QPDFObjectHandle permissions = pdf.getRoot().getKey("/Perms");
    if (!permissions.isDictionary()) return false;
    QPDFObjectHandle signature = permissions.getKey("/DocMDP");
    QPDFObjectHandle references =
        signature.isDictionary() ? signature.getKey("/Reference") : QPDFObjectHandle::newNull();
    for (int i = 0; references.isArray() && i < references.getArrayNItems(); ++i) {
        QPDFObjectHandle reference = references.getArrayItem(i);
        if (!reference.isDictionary()) continue;
        QPDFObjectHandle parameters = reference.getKey("/TransformParams");
        if (!parameters.isDictionary()) continue;
        QPDFObjectHandle level = parameters.getKey("/P");
        if (level.isInteger() && level.getIntValue() == 1) return true;
    }
    return false;
}

std::string free_field_name(QPDFObjectHandle fields) {
    std::set<std::string> taken;
    for (int i = 0; fields.isArray() && i < fields.getArrayNItems(); ++i) {
        QPDFObjectHandle field = fields.getArrayItem(i);
        QPDFObjectHandle name = field.isDictionary() ? field.getKey("/T") : field;
        if (name.isString()) taken.insert(name.getUTF8Value());
    }
    int number = 1;
    while (taken.contains(number_as_name(number)))
        ++number;
    return number_as_name(number);
}

// An array with a reference more: in its own object if it has one, else within `owner` under `key`.
void append_to_array(NewObjects& objects, QPDFObjectHandle array, const std::string& reference,
                     const char* key, Entries& owner) {
    const std::string longer = array_with(array, reference);
    if (array.isArray() && array.isIndirect()) {
        objects[array.getObjGen()] = longer;
    } else {
        owner[key] = longer;
    }
}

std::string signature_text(const PdfLabels& labels, std::size_t size) {
    std::string text = "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter ";
    text += labels.format == PdfFormat::pades ? "/ETSI.CAdES.detached" : "/adbe.pkcs7.detached";
    text += " /M " + QPDFObjectHandle::newString(pdf_date(labels.when)).unparse();
    if (!labels.name.empty()) text += " /Name " + QPDFObjectHandle::newUnicodeString(labels.name).unparse();
    return text + "\n" + std::string(kByteRange) + "\n/Contents <" + std::string(size * 2, '0') + "> >>";
}

int first_free_number(QPDF& pdf) {
    QPDFObjectHandle size = pdf.getTrailer().getKey("/Size");
    const long long said = size.isInteger() ? size.getIntValue() : 0;
    const long long number = std::max<long long>(said, static_cast<long long>(pdf.getObjectCount()) + 1);
    if (number + 3 > kMostObjects)
        throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_objects));
    return static_cast<int>(number);
}

void set_byte_range(PdfRoom& room) {
    const auto begin = room.file.begin();
    const auto at = std::search(begin, room.file.begin() + static_cast<std::ptrdiff_t>(room.begin),
                                kByteRange.begin(), kByteRange.end());
    std::string range =
        fmt::format("/ByteRange [0 {} {} {}]", room.begin, room.end, room.file.size() - room.end);
    range.resize(kByteRange.size(), ' ');
    std::ranges::copy(range, at);
}

}  // namespace

PdfUpdate::PdfUpdate(Octets file) : file_(std::move(file)), pdf_(open_pdf(file_, Exit::failed)) {
    const auto newest = newest_cross_reference({reinterpret_cast<const char*>(file_.data()), file_.size()});
    if (!newest) throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_no_xref));
    newest_ = *newest;
    with_qpdf(Exit::failed, [this] {
        if (certified_as_final(*pdf_)) throw Failure(Exit::refused, say(Text::pdf_certified));
    });
    // What needs nobody's certificate fails now.
    (void)make_room({}, 0);
    if (pdf_->anyWarnings()) throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_repair));
}

PdfRoom PdfUpdate::make_room(const PdfLabels& labels, std::size_t size) const {
    return with_qpdf(Exit::failed, [&] {
        QPDFObjectHandle root = pdf_->getRoot();
        QPDFObjectHandle page = first_page(*pdf_);
        if (!root.isIndirect()) throw Failure(Exit::failed, say(Text::pdf_damaged), say(Text::pdf_no_page));
        const int first = first_free_number(*pdf_);
        const QPDFObjGen signature(first, 0);
        const QPDFObjGen field(first + 1, 0);
        NewObjects objects;

        Entries in_page;
        append_to_array(objects, page.getKey("/Annots"), reference_to(field), "/Annots", in_page);
        if (!in_page.empty()) objects[page.getObjGen()] = dictionary_with(page, in_page);

        QPDFObjectHandle form = root.getKey("/AcroForm");
        QPDFObjectHandle fields = form.isDictionary() ? form.getKey("/Fields") : QPDFObjectHandle::newNull();
        Entries in_form{{"/SigFlags", std::to_string(kSignaturesExistAppendOnly)}};
        append_to_array(objects, fields, reference_to(field), "/Fields", in_form);
        if (form.isDictionary() && form.isIndirect()) {
            objects[form.getObjGen()] = dictionary_with(form, in_form);
        } else {
            objects[root.getObjGen()] =
                dictionary_with(root, {{"/AcroForm", dictionary_with(form, in_form)}});
        }

        objects[signature] = signature_text(labels, size);
        objects[field] = fmt::format(
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({}) /V {} /F {} /Rect [0 0 0 0] /P {} >>",
            free_field_name(fields), reference_to(signature), kPrintAndLocked,
            reference_to(page.getObjGen()));

        std::string text(file_.begin(), file_.end());
        const std::size_t original = text.size();
        const Appended appended = append_objects(text, objects);
        append_cross_reference(text, appended, pdf_->getTrailer(), newest_, first + 2);

        PdfRoom room{{text.begin(), text.end()}, 0, 0};
        const std::size_t dictionary = text.find("/Contents <", text.find(kByteRange, original));
        room.begin = text.find('<', dictionary);
        room.end = room.begin + size * 2 + 2;
        set_byte_range(room);
        return room;
    });
}

void PdfRoom::fill(const Octets& cms) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    if (cms.size() * 2 + 2 > end - begin) throw Failure(Exit::failed, say(Text::cms_not_made));
    std::size_t at = begin + 1;
    for (const std::uint8_t octet : cms) {
        file[at++] = static_cast<std::uint8_t>(kDigits[octet >> 4U]);
        file[at++] = static_cast<std::uint8_t>(kDigits[octet & 0x0FU]);
    }
}

}  // namespace jpki::app
