// The objects of one token: a snapshot that is read without a lock and replaced as a whole. Handles never
// repeat within a process.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/object.hpp"

namespace jpki::p11 {

class ObjectStore {
  public:
    using Objects = std::vector<std::shared_ptr<const Object>>;

    ObjectStore() = default;
    explicit ObjectStore(Objects objects) : objects_(std::move(objects)) {}

    [[nodiscard]] const Objects& objects() const noexcept { return objects_; }
    // Null for a handle that is not here.
    [[nodiscard]] std::shared_ptr<const Object> find(CK_OBJECT_HANDLE handle) const;

    // New snapshots: `change` may alter a copy of each object, or drop it by returning false.
    [[nodiscard]] std::shared_ptr<const ObjectStore> with(const std::function<bool(Object&)>& change) const;

  private:
    Objects objects_;
};

// A handle that this process has never seen.
CK_OBJECT_HANDLE new_object_handle() noexcept;

}  // namespace jpki::p11
