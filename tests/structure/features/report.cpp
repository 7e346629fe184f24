#include "report.hpp"

namespace jpki::features {

void Report::line(std::string_view text) {
    text_ += text;
    text_ += '\n';
}

void Report::head(const std::vector<std::string>& cells) {
    row(cells);
    row(std::vector<std::string>(cells.size(), "---"));
}

void Report::row(const std::vector<std::string>& cells) {
    text_ += '|';
    for (const std::string& cell : cells)
        text_ += " " + cell + " |";
    text_ += '\n';
}

void Report::expect(bool holds, const std::string& claim) {
    if (!holds) untrue_.push_back(claim);
}

std::string code(std::string_view name) { return "`" + std::string(name) + "`"; }

}  // namespace jpki::features
