// What stands around every call: trace, "is the library initialised", the binding, exceptions, the map to
// CK_RV.
#pragma once

#include <new>

#include "entry/binding.hpp"
#include "entry/library.hpp"
#include "entry/rv.hpp"
#include "entry/trace.hpp"

namespace jpki::p11 {

template <Fn F>
struct Entry {
    template <class... Args>
    static CK_RV call(Args... args) noexcept {
        try {
            Status status;
            if constexpr (Binding<F>::kNeedsModule) {
                const auto module = library::module();
                if (!module) return to_rv(module.error().code);
                status = Binding<F>::call(**module, args...);
                trace(**module, F, status);
            } else {
                status = Binding<F>::call(args...);
            }
            return status ? CKR_OK : to_rv(status.error().code);
        } catch (const std::bad_alloc&) {
            return CKR_HOST_MEMORY;
        } catch (...) {
            return CKR_GENERAL_ERROR;
        }
    }
};

}  // namespace jpki::p11
