// Makes CMS signatures (RFC 5652) with one signer: SHA-256, signed attributes with signing-certificate-v2
// (RFC 5035), and the certificates inside. OpenSSL builds the structure; the card signs.
#pragma once

#include <optional>

#include "document/signer.hpp"

namespace jpki::app {

struct CmsOptions {
    Bytes digest;                      // SHA-256 of the content
    std::optional<Time> signing_time;  // left out where the document says it elsewhere
    const Bytes* attached = nullptr;   // the content, to be put inside
};

// DER. Throws Failure.
Bytes make_cms(const Signer& signer, const CmsOptions& options);

// The most bytes that make_cms() will need without content inside.
std::size_t cms_size_bound(const Signer& signer);

// What the signature of a SignerInfo is over: these attributes as a DER SET OF (RFC 5652 §5.4). Each is the
// encoding of one attribute.
Bytes set_of(std::vector<Bytes> encodings);

}  // namespace jpki::app
