// The only way of these programs to a screen, a terminal or a pipe. Lines for people are made harmless here,
// once more and whatever they are made of; it never decides what is said.
#pragma once

#include <string_view>

namespace jpki::app {

// In the place of a file's name: standard input or output.
constexpr std::string_view kStandard = "-";

// Lines of ours to an open file, without what a terminal would obey. 0, or errno.
int show(int file, std::string_view lines);

// For programs: bytes as they are.
int put(int file, std::string_view bytes);

// Takes away what stands in the terminal's current line.
void wipe_line(int file);

// Who is started with one of the first three closed would write into whatever is opened next, which may be a
// file of the user's or the line to pcscd. Opened for reading only: what is written there is an error, as it
// would be without.
void keep_first_three();

}  // namespace jpki::app
