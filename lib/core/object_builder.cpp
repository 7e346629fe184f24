#include "core/object_builder.hpp"

#include <array>

#include "core/names.hpp"

namespace jpki::p11 {

namespace {

constexpr std::size_t kUniqueIdBytes = 16;

std::string unique_id(KeyPurpose purpose, const Object& object, ByteView identity) {
    Bytes input = to_bytes(identity);
    input.push_back(static_cast<std::uint8_t>(purpose));
    input.push_back(static_cast<std::uint8_t>(object.kind));
    input.push_back(static_cast<std::uint8_t>(object.profile_id));
    const auto hash = crypto::digest(crypto::Hash::sha256, input);
    return hash ? to_hex(slice(*hash, 0, kUniqueIdBytes)) : std::string();
}

}  // namespace

std::shared_ptr<const ObjectStore> build_objects(const TokenProfile& token, KeyPurpose purpose,
                                                 ByteView identity, bool always_authenticate,
                                                 bool ca_certificates) {
    ObjectStore::Objects objects;
    const auto add = [&](Object object) {
        object.handle = new_object_handle();
        object.unique_id = unique_id(purpose, object, identity);
        objects.push_back(std::make_shared<const Object>(std::move(object)));
    };
    const TokenNames& names = names_of(purpose);
    const bool user_needs_login = token.certificates[index_of(CertRole::user)].needs_login;
    const auto describe = [](ObjectKind kind, const ObjectName& name, bool is_private) {
        Object object;
        object.kind = kind;
        object.label = name.label;
        object.id = {name.id};
        object.is_private = is_private;
        return object;
    };
    add(describe(ObjectKind::user_certificate, names.user_certificate, user_needs_login));
    if (ca_certificates)
        add(describe(ObjectKind::ca_certificate, names.ca_certificate,
                     token.certificates[index_of(CertRole::authority)].needs_login));
    // The public key comes out of the user's certificate, so it is as private as that.
    add(describe(ObjectKind::public_key, names.public_key, user_needs_login));
    Object private_key = describe(ObjectKind::private_key, names.private_key, true);
    private_key.always_authenticate = always_authenticate;
    add(std::move(private_key));

    // Profiles stand last, so that a client which takes the first object meets a certificate. The fourth
    // claims that all certificates are readable without login (Profiles 3.2 §5.5), and keeps NSS from asking
    // for the PIN.
    for (const CK_PROFILE_ID id : {CKP_BASELINE_PROVIDER, CKP_EXTENDED_PROVIDER, CKP_AUTHENTICATION_TOKEN,
                                   CKP_PUBLIC_CERTIFICATES_TOKEN}) {
        if (id == CKP_PUBLIC_CERTIFICATES_TOKEN && user_needs_login) continue;
        Object object;
        object.profile_id = id;
        add(std::move(object));
    }
    return std::make_shared<const ObjectStore>(std::move(objects));
}

}  // namespace jpki::p11
