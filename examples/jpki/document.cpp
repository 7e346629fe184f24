#include "document.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string_view>

#include "cms_check.hpp"
#include "cms_signature.hpp"
#include "command.hpp"
#include "failure.hpp"

namespace jpki::app {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// A PDF may begin a little later than its file (ISO 32000-1, Annex H.3).
constexpr std::size_t kPdfWithin = 1024;

}  // namespace

Octets beginning_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    Octets beginning(kPdfWithin);
    file.read(reinterpret_cast<char*>(beginning.data()), static_cast<std::streamsize>(beginning.size()));
    if (!file.is_open() || file.bad())
        throw Failure(Exit::failed, say(Text::cannot_read, path, reason_of(errno)));
    beginning.resize(static_cast<std::size_t>(file.gcount()));
    return beginning;
}

Kind kind_of(const Octets& beginning, const std::string& named) {
    if (named == "pdf") return Kind::pdf;
    if (named == "xml") return Kind::xml;
    if (named == "cms") return Kind::cms;
    std::string_view text(reinterpret_cast<const char*>(beginning.data()),
                          std::min(beginning.size(), kPdfWithin));
    if (text.find("%PDF-") != std::string_view::npos) return Kind::pdf;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return text.starts_with("<?xml") ? Kind::xml : Kind::cms;
}

Draft draft_cms(const std::string& path, bool attached) {
    if (!attached) {
        const Octets hashed = digest_of_file(EVP_sha256(), path);
        const auto same = [hashed, path](const EVP_MD* hash) {
            return EVP_MD_is_a(hash, "SHA256") == 1 ? hashed : digest_of_file(hash, path);
        };
        return {[hashed](const Signer& signer) {
                    return make_cms(signer, {hashed, now(), nullptr});
                },
                [same](const Octets& made) {
                    const auto contents = check_cms(made, same);
                    return contents ? contents->verdicts : std::vector<Verdict>();
                }};
    }
    const auto content = std::make_shared<const Octets>(read_file(path));
    return {[content](const Signer& signer) {
                return make_cms(signer, {digest(EVP_sha256(), {*content}), now(), content.get()});
            },
            [](const Octets& made) {
                const auto contents = check_cms(made, nullptr);
                return contents ? contents->verdicts : std::vector<Verdict>();
            }};
}

std::vector<Verdict> check_cms_file(const std::string& path, const std::string& signature) {
    const std::string& holder = signature.empty() ? path : signature;
    // Whatever else it is, it may be too large to be read at once.
    if (!begins_as_cms(beginning_of(holder)))
        throw Failure(Exit::not_verified, say(Text::no_cms, holder), say(Text::no_cms_advice));
    ContentDigest content;
    if (!signature.empty()) content = [&path](const EVP_MD* hash) { return digest_of_file(hash, path); };
    auto contents = check_cms(read_file(holder), content);
    if (!contents) throw Failure(Exit::not_verified, say(Text::no_cms, holder), say(Text::no_cms_advice));
    if (contents->detached && signature.empty())
        throw Failure(Exit::not_verified, say(Text::cms_detached, path), say(Text::cms_detached_advice));
    if (contents->verdicts.empty()) throw Failure(Exit::not_verified, say(Text::no_signature, holder));
    return std::move(contents->verdicts);
}

}  // namespace jpki::app
