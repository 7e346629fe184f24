#include <gtest/gtest.h>

#include "document/pdf_document.hpp"
#include "document/pdf_marks.hpp"
#include "document/pdf_update.hpp"
#include "test_pdf.hpp"
#include "text/failure.hpp"

namespace jpki::app {
namespace {

using namespace std::chrono;
using test::Parts;
using test::pdf_of;
using test::signed_pdf;
using test::text_of;

bool all_right(const Bytes& file, std::size_t number) {
    const auto verdicts = check_pdf(file);
    return verdicts.size() == number && std::ranges::all_of(verdicts, &Verdict::right);
}

Exit exit_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Failure& failure) {
        return failure.exit();
    }
    return Exit::ok;
}

bool can_be_signed(const Bytes& file) {
    return exit_of([&file] { (void)draft_pdf(file, PdfFormat::registry); }) == Exit::ok;
}

TEST(PdfDate, IsReadAsItIsWritten) {
    const Time when = sys_days(2026y / 1 / 31) + 23h + 59min + 58s;
    EXPECT_EQ(pdf_date(when), "D:20260201085958+09'00'");
    EXPECT_EQ(time_of_pdf_date(pdf_date(when)), when);
}

TEST(PdfDate, MayBeShort) {
    EXPECT_EQ(time_of_pdf_date("D:2026"), sys_days(2026y / 1 / 1));
    EXPECT_EQ(time_of_pdf_date("20260203"), sys_days(2026y / 2 / 3));
    EXPECT_EQ(time_of_pdf_date("D:20260203040506Z"), sys_days(2026y / 2 / 3) + 4h + 5min + 6s);
    EXPECT_EQ(time_of_pdf_date("D:20260203040506-05'30"), sys_days(2026y / 2 / 3) + 9h + 35min + 6s);
}

TEST(PdfDate, NonsenseIsNone) {
    for (const char* text : {"", "D:", "D:20", "D:20261301", "D:20260230", "D:20260203250000", "D:2026020",
                             "tomorrow", "D:20260203040506+99'00'", "D:20260203040506*09'00'", "D:0000"})
        EXPECT_FALSE(time_of_pdf_date(text)) << text;
}

TEST(CrossReference, TheLastOneOfTheFileCounts) {
    const auto table = newest_cross_reference("startxref\n1\n%%EOF.xref\nstartxref\n 18\r\n%%EOF");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->offset, 18U);
    EXPECT_FALSE(table->stream);
    EXPECT_TRUE(newest_cross_reference("%PDF 5 0 obj <<>> startxref 5")->stream);
}

TEST(CrossReference, OneThatPointsNowhereIsNone) {
    for (const char* text : {"", "startxref", "startxref x", "startxref -1", "startxref 0",
                             "startxref 99999999999999999999", "xref startxref 5", "startxref 9"})
        EXPECT_FALSE(newest_cross_reference(text)) << text;
}

TEST(PdfUpdate, TheOriginalStaysInFront) {
    const Bytes file = pdf_of({});
    const Bytes made = signed_pdf(file);
    EXPECT_TRUE(std::equal(file.begin(), file.end(), made.begin()));
    EXPECT_TRUE(all_right(made, 1));
}

TEST(PdfUpdate, EveryShapeOfFormAndAnnotationsIsKept) {
    const std::string field = "<< /FT /Tx /T (Signature1) /V (kept) >>";
    const Parts shapes[] = {
        {"/Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /DA (/Helv 0 Tf) >>",
         Parts().page,
         {field},
         "",
         "[3 0 R]"},
        {"/Type /Catalog /Pages 2 0 R /AcroForm 5 0 R",
         Parts().page,
         {field, "<< /Fields [4 0 R] >>"},
         "",
         "[3 0 R]"},
        {"/Type /Catalog /Pages 2 0 R /AcroForm 5 0 R",
         Parts().page,
         {field, "<< /Fields 6 0 R >>", "[4 0 R]"},
         "",
         "[3 0 R]"},
        {"/Type /Catalog /Pages 2 0 R /AcroForm << /Fields 5 0 R >>",
         Parts().page,
         {field, "[4 0 R]"},
         "",
         "[3 0 R]"},
        {Parts().catalog,
         Parts().page + " /Annots [4 0 R]",
         {"<< /Subtype /Text /Rect [0 0 1 1] >>"},
         "",
         "[3 0 R]"},
        {Parts().catalog,
         Parts().page + " /Annots 5 0 R",
         {"<< /Subtype /Text /Rect [0 0 1 1] >>", "[4 0 R]"},
         "",
         "[3 0 R]"},
        {"/Type /Catalog /Pages 2 0 R /AcroForm 99 0 R", Parts().page + " /Annots 98 0 R", {}, "", "[3 0 R]"},
    };
    for (const Parts& shape : shapes) {
        const Bytes once = signed_pdf(pdf_of(shape));
        EXPECT_TRUE(all_right(once, 1)) << text_of(once);
        const Bytes twice = signed_pdf(once);
        EXPECT_TRUE(all_right(twice, 2)) << text_of(twice);
        const PdfDocument pdf(twice, Exit::failed);
        const PdfObject form = pdf.root()["/AcroForm"];
        const bool had_field = shape.catalog.find("AcroForm") != std::string::npos && !shape.more.empty();
        EXPECT_EQ(form["/Fields"].size(), had_field ? 3 : 2);
        if (had_field) {
            EXPECT_EQ(form["/Fields"].at(0)["/V"].bytes(), "kept");
            EXPECT_NE(form["/Fields"].at(1)["/T"].bytes(), "Signature1");
        }
        EXPECT_EQ(form["/SigFlags"].integer(), 3);
        const bool had_note = shape.page.find("Annots") != std::string::npos && !shape.more.empty();
        const PdfObject page = pdf.root()["/Pages"]["/Kids"].at(0);
        EXPECT_EQ(page["/Annots"].size(), had_note ? 3 : 2);
    }
}

