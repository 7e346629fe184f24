// One log line per call: its name, its answer, and for failures why. Arguments and answers are never shown.
#pragma once

#include "entry/binding.hpp"

namespace jpki::p11 {

void trace(Log& log, Fn function, const Status& status) noexcept;

}  // namespace jpki::p11
