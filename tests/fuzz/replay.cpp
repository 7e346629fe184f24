// Runs a harness over files, or all files of a folder, each once: libFuzzer's part in builds without it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "harness.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path))
        if (entry.is_regular_file()) found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t count = 0;
    for (const char* const argument : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
        for (const fs::path& path : files_of(argument)) {
            std::ifstream file(path, std::ios::binary);
            if (!file) return 1;
            const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
            // Flushed, so that the last line of a crash names its cause.
            (void)std::fprintf(stderr, "%s\n", path.filename().c_str());
            (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
            ++count;
        }
    }
    (void)std::printf("%zu inputs\n", count);
    return count == 0 ? 1 : 0;
}
