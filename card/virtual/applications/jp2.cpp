// See picture.hpp: JPEG 2000 with one tile, no decomposition and one packet that holds nothing, so that every
// pixel is the middle of the range (ISO/IEC 15444-1 annexes A, B.10 and I).
#include <initializer_list>

#include "virtual/applications/picture.hpp"

namespace jpki::vcard {
namespace {

void append_number(Bytes& to, std::size_t value, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;)
        to.push_back(static_cast<std::uint8_t>((value >> (8 * i)) & 0xFFU));
}

void append_box(Bytes& to, std::string_view type, ByteView content) {
    append_number(to, content.size() + 8, 4);
    append(to, to_bytes(type));
    append(to, content);
}

// Width and height of the picture, or of its one tile, each from the origin.
void append_area(Bytes& to, std::size_t width, std::size_t height) {
    for (const std::size_t value : {width, height, std::size_t{0}, std::size_t{0}})
        append_number(to, value, 4);
}

Bytes codestream(std::size_t width, std::size_t height) {
    Bytes out{0xFF, 0x4F,                           // start
              0xFF, 0x51, 0x00, 0x29, 0x00, 0x00};  // SIZ: 41 bytes, all decoders
    append_area(out, width, height);
    append_area(out, width, height);
    append(out, Bytes{0x00, 0x01, 0x07, 0x01, 0x01,        // one component of 8 bits, not sampled down
                      0xFF, 0x52, 0x00, 0x0C, 0x00,        // COD
                      0x00, 0x00, 0x01, 0x00,              // one layer, no component transform
                      0x00, 0x04, 0x04, 0x00, 0x01,        // no decomposition, blocks of 64, reversible
                      0xFF, 0x5C, 0x00, 0x04, 0x40, 0x40,  // QCD: not quantised, two guard bits
                      0xFF, 0x90, 0x00, 0x0A, 0x00, 0x00,  // SOT: the tile of number 0
                      0x00, 0x00, 0x00, 0x0F, 0x00, 0x01,  // has 15 bytes from its marker on, in one part
                      0xFF, 0x93, 0x00,                    // its data: the empty packet
                      0xFF, 0xD9});
    return out;
}

}  // namespace

Bytes jp2_of_nobody(std::size_t width, std::size_t height) {
    Bytes image_header;
    append_number(image_header, height, 4);
    append_number(image_header, width, 4);
    // One component, 8 bits, the one kind of compression there is, known colours, no rights.
    append(image_header, Bytes{0x00, 0x01, 0x07, 0x07, 0x00, 0x00});
    Bytes header;
    append_box(header, "ihdr", image_header);
    append_box(header, "colr", Bytes{0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x11});  // enumerated: greyscale
    Bytes out;
    append_box(out, "jP  ", Bytes{0x0D, 0x0A, 0x87, 0x0A});
    append_box(out, "ftyp", to_bytes(std::string_view("jp2 \0\0\0\0jp2 ", 12)));
    append_box(out, "jp2h", header);
    append_box(out, "jp2c", codestream(width, height));
    return out;
}

}  // namespace jpki::vcard
