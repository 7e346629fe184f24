// Objects of C libraries, freed with their scope: Owned<X509, X509_free>. It knows none of them.
#pragma once

#include <memory>

namespace jpki {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

}  // namespace jpki
