#include "document/document.hpp"

#include <algorithm>
#include <string_view>

#include "document/cms_check.hpp"
#include "document/cms_signature.hpp"
#include "text/failure.hpp"

namespace jpki::app {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}  // namespace

Kind kind_of(ByteView beginning, const std::string& named) {
    if (named == "pdf") return Kind::pdf;
    if (named == "xml") return Kind::xml;
    if (named == "cms") return Kind::cms;
    std::string_view text(reinterpret_cast<const char*>(beginning.data()),
                          std::min(beginning.size(), kBeginning));
    // A PDF may begin a little later than its file (ISO 32000-1, Annex H.3).
    if (text.find("%PDF-") != std::string_view::npos) return Kind::pdf;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return text.starts_with("<?xml") ? Kind::xml : Kind::cms;
}

Draft draft_cms(Input& file, bool attached) {
    if (!attached) {
        const Bytes hashed = file.digest(EVP_sha256());
        // The only hash that is signed here.
        const ContentDigest same = [hashed](const EVP_MD* /*hash*/) { return hashed; };
        return {[hashed](const Signer& signer) { return make_cms(signer, {hashed, now(), nullptr}); },
                [same](const Bytes& made) {
                    const auto contents = check_cms(made, same);
                    return contents ? contents->verdicts : std::vector<Verdict>();
                }};
    }
    const auto content = std::make_shared<const Bytes>(file.all());
    const Bytes hashed = digest(EVP_sha256(), {*content});
    return {
        [content, hashed](const Signer& signer) { return make_cms(signer, {hashed, now(), content.get()}); },
        [](const Bytes& made) {
            const auto contents = check_cms(made, nullptr);
            return contents ? contents->verdicts : std::vector<Verdict>();
        }};
}

std::vector<Verdict> check_cms_file(Input& document, Input* signature) {
    Input& holder = signature == nullptr ? document : *signature;
    // Whatever else it is, it may be too large to be read at once.
    if (!begins_as_cms(holder.beginning(kBeginning)))
        throw Failure(Exit::not_verified, say(Text::no_cms, holder.name()), say(Text::no_cms_advice));
    ContentDigest content;
    if (signature != nullptr) content = [&document](const EVP_MD* hash) { return document.digest(hash); };
    auto contents = check_cms(holder.all(), content);
    if (!contents)
        throw Failure(Exit::not_verified, say(Text::no_cms, holder.name()), say(Text::no_cms_advice));
    if (contents->detached && signature == nullptr)
        throw Failure(Exit::not_verified, say(Text::cms_detached, document.name()),
                      say(Text::cms_detached_advice));
    if (contents->verdicts.empty()) throw Failure(Exit::not_verified, say(Text::no_signature, holder.name()));
    return std::move(contents->verdicts);
}

}  // namespace jpki::app
