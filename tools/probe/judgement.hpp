// What the judges of judge.cpp and judge_files.cpp share: a record to look into, and what is said of a fact.
// Used by these two only.
#pragma once

#include "probe/judge.hpp"

namespace jpki::probe {

struct Case {
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

struct Said {
    Answer answer{};
    std::array<std::string, 4> values{};
};

Said availability(const Case& it);
Said absent_certificate(const Case& it);
Said authentication_certificate(const Case& it);
Said key(const Case& it);
Said extensions(const Case& it);
Said names(const Case& it);
Said filler(const Case& it);
Said ca_file(const Case& it);
Said signature_certificate(const Case& it);

}  // namespace jpki::probe
