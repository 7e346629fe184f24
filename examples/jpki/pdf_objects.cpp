#include "pdf_objects.hpp"

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
std::string identifiers(QPDFObjectHandle trailer) {
    std::array<unsigned char, kIdentifier> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::bad_alloc();
    std::string version = "<";
    for (const unsigned char octet : random)
        version += fmt::format("{:02x}", octet);
    version += ">";
    QPDFObjectHandle before = trailer.getKey("/ID");
    const bool known = before.isArray() && before.getArrayNItems() == 2 && before.getArrayItem(0).isString();
    return "[ " + (known ? before.getArrayItem(0).unparse() : version) + " " + version + " ]";
}

std::string trailer_entries(QPDFObjectHandle trailer, CrossReference newest, int size) {
    std::string text;
    for (const std::string& key : trailer.getKeys())
        if (!kOwn.contains(key))
            text += QPDFObjectHandle::newName(key).unparse() + " " + trailer.getKey(key).unparse() + " ";
    return text + fmt::format("/Size {} /Prev {} /ID {}", size, newest.offset, identifiers(trailer));
}

// Calls `run` with the first and the number of every run of object numbers, and `each` with what is in it.
template <class Run, class Each>
void for_runs(const Appended& appended, const Run& run, const Each& each) {
    for (auto at = appended.begin(); at != appended.end();) {
        auto end = at;
        int count = 0;
        while (end != appended.end() && end->first.getObj() == at->first.getObj() + count) {
            ++end;
            ++count;
        }
        run(at->first.getObj(), count);
        for (; at != end; ++at)
            each(at->first, at->second);
    }
}

void append_number(std::string& to, std::size_t number, int octets) {
    for (int i = octets - 1; i >= 0; --i)
        to += static_cast<char>((number >> (8U * static_cast<unsigned>(i))) & 0xFFU);
}

void append_table(std::string& file, const Appended& appended) {
    file += "xref\n";
    for_runs(
        appended, [&file](int first, int count) { file += fmt::format("{} {}\n", first, count); },
        [&file](QPDFObjGen object, std::size_t offset) {
            file += fmt::format("{:010} {:05} n \n", offset, object.getGen());
        });
}

}  // namespace

std::string reference_to(QPDFObjGen object) {
    return fmt::format("{} {} R", object.getObj(), object.getGen());
}

std::string array_with(QPDFObjectHandle array, const std::string& item) {
    std::string text = "[ ";
    for (int i = 0; array.isArray() && i < array.getArrayNItems(); ++i)
        text += array.getArrayItem(i).unparse() + " ";
    return text + item + " ]";
}

std::string dictionary_with(QPDFObjectHandle dictionary, const Entries& entries) {
    std::string text = "<< ";
    if (dictionary.isDictionary())
        for (const std::string& key : dictionary.getKeys())
            if (!entries.contains(key))
                text +=
                    QPDFObjectHandle::newName(key).unparse() + " " + dictionary.getKey(key).unparse() + " ";
    for (const auto& [key, value] : entries)
        text += key + " " + value + " ";
    return text + ">>";
}

Appended append_objects(std::string& file, const NewObjects& objects) {
    Appended appended;
    if (!file.ends_with('\n')) file += '\n';
    for (const auto& [object, text] : objects) {
        appended[object] = file.size();
        file += fmt::format("{} {} obj\n{}\nendobj\n", object.getObj(), object.getGen(), text);
    }
    return appended;
}

void append_cross_reference(std::string& file, Appended appended, QPDFObjectHandle trailer,
                            CrossReference newest, int size) {
    const std::size_t here = file.size();
    if (!newest.stream) {
        append_table(file, appended);
        file += "trailer\n<< " + trailer_entries(trailer, newest, size) + " >>\n";
    } else {
        // It is an object itself, and knows where it is.
        appended[QPDFObjGen(size, 0)] = here;
        std::string index;
        std::string rows;
        for_runs(
            appended, [&index](int first, int count) { index += fmt::format("{} {} ", first, count); },
            [&rows](QPDFObjGen object, std::size_t offset) {
                append_number(rows, 1, 1);
                append_number(rows, offset, 5);
                append_number(rows, static_cast<std::size_t>(object.getGen()), 2);
            });
        file += fmt::format("{} 0 obj\n<< /Type /XRef /W [ 1 5 2 ] /Index [ {}] /Length {} {} >>\nstream\n",
                            size, index, rows.size(), trailer_entries(trailer, newest, size + 1));
        file += rows + "\nendstream\nendobj\n";
    }
    file += fmt::format("startxref\n{}\n%%EOF\n", here);
}

}  // namespace jpki::app
