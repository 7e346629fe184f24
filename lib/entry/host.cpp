#include "entry/host.hpp"

#include <dlfcn.h>
#include <linux/limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace jpki::p11 {

namespace {

struct Row {
    std::string_view name;
    bool prefix;
};
constexpr std::array<Row, 3> kOnePinPrograms{
    {{"ssh", true}, {"p11-kit-server", false}, {"p11-kit-remote", false}}};

}  // namespace

bool nss_is_loaded() noexcept {
    void* nss = ::dlopen("libnss3.so", RTLD_NOLOAD | RTLD_LAZY);
    if (nss != nullptr) (void)::dlclose(nss);
    return nss != nullptr;
}

std::string program_name() {
    std::array<char, PATH_MAX> path{};
    const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    if (length <= 0) return {};
    const std::string_view whole(path.data(), static_cast<std::size_t>(length));
    return std::string(whole.substr(whole.rfind('/') + 1));
}

View natural_view(std::string_view program) noexcept {
    if (nss_is_loaded()) return View::authentication;
    const bool one_pin = std::ranges::any_of(kOnePinPrograms, [program](const Row& row) {
        return row.prefix ? program.starts_with(row.name) : program == row.name;
    });
    return one_pin ? View::authentication : View::both;
}

}  // namespace jpki::p11
