#include "crypto/digest.hpp"

namespace jpki::p11::crypto {

namespace {

struct Row {
    const char* name;
    std::size_t size;
};
constexpr std::array<Row, 5> kRows{
    {{"SHA1", 20}, {"SHA224", 28}, {"SHA256", 32}, {"SHA384", 48}, {"SHA512", 64}}};

const Row& row(Hash hash) { return kRows[static_cast<std::size_t>(hash)]; }

}  // namespace

std::size_t size_of(Hash hash) noexcept { return row(hash).size; }

Result<Digest> Digest::start(Hash hash) {
    const QuietErrors quiet;
    if (library_context() == nullptr) return fail(Errc::no_memory, "no OpenSSL context");
    const Owned<EVP_MD, EVP_MD_free> method(EVP_MD_fetch(library_context(), row(hash).name, nullptr));
    Context context(EVP_MD_CTX_new());
    if (!method || !context || EVP_DigestInit_ex2(context.get(), method.get(), nullptr) != 1)
        return fail(Errc::no_memory, "cannot start a hash");
    return Digest(hash, std::move(context));
}

Status Digest::update(ByteView data) {
    const QuietErrors quiet;
    if (!data.empty() && EVP_DigestUpdate(context_.get(), data.data(), data.size()) != 1)
        return fail(Errc::no_memory, "cannot hash");
    return {};
}

Result<Bytes> Digest::finish() {
    const QuietErrors quiet;
    Bytes value(size_of(hash_));
    if (EVP_DigestFinal_ex(context_.get(), value.data(), nullptr) != 1)
        return fail(Errc::no_memory, "cannot finish a hash");
    return value;
}

Result<Bytes> digest(Hash hash, ByteView data) {
    JPKI_TRY_ASSIGN(Digest running, Digest::start(hash));
    JPKI_TRY(running.update(data));
    return running.finish();
}

}  // namespace jpki::p11::crypto
