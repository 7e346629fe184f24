#include "core/object_table.hpp"

#include <utility>

namespace jpki::p11 {

void ObjectTable::fill(const std::shared_ptr<const KnownCard>& card, KeyPurpose purpose,
                       bool always_authenticate, bool ca_certificates) {
    const Store built =
        build_objects(*card->token(purpose), purpose, card->identity(), always_authenticate, ca_certificates);
    // The names are made from the card's identity, so another card's are not among the old ones. Nothing is
    // lost when memory is missing on the way.
    decltype(handles_) handles;
    store_ = built->with([&](Object& object) {
        const auto known = handles_.find(object.unique_id);
        if (card->is_unique() && known != handles_.end()) object.handle = known->second;
        handles[object.unique_id] = object.handle;
        object.card = card;
        return true;
    });
    handles_ = std::move(handles);
}

void ObjectTable::record_certificate(ObjectKind kind,
                                     const std::shared_ptr<const crypto::CertFacts>& certificate) {
    store_ = store_->with([&](Object& object) {
        if (object.kind == kind) object.certificate = certificate;
        return true;
    });
}

void ObjectTable::record_key(KnownCard& card, KeyPurpose purpose,
                             const std::shared_ptr<const crypto::KeyFacts>& key) {
    if (!key || card.key(purpose).key) return;
    // The store first, which may find no memory: a card whose key is known has it in its objects.
    auto with_key = store_->with([&](Object& object) {
        if (object.is_key()) object.key = key;
        return true;
    });
    card.record_key(purpose, key);
    store_ = std::move(with_key);
}

void ObjectTable::remove(CertRole role) {
    store_ = store_->with([role](const Object& object) {
        if (role == CertRole::authority) return object.kind != ObjectKind::ca_certificate;
        // A key without its certificate is of no use: its signatures could not be checked.
        return object.kind != ObjectKind::user_certificate && !object.is_key();
    });
}

void ObjectTable::forget_hidden() {
    store_ = store_->with([](Object& object) {
        object.key.reset();
        if (object.is_private) object.certificate.reset();
        return true;
    });
}

void ObjectTable::renew_private_handles() {
    // Also of objects that were found missing: they could be there again when the card comes back.
    handles_.clear();
    store_ = store_->with([this](Object& object) {
        if (object.is_private) object.handle = new_object_handle();
        handles_[object.unique_id] = object.handle;
        return true;
    });
}

}  // namespace jpki::p11
