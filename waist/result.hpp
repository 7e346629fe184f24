// Result<T>: a value or an Error. Functions that can fail return it; nothing in this project throws on
// purpose.
#pragma once

#include <tl/expected.hpp>

#include <source_location>

#include "waist/error.hpp"

namespace jpki {

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

// The call site's way to fail: `return fail(Errc::no_card);`
inline tl::unexpected<Error> fail(Errc code, const char* what = "", std::uint32_t detail = 0,
                                  std::source_location where = std::source_location::current()) {
    return tl::unexpected<Error>(Error{code, detail, what, where});
}

inline tl::unexpected<Error> fail(const Error& error) { return tl::unexpected<Error>(error); }

template <class T>
bool failed_with(const Result<T>& result, Errc code) {
    return !result && result.error().code == code;
}

}  // namespace jpki

// Passes an Error on to the caller. The only macros of the waist: an expression cannot return.
#define JPKI_TRY(expression)                                       \
    do {                                                           \
        if (auto jpki_try_result = (expression); !jpki_try_result) \
            return ::tl::unexpected(jpki_try_result.error());      \
    } while (false)

#define JPKI_CONCAT_INNER(a, b) a##b
#define JPKI_CONCAT(a, b) JPKI_CONCAT_INNER(a, b)
#define JPKI_TRY_ASSIGN_INNER(result, declaration, expression) \
    auto result = (expression);                                \
    if (!result) return ::tl::unexpected(result.error());      \
    declaration = std::move(*result)
#define JPKI_TRY_ASSIGN(declaration, expression) \
    JPKI_TRY_ASSIGN_INNER(JPKI_CONCAT(jpki_try_, __LINE__), declaration, expression)
