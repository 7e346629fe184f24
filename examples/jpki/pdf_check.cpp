// Checks the signatures of a PDF: each over what its ByteRange says, and the last one over the whole file.
#include <algorithm>
#include <array>
#include <set>

#include "cms_check.hpp"
#include "document.hpp"
#include "failure.hpp"
#include "pdf_document.hpp"
#include "pdf_marks.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

constexpr int kDeepestField = 32;
constexpr std::size_t kMostSignatures = 1000;

// The octets before `begin` and from `end` to `after`; between them stands the signature.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t after = 0;
};

struct Found {
    PdfObject signature;
    std::optional<Range> range;
};

struct Search {
    std::set<PdfId> seen;
    std::vector<Found> found;
};

std::optional<Range> range_of(const PdfObject& signature, std::size_t size) {
    const PdfObject array = signature["/ByteRange"];
    if (array.size() != 4) return std::nullopt;
    std::array<std::size_t, 4> numbers{};
    for (int i = 0; i < 4; ++i) {
        const long long value = array.at(i).is_integer() ? array.at(i).integer() : -1;
        if (value < 0 || static_cast<unsigned long long>(value) > size) return std::nullopt;
        numbers[static_cast<std::size_t>(i)] = static_cast<std::size_t>(value);
    }
    const auto [start, length, end, rest] = numbers;
    if (start != 0 || length + 2 > end || end + rest > size) return std::nullopt;
    return Range{length, end, end + rest};
}

void collect(const PdfObject& field, bool signatures, int depth, std::size_t size, Search& search) {
    if (!field.is_dictionary() || depth == kDeepestField || search.found.size() == kMostSignatures) return;
    if (field.is_indirect() && !search.seen.insert(field.id()).second) return;
    const std::string type = field["/FT"].name();
    if (!type.empty()) signatures = type == "/Sig";
    const PdfObject value = field["/V"];
    if (signatures && value.is_dictionary() &&
        (!value.is_indirect() || search.seen.insert(value.id()).second))
        search.found.push_back({value, range_of(value, size)});
    const PdfObject kids = field["/Kids"];
    for (int i = 0; i < kids.size(); ++i)
        collect(kids.at(i), signatures, depth + 1, size, search);
}

std::vector<Found> signatures_in(const PdfDocument& pdf, std::size_t size) {
    Search search;
    const PdfObject fields = pdf.root()["/AcroForm"]["/Fields"];
    for (int i = 0; i < fields.size(); ++i)
        collect(fields.at(i), false, 0, size, search);
    // Each behind those that end where it ends. (clang calls the inside of GCC 12's stable_sort deprecated.)
    const auto end = [](const Found& one) { return one.range ? one.range->after : 0; };
    std::vector<Found> sorted;
    for (Found& one : search.found)
        sorted.insert(std::ranges::upper_bound(sorted, end(one), {}, end), std::move(one));
    return sorted;
}

std::optional<std::uint8_t> digit(std::uint8_t character) {
    static constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    const std::size_t at = kDigits.find(static_cast<char>(character));
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<std::uint8_t>(at < 16 ? at : at - 6);
}

// The hexadecimal string that fills the gap of the range, and nothing else; so that nothing hides there.
std::optional<Octets> gap_of(View file, const Range& range) {
    const View gap = file.subspan(range.begin, range.end - range.begin);
    if (gap.front() != '<' || gap.back() != '>' || gap.size() % 2 != 0) return std::nullopt;
    Octets inside;
    inside.reserve(gap.size() / 2);
    for (std::size_t i = 1; i + 1 < gap.size(); i += 2) {
        const auto high = digit(gap[i]);
        const auto low = digit(gap[i + 1]);
        if (!high || !low) return std::nullopt;
        inside.push_back(static_cast<std::uint8_t>(*high << 4U | *low));
    }
    return inside;
}

std::vector<Verdict> blamed(std::string code, Text words) {
    std::vector<Verdict> one(1);
    one.front().blame(std::move(code), words);
    return one;
}

std::vector<Verdict> check_signature(const Octets& file, const Found& found) {
    const std::string format = found.signature["/SubFilter"].name();
    if (format != "/adbe.pkcs7.detached" && format != "/ETSI.CAdES.detached")
        return blamed("format", Text::why_format);
    const auto inside = found.range ? gap_of(file, *found.range) : std::nullopt;
    const std::string contents = found.signature["/Contents"].octets();
    if (!inside ||
        !std::ranges::equal(*inside, contents, {}, {}, [](char c) { return static_cast<std::uint8_t>(c); }))
        return blamed("range", Text::why_range);
    const ContentDigest signed_octets = [&](const EVP_MD* hash) {
        const View all(file);
        return digest(hash, {all.first(found.range->begin),
                             all.subspan(found.range->end, found.range->after - found.range->end)});
    };
    auto cms = check_cms(*inside, signed_octets, Rest::zeros);
    if (!cms || cms->verdicts.empty()) return blamed("cms", Text::why_no_cms);
    for (Verdict& verdict : cms->verdicts)
        if (!verdict.claimed_time) verdict.claimed_time = time_of_pdf_date(found.signature["/M"].octets());
    return std::move(cms->verdicts);
}

}  // namespace

std::vector<Verdict> check_pdf(const Octets& file) {
    const PdfDocument pdf(file, Exit::not_verified);
    const auto found = signatures_in(pdf, file.size());
    pdf.require_undamaged(Exit::not_verified);
    if (found.empty()) throw Failure(Exit::not_verified, say(Text::pdf_not_signed));
    std::vector<Verdict> all;
    const bool whole = found.back().range && found.back().range->after == file.size();
    for (const Found& one : found) {
        for (Verdict& verdict : check_signature(file, one)) {
            verdict.appended = one.range ? file.size() - one.range->after : 0;
            if (!whole && verdict.appended != 0) verdict.blame("appended", Text::why_appended);
            all.push_back(std::move(verdict));
        }
    }
    return all;
}

}  // namespace jpki::app
