// How a C_ function finds its implementation. A specialisation of Binding is one function's: it turns
// pointers into values, spans and OutBuffers and calls the core. What has none is refused by the primary
// template.
#pragma once

#include <memory>
#include <type_traits>

#include "core/module.hpp"
#include "entry/out_buffer.hpp"
#include "jpki/cryptoki.h"

namespace jpki::p11 {

// The 104 functions by name.
enum class Fn : std::uint16_t {
#define JPKI_FUNCTION(name, since, parameters, arguments) name,
#include "entry/functions.def"
#undef JPKI_FUNCTION
};

// Unsupported: not initialised and a bad session come first (pkcs11.md §1.1).
template <Fn F>
struct Binding {
    static constexpr bool kNeedsModule = true;
    template <class... Rest>
    static Status call(Module& module, CK_SESSION_HANDLE session, Rest... /*rest*/) {
        JPKI_TRY(module.session(session));
        return fail(Errc::function_not_supported);
    }
};

#define JPKI_BINDING(name, ...)                                        \
    template <>                                                        \
    struct Binding<Fn::name> {                                         \
        static constexpr bool kNeedsModule = true;                     \
        static Status call(Module& module __VA_OPT__(, ) __VA_ARGS__); \
    };
#define JPKI_FREE_BINDING(name, ...)                \
    template <>                                     \
    struct Binding<Fn::name> {                      \
        static constexpr bool kNeedsModule = false; \
        static Status call(__VA_ARGS__);            \
    };
#include "entry/bindings.def"
#undef JPKI_BINDING
#undef JPKI_FREE_BINDING

// (NULL, 0) is legal empty input; (NULL, n) is not.
inline bool readable(const void* data, CK_ULONG count) { return data != nullptr || count == 0; }

inline ByteView view(const CK_BYTE* data, CK_ULONG count) { return {data, static_cast<std::size_t>(count)}; }

// The mechanism a caller names, with its parameter. Errors: mechanism_invalid for one that this token does
// not offer, mechanism_parameter_invalid.
Result<const Mechanism*> judge_mechanism(Session& session, const CK_MECHANISM& mechanism);

// A finishing call that yields octets: `size()` first, then `produce()`; every return but a length query and
// buffer_too_small ends the operation, which `end()` does.
template <class Size, class Produce, class End>
Status finish(OutBuffer<CK_BYTE> out, bool input_ok, Size size, Produce produce, End end) {
    if (!out.valid() || !input_ok) {
        end();
        return fail(Errc::arguments_bad);
    }
    JPKI_TRY_ASSIGN(const std::size_t needed, size());
    JPKI_TRY(out.reserve(needed));
    if (out.asks_length()) return {};
    JPKI_TRY_ASSIGN(const Bytes made, produce());
    JPKI_TRY(out.reserve(made.size()));
    out.write(made);
    return {};
}

// A call that hands input to an operation. `end`: a bad pointer ends the operation, as its other errors do.
template <class Take>
Status feed(Module& module, CK_SESSION_HANDLE session, bool input_ok, bool (Session::*end)(), Take take) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (input_ok) return take(*found);
    (void)((*found).*end)();
    return fail(Errc::arguments_bad);
}

}  // namespace jpki::p11
