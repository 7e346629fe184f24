#include "mechanism/signature_input.hpp"

#include "mechanism/digest_info.hpp"

namespace jpki::p11 {

namespace {

constexpr std::size_t kPkcs1Overhead = 11;  // RFC 8017 §9.2

}  // namespace

Result<SignatureInput> SignatureInput::start(const Mechanism& mechanism, std::size_t key_size) {
    std::size_t limit = key_size > kPkcs1Overhead ? key_size - kPkcs1Overhead : 0;
    if (mechanism.needs_pss()) limit = crypto::size_of(crypto::Hash::sha256);
    SignatureInput input(mechanism, limit);
    if (mechanism.hash) {
        JPKI_TRY_ASSIGN(input.hash_, crypto::Digest::start(*mechanism.hash));
    }
    return input;
}

Status SignatureInput::update(ByteView part) {
    if (hash_) return hash_->update(part);
    if (part.size() > limit_ - message_.size())
        return fail(Errc::data_length, "more bytes than the mechanism takes");
    append(message_, part);
    return {};
}

Result<Bytes> SignatureInput::finish() {
    if (!hash_ && mechanism_->needs_pss() && message_.size() != limit_)
        return fail(Errc::data_length, "CKM_RSA_PKCS_PSS takes a SHA-256 value");
    if (!hash_) return std::move(message_);
    JPKI_TRY_ASSIGN(Bytes value, hash_->finish());
    if (mechanism_->scheme == SignScheme::pss_sha256) return value;
    return digest_info(hash_->hash(), value);
}

bool verify_signature(const crypto::PublicKey& key, SignScheme scheme, ByteView input, ByteView signature) {
    switch (scheme) {
        case SignScheme::pkcs1_v15: return key.verify_pkcs1(input, signature);
        case SignScheme::pss_sha256: return key.verify_pss_sha256(input, signature);
    }
    return false;
}

}  // namespace jpki::p11
