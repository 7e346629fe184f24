#include "entry/rv.hpp"

namespace jpki::p11 {

// Switches without default, so that a new Errc does not compile unmapped.
CK_RV to_rv(Errc code) noexcept {
    switch (code) {
#define JPKI_RV(errc, value) \
    case Errc::errc: return value;
#include "entry/rv.def"
#undef JPKI_RV
    }
    return CKR_GENERAL_ERROR;
}

const char* rv_name(Errc code) noexcept {
    switch (code) {
#define JPKI_RV(errc, value) \
    case Errc::errc: return #value;
#include "entry/rv.def"
#undef JPKI_RV
    }
    return "CKR_GENERAL_ERROR";
}

}  // namespace jpki::p11
