// What docs/features.md is made in: every chapter writes its Markdown here, and what it found to be untrue of
// the module in this process.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jpki::features {

class Report {
  public:
    void line(std::string_view text = "");
    // A row of a table; the first one of a table is its head.
    void head(const std::vector<std::string>& cells);
    void row(const std::vector<std::string>& cells);

    // `claim`: what the tables say, in words; complained about where the module does otherwise.
    void expect(bool holds, const std::string& claim);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const std::vector<std::string>& untrue() const noexcept { return untrue_; }

  private:
    std::string text_;
    std::vector<std::string> untrue_;
};

std::string code(std::string_view name);  // `name`

// The chapters.
void interfaces(Report& report);
void functions(Report& report);
void mechanisms(Report& report);
void tokens(Report& report);
void objects(Report& report);
void vendor_interface(Report& report);

}  // namespace jpki::features
