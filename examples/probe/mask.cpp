#include "probe/mask.hpp"

#include <algorithm>
#include <array>

#include "family_jpki/my_number.hpp"
#include "family_juki/juki.hpp"
#include "family_phone/phone.hpp"
#include "jpki/tlv.hpp"
#include "probe/certificate.hpp"

namespace jpki::probe {

namespace {

constexpr std::size_t kChunk = 256;
constexpr std::size_t kFillerAt = 0x0700;  // where auth_certificate_filler reads

// Published models of EF 0006.
constexpr std::array<std::string_view, 1> kModels{"E16R01NJ"};

struct Family {
    std::string_view name;
    const card::Profile* profile;
};
const std::array<Family, 4>& families() {
    static const std::array<Family, 4> kRows{{{"my-number", &card::kMyNumber},
                                              {"juki", &card::kJuki},
                                              {"android", &card::kAndroid},
                                              {"iphone", &card::kIphone}}};
    return kRows;
}

std::string_view trimmed(ByteView field) {
    const std::string_view text(reinterpret_cast<const char*>(field.data()), field.size());
    const std::size_t end = text.find_last_not_of(std::string_view(" \0", 2));
    return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

bool all(ByteView data, std::uint8_t octet) {
    return std::ranges::all_of(data, [octet](std::uint8_t one) { return one == octet; });
}

// What a file begins with.
std::string_view content_of(ByteView data) {
    if (data.empty()) return "empty";
    if (data.size() >= 2 && data[0] == 0x30 && data[1] > 0x80 && data[1] < 0x84) return "certificate";
    if (all(data, 0xFF)) return "FF";
    if (all(data, 0x00)) return "00";
    return "other";
}

std::vector<Finding> tries(card::StatusWord sw) {
    const auto left = sw.tries_left();
    return {{"tries", left ? std::to_string(*left) : "not reported"}};
}

std::vector<Finding> label(ByteView answer) {
    const std::string_view text = trimmed(answer);
    const auto family = family_of(text);
    if (!family) return {{"shape", shape_of(answer)}};
    return {{"label", std::string(text)}, {"family", std::string(*family)}};
}

std::vector<Finding> model(ByteView answer) {
    const auto known = std::ranges::find(kModels, trimmed(answer));
    if (known == kModels.end()) return {{"shape", shape_of(answer)}};
    return {{"model", std::string(*known)}};
}

std::vector<Finding> serial(ByteView answer) {
    const auto is_digit = [](std::uint8_t c) { return c >= '0' && c <= '9'; };
    const auto is_printable = [](std::uint8_t c) { return c >= ' ' && c <= '~'; };
    std::string what = "other octets";
    if (all(answer, ' ') || all(answer, 0x00) || all(answer, 0xFF)) {
        what = "blank";
    } else if (all(answer, answer[0])) {
        what = "one character, repeated";
    } else if (std::ranges::all_of(answer, is_digit)) {
        what = std::to_string(answer.size()) + " digits";
    } else if (std::ranges::all_of(answer, is_printable)) {
        what = "printable characters";
    }
    return {{"number", what}};
}

std::uint32_t number_at(ByteView data, std::size_t offset) {
    std::uint32_t value = 0;
    for (const std::uint8_t octet : slice(data, offset, 4))
        value = value << 8U | octet;
    return value;
}

// 28 octets of a serialized CK_TOKEN_INFO from `flags` on. What is no number of that kind is not shown.
std::vector<Finding> numbers(ByteView answer) {
    constexpr std::size_t kWhole = 28;
    constexpr std::uint32_t kMostFlags = 0xFFFFFF;
    constexpr std::uint32_t kLongestPin = 64;
    if (answer.size() != kWhole) return {};
    const auto limited = [&](std::size_t offset, std::uint32_t most) {
        const std::uint32_t value = number_at(answer, offset);
        return value <= most ? std::to_string(value) : std::string("other");
    };
    const std::uint32_t flags = number_at(answer, 0);
    const std::array<std::uint8_t, 3> shown{static_cast<std::uint8_t>(flags >> 16U & 0xFFU),
                                            static_cast<std::uint8_t>(flags >> 8U & 0xFFU),
                                            static_cast<std::uint8_t>(flags & 0xFFU)};
    return {{"flags", flags <= kMostFlags ? to_hex(shown) : "other"},
            {"longest", limited(20, kLongestPin)},
            {"shortest", limited(24, kLongestPin)}};
}

}  // namespace

std::optional<std::string_view> family_of(std::string_view label) {
    const auto known = std::ranges::find_if(
        families(), [&](const Family& row) { return row.profile->token_label == label; });
    if (known == families().end()) return std::nullopt;
    return known->name;
}

std::string shape_of(ByteView field) {
    const auto kind = [](std::uint8_t c) {
        if (c >= 'A' && c <= 'Z') return 'A';
        if (c >= 'a' && c <= 'z') return 'a';
        if (c >= '0' && c <= '9') return '9';
        return c == ' ' ? '_' : '?';
    };
    std::string shape;
    for (std::size_t i = 0; i < field.size();) {
        std::size_t run = i;
        while (run < field.size() && kind(field[run]) == kind(field[i]))
            ++run;
        shape += (shape.empty() ? "" : " ") + std::string(1, kind(field[i])) + std::to_string(run - i);
        i = run;
    }
    return shape;
}

std::vector<Finding> Masker::head(ByteView answer) {
    const std::string_view content = content_of(answer);
    std::vector<Finding> found{{"content", std::string(content)}};
    if (content != "certificate") return found;
    const auto header = parse_tlv_header(answer);
    if (!header) return found;
    certificate_size_ = header->total();
    beginning_ = SecretBytes(2 * kChunk);
    beginning_.append(slice(answer, 0, kChunk));
    found.push_back({"octets", std::to_string(certificate_size_)});
    return found;
}

std::vector<Finding> Masker::head_more(ByteView answer) {
    if (beginning_.size() != kChunk) return {};
    beginning_.append(slice(answer, 0, kChunk));
    const CertificateHead head = read_head(beginning_.view());
    beginning_.wipe();
    return {{"key", head.key},
            {"signed", std::string(head.signature)},
            {"from", head.from},
            {"until", head.until}};
}

std::vector<Finding> Masker::filler(ByteView answer) const {
    if (answer.empty() || certificate_size_ == 0) return {};
    if (certificate_size_ > kFillerAt) return {{"filler", "within the certificate"}};
    if (all(answer, 0xFF)) return {{"filler", "FF"}};
    return {{"filler", all(answer, 0x00) ? "00" : "other"}};
}

std::vector<Finding> Masker::look(Mask mask, card::StatusWord sw, ByteView answer) {
    if (mask == Mask::tries) return tries(sw);
    if (!sw.ok_or_end_of_file()) return {};
    constexpr std::size_t kMostOctets = 3;
    switch (mask) {
        case Mask::start: return {{"content", std::string(content_of(answer))}};
        case Mask::head: return head(answer);
        case Mask::filler: return filler(answer);
        default: break;
    }
    if (answer.empty()) return {};
    switch (mask) {
        case Mask::label: return label(answer);
        case Mask::model: return model(answer);
        case Mask::serial: return serial(answer);
        case Mask::numbers: return numbers(answer);
        case Mask::head_more: return head_more(answer);
        // Flags, not data: no more of them than the file is known to have.
        case Mask::octets: return {{"octets", spaced_hex(slice(answer, 0, kMostOctets))}};
        default: return {};
    }
}

}  // namespace jpki::probe
