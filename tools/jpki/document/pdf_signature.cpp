// Signs PDFs: room by pdf_update.hpp, what goes into it by cms_signature.hpp.
#include <algorithm>

#include "document/cms_signature.hpp"
#include "document/digest.hpp"
#include "document/document.hpp"
#include "document/pdf_update.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

std::string common_name(const Certificate& certificate) {
    const X509Ptr x509 = certificate.x509();
    const X509_NAME* subject = x509 ? X509_get_subject_name(x509.get()) : nullptr;
    const int at = subject == nullptr ? -1 : X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    unsigned char* utf8 = nullptr;
    const int length =
        at < 0 ? -1 : ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (length < 0) return {};
    std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length));
    OPENSSL_free(utf8);
    return name;
}

// The registry offices want the signer's name in the dictionary; ETSI EN 319 142-1 has it in the certificate
// only.
std::string name_of(const Signer& signer, PdfFormat format) {
    if (format == PdfFormat::pades) return {};
    const std::string& name = signer.certificate.person.name;
    return name.empty() ? common_name(signer.certificate) : name;
}

// What the update leaves as it is has been hashed before anybody logged in.
struct Prepared {
    RunningDigest original{EVP_sha256()};
    std::size_t size = 0;
    std::optional<PdfUpdate> update;
};

Bytes sign(const Prepared& prepared, const Signer& signer, PdfFormat format) {
    const Time when = now();
    PdfRoom room =
        prepared.update->make_room({format, name_of(signer, format), when}, cms_size_bound(signer));
    const ByteView all(room.file);
    RunningDigest hash(prepared.original);
    hash.add(all.first(room.begin).subspan(prepared.size));
    hash.add(all.subspan(room.end));
    CmsOptions options;
    options.digest = hash.value();
    // Where the dictionary tells the time, PAdES baseline forbids to tell it here as well.
    if (format == PdfFormat::registry) options.signing_time = when;
    room.fill(make_cms(signer, options));
    return std::move(room.file);
}

}  // namespace

Draft draft_pdf(Bytes file, PdfFormat format) {
    const auto prepared = std::make_shared<Prepared>();
    prepared->original.add(file);
    prepared->size = file.size();
    prepared->update.emplace(std::move(file));
    return {[prepared, format](const Signer& signer) { return sign(*prepared, signer, format); },
            [](const Bytes& made) {
                // Signatures that were there already are others' business.
                auto verdicts = check_pdf(made);
                std::erase_if(verdicts, [](const Verdict& one) { return one.appended != 0; });
                return verdicts;
            }};
}

}  // namespace jpki::app
