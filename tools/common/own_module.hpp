// Which PKCS#11 module belongs to a program of this folder: the one that was built with it, or installed with
// it, wherever that is. Whoever loads the module or names it to a person asks here. It loads nothing.
#pragma once

#include <string>

namespace jpki::app {

std::string own_module();

}  // namespace jpki::app
