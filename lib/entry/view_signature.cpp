#include "entry/composition.hpp"

namespace jpki::p11 {

View module_view() noexcept { return View::signature; }

}  // namespace jpki::p11
