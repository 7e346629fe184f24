// The kinds of document that `jpki sign` and `jpki verify` know. What is signed is made ready, and refused if
// need be, before anybody is asked for a PIN: whatever took its time after the login would cost another
// VERIFY.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "document/input.hpp"
#include "document/signer.hpp"
#include "document/verdict.hpp"

namespace jpki::app {

enum class Kind { cms, pdf, xml };
enum class PdfFormat { registry, pades };

// As much of a file as kind_of() wants to see.
constexpr std::size_t kBeginning = 1024;

// By how it begins; `named` ("cms", "pdf", "xml") has precedence, empty or not.
Kind kind_of(ByteView beginning, const std::string& named);

struct Draft {
    std::function<Bytes(const Signer&)> sign;
    // What was made is checked before it is written.
    std::function<std::vector<Verdict>(const Bytes&)> check;
};

// Each throws Failure when this cannot be signed.
Draft draft_cms(Input& file, bool attached);
Draft draft_pdf(Bytes file, PdfFormat format);
Draft draft_xml(const Bytes& file);

// Every signature in it, the signers not yet held against anybody's list. Failure(not_verified) when it has
// none. The signature of a document may be a file of its own; null: it is not.
std::vector<Verdict> check_cms_file(Input& document, Input* signature);
std::vector<Verdict> check_pdf(const Bytes& file);
std::vector<Verdict> check_xml(const Bytes& file);

}  // namespace jpki::app
