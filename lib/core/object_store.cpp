#include "core/object_store.hpp"

#include <algorithm>
#include <atomic>

namespace jpki::p11 {

std::shared_ptr<const Object> ObjectStore::find(CK_OBJECT_HANDLE handle) const {
    const auto found = std::ranges::find(objects_, handle, [](const auto& object) { return object->handle; });
    return found == objects_.end() ? nullptr : *found;
}

std::shared_ptr<const ObjectStore> ObjectStore::with(const std::function<bool(Object&)>& change) const {
    Objects changed;
    changed.reserve(objects_.size());
    for (const auto& object : objects_) {
        auto copy = std::make_shared<Object>(*object);
        if (change(*copy)) changed.push_back(std::move(copy));
    }
    return std::make_shared<const ObjectStore>(std::move(changed));
}

CK_OBJECT_HANDLE new_object_handle() noexcept {
    static std::atomic<CK_OBJECT_HANDLE> last{0};
    return ++last;
}

}  // namespace jpki::p11
