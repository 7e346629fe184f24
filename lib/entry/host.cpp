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
    bool wants_cas;
};
constexpr std::array<Row, 3> kOnePinPrograms{
    {{"ssh", true, false}, {"p11-kit-server", false, true}, {"p11-kit-remote", false, true}}};

const Row* row_of(std::string_view program) {
    const auto* row = std::ranges::find_if(kOnePinPrograms, [program](const Row& known) {
        return known.prefix ? program.starts_with(known.name) : program == known.name;
    });
    return row == kOnePinPrograms.end() ? nullptr : row;
}

constexpr std::array<const char*, 2> kForbidThreadsByHabit{"libnss3.so", "libp11-kit.so.0"};

// By the name that stands in the library itself.
bool is_loaded(const char* library) noexcept {
    void* found = ::dlopen(library, RTLD_NOLOAD | RTLD_LAZY);
    if (found != nullptr) (void)::dlclose(found);
    return found != nullptr;
}

}  // namespace

bool nss_is_loaded() noexcept { return is_loaded("libnss3.so"); }

bool forbids_threads_by_habit() noexcept { return std::ranges::any_of(kForbidThreadsByHabit, is_loaded); }

std::string program_name() {
    std::string path(PATH_MAX, '\0');
    const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
    if (length <= 0) return {};
    return program_of(std::string_view(path).substr(0, static_cast<std::size_t>(length)));
}

std::string program_of(std::string_view executable) {
    constexpr std::string_view kReplaced = " (deleted)";
    if (executable.ends_with(kReplaced)) executable.remove_suffix(kReplaced.size());
    return std::string(executable.substr(executable.rfind('/') + 1));
}

View default_view(std::string_view program) noexcept {
    if (nss_is_loaded()) return View::authentication;
    return row_of(program) != nullptr ? View::authentication : View::both;
}

bool wants_ca_certificates(std::string_view program) noexcept {
    if (is_loaded("pkinit.so.0")) return false;
    const Row* row = row_of(program);
    return row == nullptr || row->wants_cas;
}

}  // namespace jpki::p11
