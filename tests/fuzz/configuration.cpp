// Any text as pkcs11.conf: reading it never throws, what comes of it is a configuration, and whoever wrote
// it is told where the mistake is.
#include <algorithm>

#include "config/config.hpp"
#include "harness.hpp"

namespace {

using namespace jpki::p11;
using jpki::fuzz::require;

bool lasts(std::chrono::steady_clock::duration time) {
    using namespace std::chrono_literals;
    return time == std::chrono::steady_clock::duration::max() || (time >= 1s && time <= 366 * 24h);
}

void check(const Config& config) {
    require(config.worker_threads <= WorkerThreads::always, "worker_threads is one of its values");
    require(config.last_try <= LastTry::allow, "last_try is one of its values");
    require(config.tokens <= View::signature, "tokens is one of its values");
    require(config.confirm <= Confirm::every_signature, "confirm is one of its values");
    require(config.logout <= jpki::Logout::power, "logout is one of its values");
    require(config.log_level <= jpki::LogLevel::trace, "log_level is one of its values");
    require(lasts(config.auth_idle) && lasts(config.sign_idle),
            "a login lasts a second to a year, or for ever");
}

bool same(const Config& a, const Config& b) {
    return a.worker_threads == b.worker_threads && a.last_try == b.last_try && a.tokens == b.tokens &&
           a.confirm == b.confirm && a.logout == b.logout && a.auth_idle == b.auth_idle &&
           a.sign_idle == b.sign_idle && a.log_file == b.log_file && a.log_level == b.log_level;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> copy(data, data + size);
    const std::string_view text(copy.data(), copy.size());
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n')) + 1;
    Config config;
    const auto problems = read_config(text, config, "firefox");
    check(config);
    for (const ConfigProblem& problem : problems) {
        require(!problem.message.empty(), "a problem has a message");
        require(problem.line >= 1 && problem.line <= lines + 1, "a problem has a line of the file",
                problem.line);
        require(problem.column >= 1, "a problem has a column");
    }
    // Once more over its own result: the same text means the same.
    Config again = config;
    require(read_config(text, again, "firefox").size() == problems.size(),
            "the same text, the same problems");
    require(same(config, again), "reading a file twice changes nothing");
    return 0;
}
