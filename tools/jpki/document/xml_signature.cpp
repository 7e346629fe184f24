// Makes enveloped XML signatures (XML-DSig): RSA-SHA256, exclusive C14N, the certificates in X509Data.
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmltree.h>

#include <new>

#include "document/document.hpp"
#include "document/xml_document.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

constexpr unsigned kStandInBits = 2048;

const xmlChar* xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

template <class T>
T* require(T* made) {
    if (made == nullptr) throw Failure(Exit::failed, say(Text::cms_not_made));
    return made;
}

std::string base64(const Bytes& bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                       static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

// libxmlsec1 wants to sign by itself. It may, with a key that nobody keeps; what it signed is then signed by
// the card.
xmlSecKeyPtr stand_in_key() {
    EVP_PKEY* pair = require(EVP_RSA_gen(kStandInBits));
    xmlSecKeyDataPtr value = xmlSecOpenSSLEvpKeyAdopt(pair);
    xmlSecKeyPtr key = xmlSecKeyCreate();
    if (value == nullptr || key == nullptr || xmlSecKeySetValue(key, value) < 0) throw std::bad_alloc();
    return key;
}

xmlNode* add_template(xmlDoc* document) {
    xmlNode* signature = require(xmlSecTmplSignatureCreate(document, xmlSecTransformExclC14NId,
                                                           xmlSecOpenSSLTransformRsaSha256Id, nullptr));
    require(xmlAddChild(xmlDocGetRootElement(document), signature));
    xmlNode* reference = require(xmlSecTmplSignatureAddReference(signature, xmlSecOpenSSLTransformSha256Id,
                                                                 nullptr, xml(""), nullptr));
    require(xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId));
    require(xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId));
    return signature;
}

Bytes signed_info(xmlNode* signature) {
    const DSigPtr context = make_dsig();
    context->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNATURE;
    context->signKey = stand_in_key();
    const bool done = xmlSecDSigCtxSign(context.get(), signature) == 0;
    ERR_clear_error();
    xmlSecBufferPtr buffer = done ? xmlSecDSigCtxGetPreSignBuffer(context.get()) : nullptr;
    require(buffer);
    const xmlSecByte* data = require(xmlSecBufferGetData(buffer));
    return {data, data + xmlSecBufferGetSize(buffer)};
}

void add_certificates(xmlNode* signature, const Signer& signer) {
    xmlNode* data =
        require(xmlSecTmplKeyInfoAddX509Data(require(xmlSecTmplSignatureEnsureKeyInfo(signature, nullptr))));
    const auto add = [data](const Certificate& certificate) {
        xmlNode* node = require(xmlSecAddChild(data, xmlSecNodeX509Certificate, xmlSecDSigNs));
        xmlNodeSetContent(node, xml(base64(certificate.der).c_str()));
    };
    add(signer.certificate);
    if (signer.authority) add(*signer.authority);
}

Bytes written(xmlDoc* document) {
    xmlChar* text = nullptr;
    int length = 0;
    const char* encoding =
        document->encoding == nullptr ? "UTF-8" : reinterpret_cast<const char*>(document->encoding);
    xmlDocDumpMemoryEnc(document, &text, &length, encoding);
    require(text);
    Bytes file(text, text + length);
    xmlFree(text);
    return file;
}

// With the signature in it, but for its value and the certificates.
struct Prepared {
    XmlPtr document;
    Bytes to_be_signed;
};

Bytes sign(const Prepared& prepared, const Signer& signer) {
    const XmlPtr document(require(xmlCopyDoc(prepared.document.get(), 1)));
    xmlNode* signature = require(xmlGetLastChild(xmlDocGetRootElement(document.get())));
    const Bytes made = signer.sign(prepared.to_be_signed);
    xmlNode* value = require(xmlSecFindChild(signature, xmlSecNodeSignatureValue, xmlSecDSigNs));
    xmlNodeSetContent(value, xml(base64(made).c_str()));
    add_certificates(signature, signer);
    return written(document.get());
}

}  // namespace

Draft draft_xml(const Bytes& file) {
    const auto prepared = std::make_shared<Prepared>(Prepared{parse_xml(file, Exit::failed), {}});
    xmlDoc* document = prepared->document.get();
    if (!signatures_of(document).empty()) throw Failure(Exit::refused, say(Text::xml_signed_already));
    prepared->to_be_signed = signed_info(add_template(document));
    return {[prepared](const Signer& signer) { return sign(*prepared, signer); },
            [](const Bytes& made) { return check_xml(made); }};
}

}  // namespace jpki::app
