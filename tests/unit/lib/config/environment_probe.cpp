// What a program finds: whether it runs with other rights than its caller's (AT_SECURE), what the
// configuration says, and a log if one is named. secure_environment_test.cpp makes a set-user-ID program of
// it.
#include <sys/auxv.h>

#include <cstdio>

#include "config/config_files.hpp"
#include "config/log_file.hpp"

#ifdef __SANITIZE_ADDRESS__
// The search for leaks needs ptrace, which such a program may not use on itself.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options();  // NOLINT
const char* __asan_default_options() { return "detect_leaks=0"; }                        // NOLINT
#endif

int main() {
    using namespace jpki::p11;
    const LoadedConfig loaded = load_config();
    open_log(loaded.config.log_file, loaded.config.log_level)->write(jpki::LogLevel::error, "a line");
    std::printf("secure=%lu last_try=%s tokens=%s log=%s problems=%zu\n", ::getauxval(AT_SECURE),
                loaded.config.last_try == LastTry::allow ? "allow" : "refuse",
                loaded.config.tokens == View::both ? "both" : "other",
                loaded.config.log_file.empty() ? "none" : "some", loaded.problems.size());
    return 0;
}
