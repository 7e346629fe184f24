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

constexpr std::uint32_t kLargestStatusWord = 0xFFFF;

}  // namespace

void trace(Log& log, Fn function, const Status& status) noexcept {
    const LogLevel level = status ? LogLevel::trace : LogLevel::info;
    if (!log.enabled(level)) return;
    std::array<char, 256> line{};
    const char* name = kNames[static_cast<std::size_t>(function)];
    if (status) {
        (void)std::snprintf(line.data(), line.size(), "%s -> CKR_OK", name);
    } else {
        const Error& error = status.error();
        const bool text = *error.what != '\0';
        const bool number = error.detail != 0;
        std::array<char, 16> detail{};
        if (number) {
            (void)std::snprintf(detail.data(), detail.size(),
                                error.detail > kLargestStatusWord ? "PC/SC %08X" : "SW %04X", error.detail);
        }
        (void)std::snprintf(line.data(), line.size(), "%s -> %s%s%s%s%s%s", name, rv_name(error.code),
                            text || number ? " (" : "", error.what, text && number ? "; " : "", detail.data(),
                            text || number ? ")" : "");
    }
    log.write(level, line.data());
}

}  // namespace jpki::p11
