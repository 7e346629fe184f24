// The one file of lib/ that includes from card/.
#include "entry/composition.hpp"

#include <unistd.h>

#include "card/registry.hpp"
#include "config/log_file.hpp"
#include "crypto/library_context.hpp"
#include "crypto/random.hpp"
#include "entry/host.hpp"
#include "pcsc/functions.hpp"
#include "pcsc/reader_system.hpp"
#include "waist/secret.hpp"

namespace jpki::p11 {

namespace {

bool wants_threads(WorkerThreads configured, const InitArgs& args) {
    switch (configured) {
        case WorkerThreads::always: return true;
        case WorkerThreads::never: return false;
        case WorkerThreads::automatic: break;
    }
    return !args.no_threads || forbids_threads_by_habit();
}

View decide_view(View configured, std::string_view program) {
    if (module_view() != View::automatic) return module_view();
    return configured != View::automatic ? configured : default_view(program);
}

}  // namespace

std::shared_ptr<const Environment> compose(const InitArgs& args) {
    const std::string program = program_name();
    LoadedConfig loaded = load_config(program);
    auto made = std::make_shared<Environment>();
    made->config = std::move(loaded.config);
    made->problems = std::move(loaded.problems);
    made->log = open_log(made->config.log_file, made->config.log_level);
    for (const ConfigProblem& problem : made->problems)
        made->log->write(LogLevel::warning, problem.message);
    if (made->log->enabled(LogLevel::warning) && !SecretBytes(1).secured())
        made->log->write(
            LogLevel::warning,
            "a PIN's page cannot be locked, left out of core dumps and wiped in forked children here");
    if (made->log->enabled(LogLevel::warning) && !crypto::is_libcrypto())
        made->log->write(
            LogLevel::warning,
            "this program has an OpenSSL in itself that comes before libcrypto; signatures may fail");
    made->readers = card::pcsc::make_pcsc_reader_system(*made->log, card::pcsc::libpcsclite(*made->log));
    made->cards = card::make_card_factory();
    made->clock = std::make_unique<SteadyClock>();
    made->random = std::make_unique<crypto::OpensslRandom>();
    made->view = decide_view(made->config.tokens, program);
    made->ca_certificates = wants_ca_certificates(program);
    made->threads = wants_threads(made->config.worker_threads, args);
    return made;
}

}  // namespace jpki::p11
