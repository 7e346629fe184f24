// Any bytes as the list of readers that libpcsclite hands over: what comes out is bounded, clean and was in
// the list.
#include <algorithm>

#include "harness.hpp"
#include "pcsc/reader_names.hpp"

using jpki::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace pcsc = jpki::card::pcsc;
    // A copy of its own size, so that a read beyond its end is seen.
    const std::vector<char> bytes(data, data + size);
    const std::vector<std::string> names = pcsc::parse_reader_names(bytes);
    require(names.size() <= pcsc::kMaximumReaders, "there is a limit to readers", names.size());
    const std::string_view whole(bytes.data(), bytes.size());
    std::size_t at = 0;
    for (const std::string& name : names) {
        require(!name.empty() && name.size() < pcsc::kMaximumReaderName, "a name has a name's length",
                name.size());
        require(name.find('\0') == std::string::npos, "a name holds no zero byte");
        require(std::ranges::count(names, name) == 1, "a name comes once");
        at = whole.find(name + '\0', at);
        require(at != std::string_view::npos, "names come out in the order of the list, and whole");
    }
    return 0;
}
