// The objects of one token and the handles they have. A handle belongs to a card and an object: it outlives
// an idle logout and the card's absence, and the same card has it again (docs/adr/0016). Used by Token, under
// its lock; what it knows of a key it takes from the KnownCard.
#pragma once

#include <map>
#include <string>

#include "core/object_builder.hpp"

namespace jpki::p11 {

class ObjectTable {
  public:
    [[nodiscard]] const ObjectStore::Objects& objects() const noexcept { return store_->objects(); }
    // Null for a handle that is not here.
    [[nodiscard]] std::shared_ptr<const Object> find(CK_OBJECT_HANDLE handle) const {
        return store_->find(handle);
    }

    // The objects of `purpose`, which the card has.
    void fill(const std::shared_ptr<const KnownCard>& card, KeyPurpose purpose, bool always_authenticate,
              bool ca_certificates);
    // The card has left; its handles are remembered.
    void clear() noexcept { store_ = none_; }

    void record_certificate(ObjectKind kind, const std::shared_ptr<const crypto::CertFacts>& certificate);
    // Once; null: nothing was learned.
    void record_key(KnownCard& card, KeyPurpose purpose, const std::shared_ptr<const crypto::KeyFacts>& key);
    // The card does not have this certificate after all.
    void remove(CertRole role);
    // What was read behind a login, at its end.
    void forget_hidden();
    void renew_private_handles();

  private:
    using Store = std::shared_ptr<const ObjectStore>;
    Store none_ = std::make_shared<const ObjectStore>();
    Store store_ = none_;
    std::map<std::string, CK_OBJECT_HANDLE> handles_;  // by CKA_UNIQUE_ID
};

}  // namespace jpki::p11
