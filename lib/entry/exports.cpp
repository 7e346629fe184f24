// The exported C_ functions: each is one guard around one binding.
#include "entry/guard.hpp"

#define JPKI_FUNCTION(name, since, parameters, arguments)             \
    extern "C" [[gnu::visibility("default")]] CK_RV name parameters { \
        return jpki::p11::Entry<jpki::p11::Fn::name>::call arguments; \
    }
#include "entry/functions.def"
#undef JPKI_FUNCTION
