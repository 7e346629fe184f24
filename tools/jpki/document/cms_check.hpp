// Checks CMS signatures (RFC 5652), whoever made them: every signer's signature and that it is over the
// content. Whether the signer can be believed is another matter (verdict.hpp).
#pragma once

#include <vector>

#include "document/digest.hpp"
#include "document/verdict.hpp"

namespace jpki::app {

struct CmsContents {
    std::vector<Verdict> verdicts;  // one a signer
    bool detached = false;
};

enum class Rest { refused, zeros };  // what may follow the structure: PDF fills its place up with zeros

// Whether a file that begins so can be a CMS signature.
bool begins_as_cms(ByteView beginning);

// DER, BER or PEM. `content` hashes what a detached signature is over, and what an attached one must be over,
// too; without it only an attached one can be checked. Nothing when `file` is no CMS signature.
std::optional<CmsContents> check_cms(const Bytes& file, const ContentDigest& content,
                                     Rest rest = Rest::refused);

// The content of an attached signature. Nothing when there is none.
std::optional<Bytes> cms_content(const Bytes& file);

}  // namespace jpki::app
