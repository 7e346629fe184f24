// DER objects one after another, and object identifiers by their names: what this program's readers of
// certificates share. Bounds-checked, without recursion, and content with half an object.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "waist/tlv.hpp"

namespace jpki::probe::der {

constexpr std::uint8_t kBoolean = 0x01;
constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kBitString = 0x03;
constexpr std::uint8_t kOctetString = 0x04;
constexpr std::uint8_t kObjectIdentifier = 0x06;
constexpr std::uint8_t kUtf8String = 0x0C;
constexpr std::uint8_t kUtcTime = 0x17;
constexpr std::uint8_t kGeneralizedTime = 0x18;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kSet = 0x31;

// An object may end outside of what there is; then it holds what there is.
class Objects {
  public:
    explicit Objects(ByteView data) : rest_(data) {}

    // The next object's contents; nothing, and nothing from then on, where it is of another kind.
    std::optional<ByteView> take(std::uint8_t tag) {
        const auto header = parse_tlv_header(rest_);
        if (!header || header->tag != tag) {
            rest_ = {};
            return std::nullopt;
        }
        const ByteView contents = slice(rest_, header->header_length, header->value_length);
        rest_ = slice(rest_, header->total());
        return contents;
    }
    // The same, empty where there is none.
    ByteView value(std::uint8_t tag) { return take(tag).value_or(ByteView()); }
    [[nodiscard]] std::uint8_t next() const { return rest_.empty() ? std::uint8_t{0} : rest_[0]; }

  private:
    ByteView rest_;
};

struct Named {
    std::string_view bytes;  // of the object identifier
    std::string_view name;
};

inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <std::size_t N>
std::string_view name_in(const std::array<Named, N>& rows, ByteView identifier, std::string_view otherwise) {
    const auto row = std::ranges::find(rows, as_text(identifier), &Named::bytes);
    return row == rows.end() ? otherwise : row->name;
}

}  // namespace jpki::probe::der
