// Checks the signatures of a PDF: each over what its ByteRange says, and the last one over the whole file.
#include <algorithm>
#include <array>
#include <set>

#include "document/cms_check.hpp"
#include "document/document.hpp"
#include "document/pdf_certification.hpp"
#include "document/pdf_document.hpp"
#include "document/pdf_marks.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

// Each takes a hash of up to the whole file.
constexpr std::size_t kMostSignatures = 100;

// The bytes before `begin` and from `end` to `after`; between them stands the signature.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t after = 0;
};

struct Found {
    PdfObject signature;
    std::optional<Range> range;
};

// A field, or an array of them, that is still to be looked at.
struct Pending {
    PdfObject object;
    bool of_signatures;  // what it inherits from the field above
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

// Whatever stands in more than one place, or in itself, is looked at once; so the work is bounded by what the
// file holds. Values have a set of their own: an object may be one field's value and a field itself.
std::vector<Found> all_signatures(const PdfObject& fields, std::size_t size) {
    std::vector<Found> found;
    std::set<PdfId> looked_at;
    std::set<PdfId> values;
    const auto is_new = [](std::set<PdfId>& among, const PdfObject& object) {
        return !object.is_indirect() || among.insert(object.id()).second;
    };
    for (std::vector<Pending> pending{{fields, false}}; !pending.empty();) {
        auto [object, of_signatures] = pending.back();
        pending.pop_back();
        if (!is_new(looked_at, object)) continue;
        for (int i = object.size(); i > 0; --i)
            pending.push_back({object.at(i - 1), of_signatures});
        if (!object.is_dictionary()) continue;
        const std::string type = object["/FT"].name();
        if (!type.empty()) of_signatures = type == "/Sig";
        const PdfObject value = object["/V"];
        if (of_signatures && value.is_dictionary() && is_new(values, value))
            found.push_back({value, range_of(value, size)});
        if (const PdfObject kids = object["/Kids"]; kids.is_array()) pending.push_back({kids, of_signatures});
    }
    return found;
}

std::vector<Found> signatures_in(const PdfDocument& pdf, std::size_t size) {
    std::vector<Found> found = all_signatures(pdf.root()["/AcroForm"]["/Fields"], size);
    if (found.size() > kMostSignatures)
        throw Failure(Exit::not_verified, say(Text::too_many_signatures, found.size(), kMostSignatures));
    // Each behind those that end where it ends. (clang calls the inside of GCC 12's stable_sort deprecated.)
    const auto end = [](const Found& one) { return one.range ? one.range->after : 0; };
    std::vector<Found> sorted;
    for (Found& one : found)
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
std::optional<Bytes> gap_of(ByteView file, const Range& range) {
    const ByteView gap = file.subspan(range.begin, range.end - range.begin);
    if (gap.front() != '<' || gap.back() != '>' || gap.size() % 2 != 0) return std::nullopt;
    Bytes inside;
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

std::vector<Verdict> check_signature(const Bytes& file, const Found& found) {
    const std::string format = found.signature["/SubFilter"].name();
    if (format != "/adbe.pkcs7.detached" && format != "/ETSI.CAdES.detached")
        return blamed("format", Text::why_format);
    const auto inside = found.range ? gap_of(file, *found.range) : std::nullopt;
    const std::string contents = found.signature["/Contents"].bytes();
    if (!inside ||
        !std::ranges::equal(*inside, contents, {}, {}, [](char c) { return static_cast<std::uint8_t>(c); }))
        return blamed("range", Text::why_range);
    const ContentDigest signed_bytes = [&](const EVP_MD* hash) {
        const ByteView all(file);
        return digest(hash, {all.first(found.range->begin),
                             all.subspan(found.range->end, found.range->after - found.range->end)});
    };
    auto cms = check_cms(*inside, signed_bytes, Rest::zeros);
    if (!cms || cms->verdicts.empty()) return blamed("cms", Text::why_no_cms);
    for (Verdict& verdict : cms->verdicts)
        if (!verdict.claimed_time) verdict.claimed_time = time_of_pdf_date(found.signature["/M"].bytes());
    return std::move(cms->verdicts);
}

// The same signature where `then` has it.
const Found* same_range(const std::vector<Found>& then, const Range& range) {
    const auto found = std::ranges::find_if(then, [&range](const Found& one) {
        return one.range && one.range->begin == range.begin && one.range->end == range.end &&
               one.range->after == range.after;
    });
    return found == then.end() ? nullptr : &*found;
}

// A signature that something was appended to. It is read from the document as its signer had it, since
// whoever came later could give its dictionary another time; and what a certification forbids must not have
// come.
std::vector<Verdict> check_earlier(const Bytes& file, const Found& one, const PdfDocument& now) {
    const Bytes revision(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(one.range->after));
    std::optional<PdfDocument> then;
    try {
        then.emplace(revision, Exit::not_verified);
    } catch (const Failure&) {
        return blamed("range", Text::why_range);  // what it is over is no document
    }
    const auto found = signatures_in(*then, revision.size());
    const Found* same = same_range(found, *one.range);
    if (same == nullptr) return blamed("range", Text::why_range);
    auto verdicts = check_signature(revision, *same);
    const auto permission = certification_of(*then);
    const auto changed = permission ? forbidden_change(*then, now, *permission) : std::nullopt;
    for (Verdict& verdict : verdicts)
        if (changed)
            verdict.faults.push_back(
                {"certified", say(Text::why_certified, changed->number, changed->generation)});
    return verdicts;
}

}  // namespace

std::vector<Verdict> check_pdf(const Bytes& file) {
    const PdfDocument pdf(file, Exit::not_verified);
    const auto found = signatures_in(pdf, file.size());
    pdf.require_undamaged(Exit::not_verified);
    if (found.empty()) throw Failure(Exit::not_verified, say(Text::pdf_not_signed));
    std::vector<Verdict> all;
    const bool whole = found.back().range && found.back().range->after == file.size();
    for (const Found& one : found) {
        const std::size_t appended = one.range ? file.size() - one.range->after : 0;
        for (Verdict& verdict : appended != 0 ? check_earlier(file, one, pdf) : check_signature(file, one)) {
            verdict.appended = appended;
            if (!whole && verdict.appended != 0) verdict.blame("appended", Text::why_appended);
            all.push_back(std::move(verdict));
        }
    }
    return all;
}

}  // namespace jpki::app
