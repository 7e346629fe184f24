#include "document/pdf_objects.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <new>
#include <set>

namespace jpki::app {

namespace {

// What belongs to one cross-reference only, and what is written anew.
const std::set<std::string> kOwn{"/Type", "/Size",   "/Prev",        "/XRefStm", "/W",      "/Index",
                                 "/ID",   "/Filter", "/DecodeParms", "/Length",  "/Encrypt"};

constexpr std::size_t kIdentifier = 16;

// The first part is the document's for ever, the second one this version's (ISO 32000-1 §14.4).
std::string identifiers(const PdfObject& trailer) {
    std::array<unsigned char, kIdentifier> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::bad_alloc();
    std::string version = "<";
    for (const unsigned char byte : random)
        version += fmt::format("{:02x}", byte);
    version += ">";
    const PdfObject before = trailer["/ID"];
    const std::string document = before.at(0).is_string() ? before.at(0).written() : version;
    return fmt::format("[ {} {} ]", document, version);
}

std::string trailer_entries(const PdfObject& trailer, CrossReference newest, int size) {
    std::string text;
    for (const std::string& key : trailer.keys())
        if (!kOwn.contains(key))
            text += fmt::format("{} {} ", trailer.name_written(key), trailer[key].written());
    return text + fmt::format("/Size {} /Prev {} /ID {}", size, newest.offset, identifiers(trailer));
}

// Calls `run` with the first and the number of every run of object numbers, and `each` with what is in it.
template <class Run, class Each>
void for_runs(const Appended& appended, const Run& run, const Each& each) {
    for (auto at = appended.begin(); at != appended.end();) {
        auto end = at;
        int count = 0;
        while (end != appended.end() && end->first.number == at->first.number + count) {
            ++end;
            ++count;
        }
        run(at->first.number, count);
        for (; at != end; ++at)
            each(at->first, at->second);
    }
}

void append_number(std::string& to, std::size_t number, int bytes) {
    for (int i = bytes - 1; i >= 0; --i)
        to += static_cast<char>((number >> (8U * static_cast<unsigned>(i))) & 0xFFU);
}

void append_table(std::string& file, const Appended& appended) {
    file += "xref\n";
    for_runs(
        appended, [&file](int first, int count) { file += fmt::format("{} {}\n", first, count); },
        [&file](PdfId object, std::size_t offset) {
            file += fmt::format("{:010} {:05} n \n", offset, object.generation);
        });
}

}  // namespace

std::string reference_to(PdfId object) { return fmt::format("{} {} R", object.number, object.generation); }

std::string array_with(const PdfObject& array, const std::string& item) {
    std::string text = "[ ";
    for (int i = 0; i < array.size(); ++i)
        text += array.at(i).written() + " ";
    return text + item + " ]";
}

std::string dictionary_with(const PdfObject& dictionary, const Entries& entries) {
    std::string text = "<< ";
    for (const std::string& key : dictionary.keys())
        if (!entries.contains(key))
            text += fmt::format("{} {} ", dictionary.name_written(key), dictionary[key].written());
    for (const auto& [key, value] : entries)
        text += fmt::format("{} {} ", key, value);
    return text + ">>";
}

Appended append_objects(std::string& file, const NewObjects& objects) {
    Appended appended;
    if (!file.ends_with('\n')) file += '\n';
    for (const auto& [object, text] : objects) {
        appended[object] = file.size();
        file += fmt::format("{} {} obj\n{}\nendobj\n", object.number, object.generation, text);
    }
    return appended;
}

void append_cross_reference(std::string& file, Appended appended, const PdfObject& trailer,
                            CrossReference newest, int size) {
    const std::size_t here = file.size();
    if (!newest.stream) {
        append_table(file, appended);
        file += fmt::format("trailer\n<< {} >>\n", trailer_entries(trailer, newest, size));
    } else {
        // It is an object itself, and knows where it is.
        appended[{size, 0}] = here;
        std::string index;
        std::string rows;
        for_runs(
            appended, [&index](int first, int count) { index += fmt::format("{} {} ", first, count); },
            [&rows](PdfId object, std::size_t offset) {
                append_number(rows, 1, 1);
                append_number(rows, offset, 5);
                append_number(rows, static_cast<std::size_t>(object.generation), 2);
            });
        file += fmt::format("{} 0 obj\n<< /Type /XRef /W [ 1 5 2 ] /Index [ {}] /Length {} {} >>\nstream\n",
                            size, index, rows.size(), trailer_entries(trailer, newest, size + 1));
        file += rows + "\nendstream\nendobj\n";
    }
    file += fmt::format("startxref\n{}\n%%EOF\n", here);
}

}  // namespace jpki::app
