// What a signature element may have in it, at every depth, and nothing else: it is the one part of a document
// that an enveloped signature does not protect, so whoever passes the document on could put content there
// that nobody signed. Looks at the tree only; whether anything is true of it others say.
#pragma once

#include <libxml/tree.h>

namespace jpki::app {

// Whether `signature`, a ds:Signature, holds only what XML-DSig (2.0 second edition, §§4, 6) puts there for
// one reference and the signer's certificates: known elements and attributes, base64, names of certificates,
// blanks. Work is linear in its size.
bool is_closed(const xmlNode* signature);

}  // namespace jpki::app
