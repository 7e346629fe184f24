// What a later revision may do to a signature before it, and to a certification.
#include <gtest/gtest.h>

#include <map>

#include "document/pdf_marks.hpp"
#include "test_pdf.hpp"

namespace jpki::app {
namespace {

using test::Parts;
using test::pdf_of;
using test::signed_pdf;
using test::text_of;

// A certification with permission P, and a revision after it that replaces or adds objects. (Nobody signs
// what is certified as final: P is written over one that was signed.)
std::string certified(int permission) {
    Parts parts;
    parts.catalog +=
        " /Perms << /DocMDP << /Type /Sig /Reference [<< /TransformMethod /DocMDP "
        "/TransformParams << /P 2 >> >>] >> >> /Outlines 4 0 R";
    parts.page += " /Contents 5 0 R /Annots [6 0 R]";
    parts.more = {"<< /Type /Outlines >>", "<< /Length 4 >>\nstream\n0 g \nendstream",
                  "<< /Type /Annot /Subtype /Text /Rect [0 0 1 1] >>"};
    std::string file = text_of(signed_pdf(pdf_of(parts)));
    const std::string allowed = fmt::format("/P {} >>", permission);
    for (std::size_t at = 0; (at = file.find("/P 2 >>", at)) != std::string::npos; at += allowed.size())
        file.replace(at, allowed.size(), allowed);
    return file;
}
Bytes revised(std::string file, const std::map<int, std::string>& objects) {
    const auto newest = newest_cross_reference(file);
    std::map<int, std::size_t> offsets;
    for (const auto& [number, text] : objects) {
        offsets[number] = file.size();
        file += fmt::format("{} 0 obj\n{}\nendobj\n", number, text);
    }
    const std::size_t here = file.size();
    const int size = std::max(std::stoi(file.substr(file.rfind("/Size ") + 6)), objects.rbegin()->first + 1);
    file += "xref\n";
    for (const auto& [number, offset] : offsets)
        file += fmt::format("{} 1\n{:010} 00000 n \n", number, offset);
    file += fmt::format("trailer\n<< /Size {} /Root 1 0 R /Prev {} >>\nstartxref\n{}\n%%EOF\n", size,
                        newest->offset, here);
    return {file.begin(), file.end()};
}
std::string replaced(std::string text, const std::string& what, const std::string& other) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), other);
}
// An object of the file as it was last written.
std::string object_of(const std::string& file, int number) {
    const std::string head = fmt::format("\n{} 0 obj\n", number);
    const std::size_t at = file.rfind(head) + head.size();
    return file.substr(at, file.find("\nendobj", at) - at);
}
bool is_blamed(const Bytes& file, const std::string& code) {
    const auto verdicts = check_pdf(file);
    return std::ranges::any_of(verdicts.front().faults, [&](const Fault& one) { return one.code == code; });
}

TEST(PdfCertification, WhatItForbidsMakesTheCertifiedSignatureNotRight) {
    for (const int permission : {1, 2, 3}) {
        const std::string file = certified(permission);
        const std::vector<std::map<int, std::string>> attacks{
            {{5, "<< /Length 4 >>\nstream\n1 g \nendstream"}},        // what the page shows
            {{3, replaced(object_of(file, 3), " 0 9 9", " 0 5 9")}},  // its size
            {{3, replaced(object_of(file, 3), "/Contents 5", "/Contents 20")},
             {20, "<< /Length 4 >>\nstream\n1 g \nendstream"}},
            {{2, "<< /Type /Pages /Count 2 /Kids [3 0 R 3 0 R] >>"}},
            {{4, "<< /Type /Outlines /First 21 0 R >>"}, {21, "<< /Title (x) >>"}},
            {{1, replaced(object_of(file, 1), "/Outlines",
                          "/OpenAction << /S /JavaScript /JS (x) >> /Outlines")}},
        };
        for (const auto& attack : attacks)
            EXPECT_TRUE(is_blamed(revised(file, attack), "certified"))
                << permission << ' ' << attack.begin()->second;
    }
}

TEST(PdfCertification, AnnotationsAndFieldsComeOnlyWhereTheyMay) {
    for (const int permission : {1, 2, 3}) {
        const std::string file = certified(permission);
        const auto annotated =
            revised(file, {{3, replaced(object_of(file, 3), "/Annots [", "/Annots [ 22 0 R ")},
                           {22, "<< /Type /Annot >>"}});
        EXPECT_EQ(is_blamed(annotated, "certified"), permission != 3) << permission;
        const auto again = revised(file, {{6, "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] >>"}});
        EXPECT_EQ(is_blamed(again, "certified"), permission != 3) << permission;
        std::string page = object_of(file, 3);
        page.insert(page.find(']', page.find("/Annots")), " 22 0 R ");
        const auto widget = revised(file, {{3, page}, {22, "<< /Type /Annot /Subtype /Widget >>"}});
        EXPECT_EQ(is_blamed(widget, "certified"), permission == 1) << permission;
        const auto rewritten = revised(file, {{3, replaced(object_of(file, 3), " 9 9", " 9.0 9.000")}});
        EXPECT_FALSE(is_blamed(rewritten, "certified")) << permission;
    }
}

TEST(PdfCertification, ValidationDataAndTimeStampsMayComeWhateverItSays) {
    const std::string file = certified(1);
    const std::string catalog = object_of(file, 1);
    EXPECT_FALSE(
        is_blamed(revised(file, {{1, catalog.substr(0, catalog.rfind(">>")) + "/DSS << /Certs [] >> >>"}}),
                  "certified"));
    EXPECT_FALSE(is_blamed(revised(file, {{25, "<< /Nobody /Sees >>"}}), "certified"));
}

TEST(PdfCheck, ALaterRevisionCannotGiveASignatureAnotherTime) {
    const std::string file = text_of(signed_pdf(pdf_of({})));
    const std::size_t at = file.find("/ByteRange");
    const std::size_t begin = file.rfind(" 0 obj\n", at);
    const int number = std::stoi(file.substr(file.rfind('\n', begin) + 1));
    const auto verdicts =
        check_pdf(revised(file, {{number, replaced(object_of(file, number), "/M (D:20", "/M (D:19")}}));
    ASSERT_TRUE(verdicts.front().claimed_time);
    EXPECT_EQ(*verdicts.front().claimed_time, *check_pdf({file.begin(), file.end()}).front().claimed_time);
}

}  // namespace
}  // namespace jpki::app
