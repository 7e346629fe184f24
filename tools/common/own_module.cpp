#include "common/own_module.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <filesystem>

namespace jpki::app {

namespace fs = std::filesystem;

std::string own_module() {
    std::array<char, PATH_MAX> path{};
    if (::readlink("/proc/self/exe", path.data(), path.size() - 1) > 0) {
        const fs::path folder = fs::path(path.data()).parent_path();
        // As it is built; as it is installed, under whatever prefix.
        for (const char* place : {"../lib/jpki-pkcs11.so", JPKI_MODULE_FROM_HERE}) {
            std::error_code ignored;
            if (fs::exists(folder / place, ignored))
                return fs::weakly_canonical(folder / place, ignored).string();
        }
    }
    return JPKI_INSTALLED_MODULE;
}

}  // namespace jpki::app
