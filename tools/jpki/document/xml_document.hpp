// XML as it is signed and checked: parsed without network, files, entities or a document type, since each of
// them could make the document mean one thing here and another elsewhere.
#pragma once

#include <libxml/tree.h>
#include <xmlsec/xmldsig.h>

#include <vector>

#include "document/certificate.hpp"
#include "text/failure.hpp"

namespace jpki::app {

using XmlPtr = Owned<xmlDoc, xmlFreeDoc>;
using DSigPtr = Owned<xmlSecDSigCtx, xmlSecDSigCtxDestroy>;

// Throws Failure(`exit`). Prepares libxml2 and libxmlsec1 at first use.
XmlPtr parse_xml(const Bytes& file, Exit exit);

// Every ds:Signature, in the order of the document.
std::vector<xmlNode*> signatures_of(xmlDoc* document);

// What may be reached from a signature: its own document, and nothing else. Throws bad_alloc.
DSigPtr make_dsig();

// An element of XML-DSig's namespace with this name.
bool is_dsig(const xmlNode* node, const char* name);

}  // namespace jpki::app
