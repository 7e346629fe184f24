#include "entry/composition.hpp"

namespace jpki::p11 {

View module_view() noexcept { return View::automatic; }

}  // namespace jpki::p11
