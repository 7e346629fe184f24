// Writes PDF objects and the table of where they are, in the two forms that PDF has for it.
#pragma once

#include <map>
#include <qpdf/QPDFObjGen.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <string>

#include "pdf_file.hpp"

namespace jpki::app {

using NewObjects = std::map<QPDFObjGen, std::string>;  // as they are written between "obj" and "endobj"
using Appended = std::map<QPDFObjGen, std::size_t>;    // offset in the file
using Entries = std::map<std::string, std::string>;

std::string reference_to(QPDFObjGen object);
// Anything but an array or a dictionary counts as an empty one.
std::string array_with(QPDFObjectHandle array, const std::string& item);
std::string dictionary_with(QPDFObjectHandle dictionary, const Entries& entries);

Appended append_objects(std::string& file, const NewObjects& objects);

// A table or a stream, as `newest` is one, with the trailer's entries and a way back to `newest`. `size`: the
// first object number that is free.
void append_cross_reference(std::string& file, Appended appended, QPDFObjectHandle trailer,
                            CrossReference newest, int size);

}  // namespace jpki::app
