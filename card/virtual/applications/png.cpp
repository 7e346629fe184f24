// See picture.hpp: PNG with one uncompressed block.
#include <algorithm>
#include <array>
#include <vector>

#include "virtual/applications/picture.hpp"

namespace jpki::vcard {
namespace {

void append32(Bytes& to, std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        to.push_back(static_cast<std::uint8_t>((value >> shift) & 0xFFU));
}

// ISO/IEC 15948 annex D
std::uint32_t crc(ByteView data) {
    std::uint32_t value = 0xFFFFFFFF;
    for (const std::uint8_t byte : data) {
        value ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return ~value;
}

void append_chunk(Bytes& to, std::string_view type, ByteView data) {
    append32(to, static_cast<std::uint32_t>(data.size()));
    Bytes checked = to_bytes(type);
    append(checked, data);
    append(to, checked);
    append32(to, crc(checked));
}

// RFC 1950 around one stored block of RFC 1951.
Bytes zlib(ByteView data) {
    const auto size = static_cast<std::uint32_t>(data.size());
    Bytes out{0x78, 0x01, 0x01};
    for (const std::uint32_t part :
         {size & 0xFFU, (size >> 8U) & 0xFFU, ~size & 0xFFU, (~size >> 8U) & 0xFFU})
        out.push_back(static_cast<std::uint8_t>(part));
    append(out, data);
    std::uint32_t low = 1;
    std::uint32_t high = 0;
    for (const std::uint8_t byte : data) {
        low = (low + byte) % 65521;
        high = (high + low) % 65521;
    }
    append32(out, (high << 16U) | low);
    return out;
}

class Bitmap {
  public:
    Bitmap(std::size_t width, std::size_t height)
        : width_(width), rows_(height, Bytes((width + 7) / 8, 0xFF)) {}

    void blacken(std::size_t x, std::size_t y) {
        rows_.at(y).at(x / 8) &= static_cast<std::uint8_t>(~(0x80U >> (x % 8)));
    }

    Bytes png() const {
        Bytes header;
        append32(header, static_cast<std::uint32_t>(width_));
        append32(header, static_cast<std::uint32_t>(rows_.size()));
        // One bit a pixel, greyscale, deflate, the usual filters, not interlaced.
        append(header, Bytes{0x01, 0x00, 0x00, 0x00, 0x00});
        Bytes pixels;
        for (const Bytes& row : rows_) {
            pixels.push_back(0x00);  // this row is not filtered
            append(pixels, row);
        }
        Bytes out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
        append_chunk(out, "IHDR", header);
        append_chunk(out, "IDAT", zlib(pixels));
        append_chunk(out, "IEND", {});
        return out;
    }

  private:
    std::size_t width_;
    std::vector<Bytes> rows_;
};

// Five columns, seven rows: a bit a pixel, the leftmost one highest.
constexpr std::array<std::array<std::uint8_t, 7>, 10> kDigits{{
    {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
    {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F},
    {0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E},
    {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
    {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
    {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E},
    {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
    {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C},
}};

}  // namespace

Bytes png_of_digits(std::string_view digits) {
    Bitmap bitmap(6 * digits.size(), 12);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const auto& rows = kDigits.at(static_cast<std::size_t>(digits[i] - '0'));
        for (std::size_t y = 0; y < rows.size(); ++y) {
            for (std::size_t x = 0; x < 5; ++x) {
                if ((rows[y] & (0x10U >> x)) != 0) bitmap.blacken(6 * i + x, y + 2);
            }
        }
    }
    return bitmap.png();
}

Bytes png_of_boxes(std::string_view text) {
    constexpr std::size_t kCell = 16;
    const auto characters = static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
    Bitmap bitmap(kCell * characters, kCell);
    for (std::size_t i = 0; i < characters; ++i) {
        for (std::size_t along = 2; along < kCell - 2; ++along) {
            bitmap.blacken(kCell * i + along, 2);
            bitmap.blacken(kCell * i + along, kCell - 3);
            bitmap.blacken(kCell * i + 2, along);
            bitmap.blacken(kCell * i + kCell - 3, along);
        }
    }
    return bitmap.png();
}

}  // namespace jpki::vcard