TEST(PdfUpdate, TrailerEntriesAreKeptAndTheFirstIdentifierToo) {
    const Bytes made = signed_pdf(pdf_of({Parts().catalog,
                                          Parts().page,
                                          {"<< /Title (t) >>"},
                                          "/Info 4 0 R /ID [<aa> <bb>] /Own (x)",
                                          "[3 0 R]"}));
    const PdfDocument pdf(made, Exit::failed);
    const PdfObject trailer = pdf.trailer();
    EXPECT_EQ(trailer["/Info"]["/Title"].bytes(), "t");
    EXPECT_EQ(trailer["/Own"].bytes(), "x");
    EXPECT_EQ(trailer["/ID"].at(0).bytes(), "\xAA");
    EXPECT_NE(trailer["/ID"].at(1).bytes(), "\xBB");
}

TEST(PdfUpdate, WhatCannotBeSignedIsRefused) {
    EXPECT_TRUE(can_be_signed(pdf_of({})));
    const Bytes whole = pdf_of({});
    EXPECT_FALSE(can_be_signed({}));
    EXPECT_FALSE(can_be_signed({'%', 'P', 'D', 'F', '-'}));
    Bytes shifted = whole;
    shifted.insert(shifted.begin(), '\n');
    EXPECT_FALSE(can_be_signed(shifted));
    for (const char* kids : {"[]", "[2 0 R]", "[<< /Type /Page >>]", "[9 0 R]", "[1 0 R 3 0 R"}) {
        Parts parts;
        parts.kids = kids;
        EXPECT_FALSE(can_be_signed(pdf_of(parts))) << kids;
    }
    Parts no_pages;
    no_pages.catalog = "/Type /Catalog";
    EXPECT_FALSE(can_be_signed(pdf_of(no_pages)));
}

TEST(PdfUpdate, TheWordsOfAPlaceElsewhereInTheDocumentMeanNothing) {
    const std::string words = "/ByteRange [0 0000000000 0000000000 0000000000] /Contents <0000>";
    Parts parts;
    parts.catalog += " /Here (" + words + ")";
    parts.page += " /Here (" + words + ")";
    const Bytes file = pdf_of(parts);
    const Bytes made = signed_pdf(file);
    EXPECT_TRUE(std::equal(file.begin(), file.end(), made.begin()));
    EXPECT_TRUE(all_right(made, 1));
}

TEST(PdfUpdate, ASizeThatIsNotTheNumberOfObjectsIsRefused) {
    for (const char* size : {"/Size 3", "/Size 2", "/Size -1", "/Size 9999999999"}) {
        const std::string text = text_of(pdf_of({}));
        const std::string changed = std::string(text).replace(text.find("/Size 4"), 7, size);
        EXPECT_FALSE(can_be_signed({changed.begin(), changed.end()})) << size;
    }
}

TEST(PdfUpdate, OneThatIsCertifiedAsFinalIsRefused) {
    Parts parts;
    parts.catalog += " /Perms << /DocMDP 4 0 R >>";
    parts.more = {"<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>] >>"};
    EXPECT_EQ(exit_of([&] { (void)draft_pdf(pdf_of(parts), PdfFormat::pades); }), Exit::refused);
    parts.more = {"<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 2 >> >>] >>"};
    EXPECT_TRUE(can_be_signed(pdf_of(parts)));
}

TEST(PdfUpdate, APlaceTooSmallIsAFailure) {
    PdfRoom room = PdfUpdate(pdf_of({})).make_room({}, 4);
    EXPECT_EQ(exit_of([&room] { room.fill(Bytes(5)); }), Exit::failed);
    room.fill({0xAB, 0x01});
    EXPECT_EQ(text_of({room.file.begin() + static_cast<std::ptrdiff_t>(room.begin),
                       room.file.begin() + static_cast<std::ptrdiff_t>(room.end)}),
              "<ab010000>");
}

// --- what others may have done to a signed file

struct Signed {
    Bytes file = signed_pdf(pdf_of({}));
    std::size_t gap = text_of(file).find("/Contents <") + 10;
    std::size_t end = text_of(file).find('>', gap) + 1;
};

bool is_right(const Bytes& file) {
    try {
        return all_right(file, 1);
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::not_verified);
        return false;
    }
}

