// The exported C_ functions: each is one guard around one body.
#include "entry/guard.hpp"

#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments)        \
    extern "C" [[gnu::visibility("default")]] CK_RV name parameters {                 \
        return jpki::p11::call<jpki::p11::Fn::name, jpki::p11::bind::name> arguments; \
    }
#include "entry/functions.def"
#undef JPKI_FUNCTION
