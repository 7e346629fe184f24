// How a C_ function finds its body: bind::C_Sign is declared from the prototype of C_Sign. A body turns
// pointers into values, spans and OutBuffers and calls the core; a function without one is refused here.
#pragma once

#include <memory>
#include <type_traits>

#include "core/module.hpp"
#include "entry/out_buffer.hpp"
#include "jpki/cryptoki.h"

namespace jpki::p11 {

// The 104 functions by name.
enum class Fn : std::uint16_t {
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) name,
#include "entry/functions.def"
#undef JPKI_FUNCTION
};

// The same parameters for a body in C++.
template <class Prototype>
struct Bound;
template <class First, class... Rest>
struct Bound<CK_RV(First, Rest...)> {
    using Free = Status(First, Rest...);
    using WithModule = Status(Module&, First, Rest...);

    // A bad session comes first (PKCS#11 3.2 §5.1.7).
    static Status refuse(Module& module, First session, Rest... /*rest*/) {
        JPKI_TRY(module.session(session));
        return fail(Errc::function_not_supported);
    }
};

// A row without a body in bind_*.cpp does not link; a body with other parameters than the prototype does not
// compile.
namespace bind {
#define JPKI_FREE(name) Bound<decltype(::name)>::Free name;
#define JPKI_WITH_MODULE(name) Bound<decltype(::name)>::WithModule name;
#define JPKI_REFUSED(name) inline constexpr auto name = &Bound<decltype(::name)>::refuse;
#define JPKI_BIND_always JPKI_FREE
#define JPKI_BIND_supported JPKI_WITH_MODULE
#define JPKI_BIND_answers(rv) JPKI_WITH_MODULE
#define JPKI_BIND_not_supported JPKI_REFUSED
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) JPKI_BIND_##answer(name)
#include "entry/functions.def"
#undef JPKI_FUNCTION
#undef JPKI_BIND_always
#undef JPKI_BIND_supported
#undef JPKI_BIND_answers
#undef JPKI_BIND_not_supported
#undef JPKI_FREE
#undef JPKI_WITH_MODULE
#undef JPKI_REFUSED
}  // namespace bind

// (NULL, 0) is legal empty input; (NULL, n) is not.
inline bool readable(const void* data, CK_ULONG count) { return data != nullptr || count == 0; }

inline ByteView view(const CK_BYTE* data, CK_ULONG count) { return {data, static_cast<std::size_t>(count)}; }

// The mechanism a caller names, with its parameter. Errors: mechanism_invalid for one that this token does
// not offer, mechanism_parameter_invalid.
Result<const Mechanism*> check_mechanism(Session& session, const CK_MECHANISM& mechanism);

// A finishing call that yields bytes: their size first, then `produce()`; every return but a length query and
// buffer_too_small ends the operation.
template <class Operation, class Produce>
Status finish(Operation& operation, Step which, OutBuffer<CK_BYTE> out, bool input_ok, Produce produce) {
    if (!out.valid() || !input_ok) {
        operation.end();
        return fail(Errc::arguments_bad);
    }
    JPKI_TRY_ASSIGN(const std::size_t needed, operation.size(which));
    JPKI_TRY(out.reserve(needed));
    if (out.asks_length()) return {};
    JPKI_TRY_ASSIGN(const Bytes made, produce());
    JPKI_TRY(out.reserve(made.size()));
    out.write(made);
    return {};
}

// A call that hands input to an operation of a session. A bad pointer ends the operation, as its other errors
// do.
template <class Operation, class Take>
Status feed(Module& module, CK_SESSION_HANDLE session, bool input_ok, Operation& (Session::*which)() noexcept,
            Take take) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    Operation& operation = ((*found).*which)();
    if (input_ok) return take(operation);
    operation.end();
    return fail(Errc::arguments_bad);
}

}  // namespace jpki::p11
