// How the programs of this folder write a file of the user's: all of it, or nothing.
#pragma once

#include <string>

namespace jpki::app {

// 0, or errno: EEXIST when the file is already there, unless `replace`. Whatever fails, what was there stays,
// and never is there half a file.
int write_whole(const std::string& path, const std::string& contents, bool replace);

}  // namespace jpki::app
