// jpki-campaign: faults at every place, and what must hold after each. See docs/campaign.md.
#include <CLI/CLI.hpp>

#include "allocations.hpp"
#include "runner.hpp"

int main(int argc, char** argv) {
    jpki::campaign::allocations::install();
    jpki::campaign::Orders orders;
    CLI::App app{"Fault campaign of jpki-pkcs11: in process, on the virtual card, the same in every run."};
    app.add_flag("--subset", orders.subset, "every n-th case of each family: about a minute");
    app.add_option("--family", orders.family, "this family only");
    app.add_option("--only", orders.only, "cases whose names begin so; a whole name repeats one case");
    app.add_option("--jobs", orders.jobs, "processes")->check(CLI::Range(1, 64));
    app.add_option("--report", orders.report, "write the table here, as Markdown");
    app.footer("Exit status: 0 all held; 1 something did not; 2 wrong usage.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& wrong) {
        return app.exit(wrong) == 0 ? 0 : 2;
    }
    return jpki::campaign::run(orders) == 0 ? 0 : 1;
}
