#include "runner.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>

#ifdef JPKI_COVERAGE
extern "C" void __gcov_dump(void);
#endif

namespace jpki::campaign {

namespace {

using Clock = std::chrono::steady_clock;

struct Tally {
    std::size_t cases = 0;
    std::size_t failures = 0;
    std::size_t returned = 0;  // the card had to be put in again
    double seconds = 0;        // of all processes together
};

bool chosen(const Orders& orders, const Family& family, const Case& one, std::size_t number) {
    if (!orders.only.empty()) return one.name.starts_with(orders.only);
    return !orders.subset || number % family.subset_step == 0;
}

// A line a case to whoever started this process: "= FAMILY NAME" before, "+ SECONDS" or "- SECONDS WHY"
// after.
void say(int wire, std::string_view line) {
    const std::string whole = fmt::format("{}\n", line);
    (void)!::write(wire, whole.data(), whole.size());
}

// The share of one process.
void work(const Orders& orders, unsigned share, int wire) {
    const Baseline before = baseline();
    std::size_t turn = 0;
    for (const Family& family : families()) {
        if (!orders.family.empty() && orders.family != family.name) continue;
        const std::vector<Case> cases = family.make();
        for (std::size_t number = 0; number < cases.size(); ++number) {
            const Case& one = cases[number];
            if (!chosen(orders, family, one, number) || turn++ % orders.jobs != share) continue;
            say(wire, fmt::format("= {} {}", family.name, one.name));
            const auto start = Clock::now();
            Ledger ledger;
            try {
                one.run(ledger, before);
            } catch (const std::exception& wrong) {
                ledger.complain(fmt::format("I1: an exception: {}", wrong.what()));
            }
            const double took = std::chrono::duration<double>(Clock::now() - start).count();
            std::string why;
            for (const std::string& complaint : ledger.complaints)
                why += (why.empty() ? "" : "; ") + complaint;
            say(wire, ledger.complaints.empty() ? fmt::format("{} {:.6f}", ledger.returned ? '*' : '+', took)
                                                : fmt::format("- {:.6f} {}", took, why));
        }
    }
}

// What one process says, line by line.
class Worker {
  public:
    Worker(const Orders& orders, unsigned share) {
        int ends[2];
        if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
        (void)std::fflush(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            (void)::close(ends[0]);
            work(orders, share, ends[1]);
#ifdef JPKI_COVERAGE
            __gcov_dump();  // which is otherwise the work of an exit handler
#endif
            ::_exit(0);
        }
        (void)::close(ends[1]);
        stream_ = ::fdopen(ends[0], "r");
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() { (void)std::fclose(stream_); }

    // False at its end; a process that died took its case with it.
    bool read(std::map<std::string, Tally>& tallies) {
        char line[4096];
        if (std::fgets(line, sizeof line, stream_) == nullptr) {
            int status = 0;
            (void)::waitpid(pid_, &status, 0);
            if (status != 0) fail(tallies, fmt::format("I1: the process ended with {:#x}", status));
            return false;
        }
        line[std::strcspn(line, "\n")] = '\0';
        const std::string_view text(line);
        if (text.starts_with("= ")) {
            const std::size_t blank = text.find(' ', 2);
            family_ = text.substr(2, blank - 2);
            name_ = text.substr(blank + 1);
        } else {
            Tally& tally = tallies[family_];
            ++tally.cases;
            char* rest = nullptr;
            tally.seconds += std::strtod(line + 2, &rest);
            if (text.starts_with("* ")) ++tally.returned;
            if (text.starts_with("- ")) fail(tallies, rest + 1);
            name_.clear();
        }
        return true;
    }

    [[nodiscard]] int wire() const { return ::fileno(stream_); }

  private:
    void fail(std::map<std::string, Tally>& tallies, const std::string& why) {
        ++tallies[family_].failures;
        fmt::print("FAIL {}: {}\n", name_, why);
        (void)std::fflush(stdout);
    }

    pid_t pid_ = -1;
    FILE* stream_ = nullptr;
    std::string family_;
    std::string name_;
};

void show(const std::map<std::string, Tally>& tallies, double seconds) {
    if (::isatty(STDERR_FILENO) == 0) return;
    std::size_t cases = 0;
    std::size_t failures = 0;
    for (const auto& [name, tally] : tallies) {
        cases += tally.cases;
        failures += tally.failures;
    }
    fmt::print(stderr, "\r{} cases, {} failures, {:.0f} s ", cases, failures, seconds);
}

void report(const Orders& orders, const std::map<std::string, Tally>& tallies, double seconds) {
    std::string text =
        "| family | what is done | cases | failures | card put in again | seconds "
        "|\n|---|---|---:|---:|---:|---:|\n";
    Tally all;
    for (const Family& family : families()) {
        const auto found = tallies.find(family.name);
        if (found == tallies.end()) continue;
        const Tally& tally = found->second;
        text += fmt::format("| {} | {} | {} | {} | {} | {:.1f} |\n", family.name, family.meaning, tally.cases,
                            tally.failures, tally.returned, tally.seconds);
        all.cases += tally.cases;
        all.failures += tally.failures;
        all.returned += tally.returned;
        all.seconds += tally.seconds;
    }
    text += fmt::format("| **all** | | **{}** | **{}** | **{}** | **{:.1f}** |\n", all.cases, all.failures,
                        all.returned, all.seconds);
    fmt::print("{}\n{} cases, {} failures, {:.0f} seconds in {} processes\n", text, all.cases, all.failures,
               seconds, orders.jobs);
    if (!orders.report.empty()) std::ofstream(orders.report) << text;
}

}  // namespace

std::size_t run(const Orders& orders) {
    const auto start = Clock::now();
    std::map<std::string, Tally> tallies;
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned share = 0; share < orders.jobs; ++share)
        workers.push_back(std::make_unique<Worker>(orders, share));
    // Lines are short and come quickly: reading them in turn holds nobody up for long.
    auto shown = start;
    while (!workers.empty()) {
        for (auto worker = workers.begin(); worker != workers.end();)
            worker = (*worker)->read(tallies) ? worker + 1 : workers.erase(worker);
        if (Clock::now() - shown > std::chrono::milliseconds(500)) {
            shown = Clock::now();
            show(tallies, std::chrono::duration<double>(shown - start).count());
        }
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    report(orders, tallies, seconds);
    std::size_t failures = 0;
    std::size_t cases = 0;
    for (const auto& [name, tally] : tallies) {
        failures += tally.failures;
        cases += tally.cases;
    }
    return cases == 0 ? 1 : failures;
}

}  // namespace jpki::campaign
