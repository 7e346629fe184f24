// Small PDFs for tests, made object by object.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "document/document.hpp"
#include "test_signer.hpp"

namespace jpki::app::test {

struct Parts {
    std::string catalog = "/Type /Catalog /Pages 2 0 R";
    std::string page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]";
    std::vector<std::string> more;  // objects 4 and on
    std::string trailer;
    std::string kids = "[3 0 R]";
};

inline Bytes pdf_of(const Parts& parts) {
    std::vector<std::string> objects{"<< " + parts.catalog + " >>",
                                     "<< /Type /Pages /Count 1 /Kids " + parts.kids + " >>",
                                     "<< " + parts.page + " >>"};
    objects.insert(objects.end(), parts.more.begin(), parts.more.end());
    std::string file = "%PDF-1.4\n";
    std::string rows;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        rows += fmt::format("{:010} 00000 n \n", file.size());
        file += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
    }
    const std::size_t at = file.size();
    file += fmt::format(
        "xref\n0 {}\n0000000000 65535 f \n{}trailer\n<< /Size {} /Root 1 0 R {} >>\nstartxref\n{}\n%%EOF\n",
        objects.size() + 1, rows, objects.size() + 1, parts.trailer, at);
    return {file.begin(), file.end()};
}

inline Bytes signed_pdf(const Bytes& file) {
    return draft_pdf(file, PdfFormat::registry).sign(test::world().signer());
}

inline std::string text_of(const Bytes& file) { return {file.begin(), file.end()}; }

}  // namespace jpki::app::test
