#include "entry/trace.hpp"

#include <array>
#include <cstdio>

#include "entry/rv.hpp"

namespace jpki::p11 {

namespace {

constexpr std::array kNames{
#define JPKI_FUNCTION(name, since, parameters, arguments) #name,
#include "entry/functions.def"
#undef JPKI_FUNCTION
};

}  // namespace

void trace(const Module& module, Fn function, const Status& status) noexcept {
    Log& log = *module.environment().log;
    const LogLevel level = status ? LogLevel::trace : LogLevel::info;
    if (!log.enabled(level)) return;
    std::array<char, 256> line{};
    const char* name = kNames[static_cast<std::size_t>(function)];
    if (status) {
        (void)std::snprintf(line.data(), line.size(), "%s -> CKR_OK", name);
    } else {
        const Error& error = status.error();
        (void)std::snprintf(line.data(), line.size(), "%s -> 0x%lX (%s; 0x%X)", name, to_rv(error.code),
                            error.what, error.detail);
    }
    log.write(level, line.data());
}

}  // namespace jpki::p11
