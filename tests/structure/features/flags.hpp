// Flags by name.
#pragma once

#include <span>
#include <string>

#include "jpki/cryptoki.h"
#include "report.hpp"

namespace jpki::features {

struct Flag {
    CK_FLAGS bit;
    const char* name;
};
#define JPKI_FLAG(name) \
    jpki::features::Flag { name, #name }

// Those that are set, in the order of `known`; a bit without a name is complained about.
inline std::string flag_names(Report& report, CK_FLAGS flags, std::span<const Flag> known) {
    std::string names;
    for (const Flag& flag : known) {
        if ((flags & flag.bit) == 0) continue;
        names += (names.empty() ? "" : ", ") + code(flag.name);
        flags &= ~flag.bit;
    }
    report.expect(flags == 0, "every flag has a name");
    return names;
}

}  // namespace jpki::features
