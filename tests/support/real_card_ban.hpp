// Keeps tests away from citizens' cards: a test program that talks to a pcscd installs RealCardBan and is
// ended before its first test unless that pcscd is the rig's own and all its readers are virtual. Never
// relaxed for a test that enters wrong PINs: `allow_real_reader` is for those that cannot spend a try.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jpki::testing {

// What the ban looks at, so that its own tests need no environment.
struct BanInput {
    std::optional<std::string> socket;       // PCSCLITE_CSOCK_NAME
    std::optional<std::string> rig_dir;      // JPKI_RIG_DIR
    std::optional<std::string> real_reader;  // JPKI_TEST_REAL_READER
};

inline BanInput ban_input_of_environment() {
    const auto get = [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') return std::nullopt;
        return value;
    };
    return {get("PCSCLITE_CSOCK_NAME"), get("JPKI_RIG_DIR"), get("JPKI_TEST_REAL_READER")};
}

// Why the pcscd that this environment leads to must not even be asked for its readers; empty when it may.
inline std::string refusal_of_service(const BanInput& input, bool allow_real_reader) {
    if (allow_real_reader && input.real_reader) return {};
    if (!input.socket || !input.rig_dir)
        return "PCSCLITE_CSOCK_NAME and JPKI_RIG_DIR are not set: run me by tests/support/rig";
    std::error_code ignored;
    const auto dir = std::filesystem::weakly_canonical(*input.rig_dir, ignored);
    const auto socket = std::filesystem::weakly_canonical(*input.socket, ignored);
    // Not by text: /tmp/rig is no parent of /tmp/rig-of-another, nor of /tmp/rig/../../run/pcscd.
    const auto below = socket.lexically_relative(dir);
    if (dir.empty() || below.empty() || *below.begin() == ".." || *below.begin() == ".")
        return "PCSCLITE_CSOCK_NAME does not point below JPKI_RIG_DIR";
    return {};
}

// Why a reader must not be touched; empty when it may.
inline std::string refusal_of_reader(const BanInput& input, std::string_view reader, bool allow_real_reader) {
    if (allow_real_reader && input.real_reader)
        return reader == *input.real_reader ? "" : "not the reader that JPKI_TEST_REAL_READER names";
    return reader.starts_with("Virtual PCD") ? "" : "a reader that is not virtual: " + std::string(reader);
}

class RealCardBan final : public ::testing::Environment {
  public:
    using ListReaders = std::function<std::vector<std::string>()>;

    explicit RealCardBan(ListReaders list, bool allow_real_reader = false)
        : list_(std::move(list)), allow_real_reader_(allow_real_reader) {}

    void SetUp() override {
        const BanInput input = ban_input_of_environment();
        refuse_if(refusal_of_service(input, allow_real_reader_));
        // With a named real reader others may be present; a test asks refusal_of_reader() for the one it
        // takes.
        if (allow_real_reader_ && input.real_reader) return;
        for (const std::string& reader : list_())
            refuse_if(refusal_of_reader(input, reader, allow_real_reader_));
    }

  private:
    // At once and loudly: neither a skipped test nor one failure among others would do.
    static void refuse_if(const std::string& reason) {
        if (reason.empty()) return;
        (void)std::fprintf(stderr, "Refused, because of real cards: %s\n", reason.c_str());
        std::_Exit(3);
    }

    ListReaders list_;
    bool allow_real_reader_;
};

}  // namespace jpki::testing
