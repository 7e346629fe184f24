// One log line per call: its name, its answer, and for failures why. At the level "trace" also its arguments,
// as numbers or as "set": never what a pointer points to, and never the length of a text, which may be a PIN.
#pragma once

#include <span>
#include <string_view>
#include <type_traits>

#include "entry/binding.hpp"

namespace jpki::p11 {

// A number as it is; of a pointer only whether it is one.
template <class T>
CK_ULONG loggable(T argument) noexcept {
    if constexpr (std::is_pointer_v<T>) {
        return argument != nullptr ? 1 : 0;
    } else {
        return argument;
    }
}

// `arguments`: all of the function's, as loggable() gives them; or none.
void trace(Log& log, Fn function, const Status& status, std::span<const CK_ULONG> arguments = {}) noexcept;

// Of a function of the vendor interface. `success`: the level at which it is worth a line that it worked.
void trace(Log& log, std::string_view function, const Status& status, LogLevel success) noexcept;

}  // namespace jpki::p11
