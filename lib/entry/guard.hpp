// What stands around every call: trace, "is the library initialised", the body, exceptions, the map to
// CK_RV.
#pragma once

#include <array>
#include <new>
#include <type_traits>

#include "entry/binding.hpp"
#include "entry/library.hpp"
#include "entry/rv.hpp"
#include "entry/trace.hpp"

namespace jpki::p11 {

// Runs `body`, which returns a Status, and lets no exception out.
template <class Body>
CK_RV guarded(Body body) noexcept {
    try {
        const Status status = body();
        return status ? CKR_OK : to_rv(status.error().code);
    } catch (const std::bad_alloc&) {
        return CKR_HOST_MEMORY;
    } catch (...) {
        return CKR_GENERAL_ERROR;
    }
}

// The same for a call that needs an initialised library; leaves a line in its log.
template <class Body, class... Args>
CK_RV guarded_with_module(Fn function, Body body, Args... args) noexcept {
    return guarded([&]() -> Status {
        JPKI_TRY_ASSIGN(const auto module, library::module());
        const Status status = body(*module);
        trace(*module->environment().log, function, status,
              std::array<CK_ULONG, sizeof...(args)>{loggable(args)...});
        return status;
    });
}

// The exported function F. Whether it needs an initialised library is seen by the parameters of its body.
template <Fn F, auto Body, class... Args>
CK_RV call(Args... args) noexcept {
    if constexpr (std::is_invocable_v<decltype(Body), Module&, Args...>) {
        return guarded_with_module(F, [&](Module& module) { return Body(module, args...); }, args...);
    } else {
        return guarded([&] { return Body(args...); });
    }
}

}  // namespace jpki::p11
