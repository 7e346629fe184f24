// Session::step, shared by the two files that implement Session; nobody else includes it.
#pragma once

#include "core/session.hpp"

namespace jpki::p11 {

template <class T>
Result<T*> Session::step(std::optional<T>& operation, Step which) {
    if (!operation) return fail(Errc::operation_not_initialized);
    if (!operation->progress.take(which)) {
        operation.reset();
        return fail(Errc::operation_active, "one-shot and multi-part calls do not mix");
    }
    return &*operation;
}

}  // namespace jpki::p11
