#include "probe/mask.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "juki/juki.hpp"
#include "my_number/my_number.hpp"
#include "phone/phone.hpp"
#include "probe/certificate.hpp"
#include "probe/extensions.hpp"
#include "waist/tlv.hpp"

namespace jpki::probe {

namespace {

constexpr std::size_t kChunk = 256;
constexpr std::size_t kLargest = 9 * kChunk;  // of a certificate that is looked at whole

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

bool all(ByteView data, std::uint8_t byte) {
    return std::ranges::all_of(data, [byte](std::uint8_t one) { return one == byte; });
}

// What a file begins with.
std::string_view content_of(ByteView data) {
    if (data.empty()) return "empty";
    if (data.size() >= 2 && data[0] == 0x30 && data[1] > 0x80 && data[1] < 0x84) return "certificate";
    if (all(data, 0xFF)) return "FF";
    if (all(data, 0x00)) return "00";
    return "other";
}

std::vector<ToldValue> tries(card::StatusWord sw) {
    const auto left = sw.tries_left();
    return {{"tries", left ? std::to_string(*left) : "not reported"}};
}

std::vector<ToldValue> label(ByteView answer) {
    const std::string_view text = trimmed(answer);
    const auto family = family_of(text);
    if (!family) return {{"shape", shape_of(answer)}};
    return {{"label", std::string(text)}, {"family", std::string(*family)}};
}

std::vector<ToldValue> model(ByteView answer) {
    const auto known = std::ranges::find(kModels, trimmed(answer));
    if (known == kModels.end()) return {{"shape", shape_of(answer)}};
    return {{"model", std::string(*known)}};
}

std::vector<ToldValue> serial(ByteView answer) {
    const auto is_digit = [](std::uint8_t c) { return c >= '0' && c <= '9'; };
    const auto is_printable = [](std::uint8_t c) { return c >= ' ' && c <= '~'; };
    std::string what = "other bytes";
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

// To a hundred: the exact length would tell how long the names of prefecture and city in it are.
std::string about(std::size_t bytes) { return std::to_string((bytes + 50) / 100 * 100); }

std::uint32_t number_at(ByteView data, std::size_t offset) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : slice(data, offset, 4))
        value = value << 8U | byte;
    return value;
}

// 28 bytes of a serialized CK_TOKEN_INFO from `flags` on. What is no number of that kind is not shown.
std::vector<ToldValue> numbers(ByteView answer) {
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

void Masker::forget() {
    content_.wipe();
    certificate_size_.reset();
    read_until_ = 0;
}

std::vector<ToldValue> Masker::head(ByteView answer, bool personal) {
    const std::string_view content = content_of(answer);
    std::vector<ToldValue> found{{"content", std::string(content)}};
    read_until_ = answer.size();
    if (content == "FF" || content == "00") certificate_size_ = 0;
    const auto header = content == "certificate" ? parse_tlv_header(answer) : std::nullopt;
    if (!header) return found;
    certificate_size_ = header->total();
    if (!personal) return found;
    content_ = SecretBytes(kLargest);
    content_.append(slice(answer, 0, kChunk));
    found.push_back({"bytes", about(*certificate_size_)});
    return found;
}

void Masker::keep(std::size_t offset, ByteView answer, std::vector<ToldValue>& found) {
    if (content_.empty() || content_.size() != offset || answer.size() > kLargest - offset) return;
    content_.append(answer);
    if (offset == kChunk) {
        const CertificateHead head = read_head(content_.view());
        found.insert(found.end(), {{"key", head.key},
                                   {"signed", std::string(head.signature)},
                                   {"from", head.from},
                                   {"until", head.until}});
    }
    if (content_.size() < *certificate_size_) return;
    if (const auto profile = read_profile(slice(content_.view(), 0, *certificate_size_))) {
        found.insert(found.end(), {{"extensions", profile->extensions},
                                   {"purposes", profile->purposes},
                                   {"policy", profile->policy},
                                   {"access", profile->access},
                                   {"issuer_key", profile->issuer_key},
                                   {"subject", profile->subject}});
    }
    content_.wipe();
}

std::string Masker::end(std::size_t offset, card::StatusWord sw, ByteView answer) const {
    constexpr std::uint16_t kBehind = 0x6B00;
    std::size_t size = offset;
    if (sw.wrong_expected()) {
        size += sw.sw2();
    } else if (sw.ok_or_end_of_file() && answer.size() < kChunk) {
        size += answer.size();
    } else if (sw.value() != kBehind) {
        return {};
    }
    // Before this answer's first byte it may end anywhere, unless the byte before was there.
    if (size == offset && offset != read_until_) return {};
    return size > *certificate_size_ ? std::to_string(size) : "with the certificate";
}

std::vector<ToldValue> Masker::part(std::size_t offset, card::StatusWord sw, ByteView answer) {
    std::vector<ToldValue> found;
    if (!certificate_size_) return found;
    const std::size_t certificate = *certificate_size_;
    if (sw.ok_or_end_of_file()) {
        const ByteView behind = slice(answer, certificate > offset ? certificate - offset : 0);
        if (!behind.empty())
            found.push_back({"filler", all(behind, 0xFF) ? "FF" : all(behind, 0x00) ? "00" : "other"});
        keep(offset, answer, found);
    }
    if (const std::string size = end(offset, sw, answer); !size.empty()) found.push_back({"end", size});
    if (sw.ok_or_end_of_file()) read_until_ = offset + answer.size();
    return found;
}

bool length_may_be_told(Mask mask, std::size_t length, const std::vector<ToldValue>& findings) {
    if (mask != Mask::part || length == kChunk) return true;
    const auto end = std::ranges::find(findings, "end", &ToldValue::key);
    return end != findings.end() && std::isdigit(static_cast<unsigned char>(end->value[0])) != 0;
}

std::vector<ToldValue> Masker::look(const Command& command, card::StatusWord sw, ByteView answer) {
    const Mask mask = command.mask;
    if (mask == Mask::tries) return tries(sw);
    if (mask == Mask::head || mask == Mask::head_public) forget();
    if (mask == Mask::part) return part(command.offset(), sw, answer);
    if (!sw.ok_or_end_of_file()) return {};
    constexpr std::size_t kMostBytes = 3;
    switch (mask) {
        case Mask::start: return {{"content", std::string(content_of(answer))}};
        case Mask::head: return head(answer, true);
        case Mask::head_public: return head(answer, false);
        default: break;
    }
    if (answer.empty()) return {};
    switch (mask) {
        case Mask::label: return label(answer);
        case Mask::model: return model(answer);
        case Mask::serial: return serial(answer);
        case Mask::numbers: return numbers(answer);
        case Mask::atr: return {{"atr", published_atr(answer)}};
        // Flags, not data: no more of them than the file is known to have.
        case Mask::bytes: return {{"bytes", spaced_hex(slice(answer, 0, kMostBytes))}};
        default: return {};
    }
}

}  // namespace jpki::probe
