// Lines of a page that is shown in a fixed-width font: columns, not bytes, since Japanese characters take
// two. Knows nothing of what is said.
#pragma once

#include <string>
#include <string_view>

namespace jpki::probe {

constexpr std::size_t kPageColumns = 100;

std::size_t columns_of(std::string_view text);
// With blanks behind it, up to so many columns.
std::string padded(std::string_view text, std::size_t columns);
// `text` behind `head`, in lines of at most kPageColumns; each further line begins in the column of the
// first's text. Broken at blanks, and before characters of two columns. Ends with a line break.
std::string hanging(std::string_view head, std::string_view text);

}  // namespace jpki::probe
