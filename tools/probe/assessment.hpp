// What the functions of assess.cpp and assess_files.cpp share: a record to look into, and what is said of a
// fact. Used by these two only.
#pragma once

#include "probe/assess.hpp"

namespace jpki::probe {

struct Context {
    const Record* record;
    const Surroundings* surroundings;

    [[nodiscard]] const Exchange& of(std::string_view id) const { return record->of(id); }
    [[nodiscard]] std::string outcome(std::string_view id) const { return of(id).outcome(); }
    [[nodiscard]] std::string finding(std::string_view id, std::string_view key) const {
        return std::string(of(id).finding(key));
    }
    // Of all commands that are about a fact: the first that found something under this key.
    [[nodiscard]] std::string found(std::span<const std::string_view> ids, std::string_view key) const;
};

struct Assessed {
    Answer answer{};
    std::array<std::string, 4> values{};
};

Assessed availability(const Context& it);
Assessed absent_certificate(const Context& it);
Assessed authentication_certificate(const Context& it);
Assessed key(const Context& it);
Assessed extensions(const Context& it);
Assessed names(const Context& it);
Assessed filler(const Context& it);
Assessed ca_file(const Context& it);
Assessed signature_certificate(const Context& it);

}  // namespace jpki::probe
