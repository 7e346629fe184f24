#include "document/xml_document.hpp"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include <limits>
#include <new>

#include "text/text.hpp"

namespace jpki::app {

namespace {

extern "C" {

xmlParserInputPtr refuse_entity(const char* /*url*/, const char* /*id*/, xmlParserCtxtPtr /*context*/) {
    return nullptr;
}

// What went wrong is said in the user's words.
void stay_silent(const char* /*file*/, int /*line*/, const char* /*function*/, const char* /*object*/,
                 const char* /*subject*/, int /*reason*/, const char* /*message*/) {}

// Both of libxml2's ways to write to standard error, which it takes where it has no parser to blame.
void stay_silent_too(void* /*context*/, const char* /*message*/, ...) {}  // NOLINT(cert-dcl50-cpp): its type
#if LIBXML_VERSION >= 21200
void stay_silent_as_well(void* /*context*/, const xmlError* /*error*/) {}
#else
void stay_silent_as_well(void* /*context*/, xmlError* /*error*/) {}
#endif

}  // extern "C"

std::string why(const xmlError* error) {
    if (error == nullptr) return {};
    switch (error->code) {
        case XML_ERR_INVALID_CHAR:
        case XML_ERR_INVALID_ENCODING:
        case XML_I18N_CONV_FAILED: return say(Text::xml_characters, error->line);
        case XML_ERR_UNKNOWN_ENCODING:
        case XML_ERR_UNSUPPORTED_ENCODING: return say(Text::xml_encoding);
        case XML_ERR_INTERNAL_ERROR:
        case XML_ERR_NAME_TOO_LONG: return say(Text::xml_bounds, error->line);
        default: return say(Text::xml_line, error->line);
    }
}

bool prepare() {
    xmlInitParser();
    xmlSetGenericErrorFunc(nullptr, stay_silent_too);
    xmlSetStructuredErrorFunc(nullptr, stay_silent_as_well);
    xmlSetExternalEntityLoader(refuse_entity);
    if (xmlSecInit() < 0 || xmlSecOpenSSLInit() < 0) return false;
    // xmlSecInit() sets another one.
    xmlSecErrorsSetCallback(stay_silent);
    // Without these no address of any kind is ever opened.
    xmlSecIOCleanupCallbacks();
    return true;
}

}  // namespace

XmlPtr parse_xml(const Bytes& file, Exit exit) {
    static const bool prepared = prepare();
    if (!prepared) throw Failure(exit, say(Text::xml_no_library));
    if (file.size() > std::numeric_limits<int>::max()) throw Failure(exit, say(Text::xml_damaged));
    XmlPtr document(xmlReadMemory(reinterpret_cast<const char*>(file.data()), static_cast<int>(file.size()),
                                  nullptr, nullptr,
                                  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    if (!document || xmlDocGetRootElement(document.get()) == nullptr) {
        throw Failure(exit, say(Text::xml_damaged), why(xmlGetLastError()));
    }
    if (document->intSubset != nullptr || document->extSubset != nullptr)
        throw Failure(exit, say(Text::xml_document_type));
    return document;
}

bool is_dsig(const xmlNode* node, const char* name) {
    // It takes as changeable what it does not change. NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
    return xmlSecCheckNodeName(const_cast<xmlNode*>(node), reinterpret_cast<const xmlChar*>(name),
                               xmlSecDSigNs) == 1;
}

std::vector<xmlNode*> signatures_of(xmlDoc* document) {
    std::vector<xmlNode*> found;
    // Without recursion: how deep a document is decides its author.
    const xmlNode* const root = xmlDocGetRootElement(document);
    for (xmlNode* node = xmlDocGetRootElement(document); node != nullptr;) {
        const bool element = node->type == XML_ELEMENT_NODE;
        if (element && is_dsig(node, "Signature")) found.push_back(node);
        if (element && node->children != nullptr) {
            node = node->children;
            continue;
        }
        while (node != root && node->next == nullptr)
            node = node->parent;
        node = node == root ? nullptr : node->next;
    }
    return found;
}

DSigPtr make_dsig() {
    DSigPtr context(xmlSecDSigCtxCreate(nullptr));
    if (!context) throw std::bad_alloc();
    context->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
    return context;
}

}  // namespace jpki::app
