#include "pcsc/functions.hpp"

#include <dlfcn.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>

namespace jpki::card::pcsc {

namespace {

constexpr const char* kLibrary = "libpcsclite.so.1";

// Never destroyed: threads of ours may still be about when the process ends.
constinit std::atomic<const Functions*> g_functions{nullptr};

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

bool fill(void* library, Functions& functions) {
    bool whole = true;
#define JPKI_PCSC_FUNCTION(name) whole = whole && find(library, #name, functions.name);
#include "pcsc/functions.def"
#undef JPKI_PCSC_FUNCTION
    return whole;
}

void complain(Log& log) {
    const char* why = ::dlerror();
    if (!log.enabled(LogLevel::warning)) return;
    std::array<char, 256> line{};
    (void)std::snprintf(line.data(), line.size(),
                        "no readers without %s: install libpcsclite1 (Debian), pcsc-lite-libs (Fedora) or "
                        "pcsclite (Arch): %s",
                        kLibrary, why == nullptr ? "" : why);
    log.write(LogLevel::warning, line.data());
}

}  // namespace

const Functions* libpcsclite(Log& log) {
    if (const Functions* known = g_functions.load()) return known;
    auto made = std::make_unique<Functions>();
    void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr || !fill(library, *made)) {
        complain(log);
        if (library != nullptr) (void)::dlclose(library);
        return nullptr;
    }
    const Functions* known = nullptr;
    if (!g_functions.compare_exchange_strong(known, made.get())) return known;
    return made.release();
}

}  // namespace jpki::card::pcsc
