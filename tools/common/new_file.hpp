// How the programs of tools/ write a file of the user's: all of it, or nothing. Whoever writes one asks
// here; no file of the user's is opened for writing anywhere else.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace jpki::app {

// Instead of an errno: what is there is a device, a pipe, a socket or a folder, which nothing replaces.
constexpr int kNoRegularFile = -1;

// Whether write_whole() would begin: 0, or why not.
int check_place(const std::string& path, bool replace);

// 0, kNoRegularFile, or errno: EEXIST when the file is already there, unless `replace`. Whatever fails, what
// was there stays, and never is there half a file. Nobody can read it who could not read what was there, or
// whom the umask keeps out. A symbolic link stays, and the file that it leads to is replaced. Signals wait
// until it is done.
int write_whole(const std::string& path, std::string_view contents, bool replace);

}  // namespace jpki::app
