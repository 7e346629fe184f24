// Writes PDF objects and the table of where they are, in the two forms that PDF has for it.
#pragma once

#include <map>
#include <string>

#include "document/pdf_document.hpp"
#include "document/pdf_marks.hpp"

namespace jpki::app {

using NewObjects = std::map<PdfId, std::string>;  // as they are written between "obj" and "endobj"
using Appended = std::map<PdfId, std::size_t>;    // offset in the file
using Entries = std::map<std::string, std::string>;

std::string reference_to(PdfId object);
// Anything but an array or a dictionary counts as an empty one.
std::string array_with(const PdfObject& array, const std::string& item);
std::string dictionary_with(const PdfObject& dictionary, const Entries& entries);

Appended append_objects(std::string& file, const NewObjects& objects);

// A table or a stream, as `newest` is one, with the trailer's entries and a way back to `newest`. `size`: the
// first object number that is free.
void append_cross_reference(std::string& file, Appended appended, const PdfObject& trailer,
                            CrossReference newest, int size);

}  // namespace jpki::app