TEST(PdfCheck, NoByteOutsideOfTheSignatureCanChange) {
    const Signed whole;
    ASSERT_TRUE(is_right(whole.file));
    for (std::size_t i = 0; i < whole.file.size(); ++i) {
        if (i == whole.gap + 1) i = whole.end - 1;
        Bytes changed = whole.file;
        changed[i] ^= 0x01U;
        EXPECT_FALSE(is_right(changed)) << i;
    }
}

TEST(PdfCheck, NoPartOfItIsRight) {
    const Signed whole;
    for (std::size_t length = 0; length < whole.file.size(); length += length + 64 < whole.gap ? 7 : 61)
        EXPECT_FALSE(is_right({whole.file.begin(), whole.file.begin() + static_cast<std::ptrdiff_t>(length)}))
            << length;
}

TEST(PdfCheck, NothingHidesInThePlaceOfTheSignature) {
    const Signed whole;
    for (const char* hidden : {"zz", "  ", "01", "><", "%%"}) {
        Bytes changed = whole.file;
        std::copy_n(hidden, 2, changed.begin() + static_cast<std::ptrdiff_t>(whole.end) - 3);
        EXPECT_FALSE(is_right(changed)) << hidden;
    }
}

TEST(PdfCheck, TheRangeHasToBeTheWholeFileButForTheSignature) {
    const Signed whole;
    const std::string text = text_of(whole.file);
    const std::size_t at = text.find("/ByteRange [");
    const std::size_t width = text.find(']', at) + 1 - at;
    const std::size_t rest = text.size() - whole.end;
    const std::string ranges[] = {
        fmt::format("/ByteRange [1 {} {} {}]", whole.gap - 1, whole.end, rest),
        fmt::format("/ByteRange [0 {} {} {}]", whole.gap - 1, whole.end, rest),
        fmt::format("/ByteRange [0 {} {} {}]", whole.gap, whole.end + 1, rest - 1),
        fmt::format("/ByteRange [0 {} {} {}]", whole.gap, whole.end, rest - 1),
        fmt::format("/ByteRange [0 {} {} {}]", whole.gap, whole.end, rest + 1),
        fmt::format("/ByteRange [0 {} {} 0]", whole.gap, whole.end),
        fmt::format("/ByteRange [0 {} {}]", whole.gap, whole.end),
        "/ByteRange [0 0 0 0]",
        "/ByteRange [0 -1 5 5]",
        "/ByteRange [0 9 5 999999999]",
        "/ByteRange null",
    };
    for (std::string range : ranges) {
        range.resize(width, ' ');
        std::string changed = text;
        changed.replace(at, width, range);
        EXPECT_FALSE(is_right({changed.begin(), changed.end()})) << range;
    }
}

TEST(PdfCheck, FieldsThatGoInCirclesEnd) {
    Parts parts;
    parts.catalog += " /AcroForm << /Fields [4 0 R 4 0 R 5 0 R] >>";
    parts.more = {"<< /FT /Sig /Kids [5 0 R 4 0 R] /V 4 0 R >>",
                  "<< /Kids [4 0 R 5 0 R] /V << /SubFilter /x >> >>"};
    EXPECT_FALSE(is_right(pdf_of(parts)));
}

TEST(PdfCheck, FieldsThatGrowInCirclesEnd) {
    // Two fields that stand in the array of their own kids, then the same by arrays and by dictionaries.
    for (const char* grows : {"[ << /Kids 4 0 R >> << /Kids 4 0 R >> ]", "[ 4 0 R 4 0 R [ 4 0 R 4 0 R ] ]",
                              "[ << /Kids [ << /Kids 4 0 R >> << /Kids 4 0 R >> ] >> 4 0 R ]"}) {
        Parts parts;
        parts.catalog += " /AcroForm << /Fields 4 0 R >>";
        parts.more = {grows};
        EXPECT_FALSE(is_right(pdf_of(parts))) << grows;
    }
}

TEST(PdfCheck, ASignatureIsFoundHoweverDeepItStands) {
    Parts parts;
    parts.catalog += " /AcroForm << /Fields [ 4 0 R ] >>";
    constexpr int kDeep = 200;
    for (int i = 0; i < kDeep; ++i)
        parts.more.push_back("<< /Kids [ " + std::to_string(5 + i) + " 0 R ] >>");
    parts.more.emplace_back("<< /FT /Sig /V << /SubFilter /x >> >>");
    const auto verdicts = check_pdf(pdf_of(parts));
    ASSERT_EQ(verdicts.size(), 1U);
    EXPECT_EQ(verdicts.front().faults.front().code, "format");
}

TEST(PdfCheck, MoreSignaturesThanAreExaminedAreNotLeftOutInSilence) {
    Parts parts;
    std::string fields;
    for (int i = 0; i < 101; ++i)
        fields += "<< /FT /Sig /V << /SubFilter /x >> >> ";
    parts.catalog += " /AcroForm << /Fields [ " + fields + "] >>";
    try {
        (void)check_pdf(pdf_of(parts));
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::not_verified);
        EXPECT_NE(std::string(failure.what()).find("101"), std::string::npos);
    }
}

}  // namespace
}  // namespace jpki::app
