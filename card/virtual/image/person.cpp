// See person.hpp.
#include "virtual/image/person.hpp"

namespace jpki::vcard {
namespace {

std::string digits(unsigned number, std::size_t width) {
    std::string text = std::to_string(number % 1000000);
    return std::string(width - std::min(width, text.size()), '0') + text;
}

// Names and addresses on cards have full-width digits (U+FF10 to U+FF19).
std::string wide(std::string_view narrow) {
    std::string text;
    for (const char digit : narrow)
        text += std::string("\xEF\xBC") + static_cast<char>(0x90 + (digit - '0'));
    return text;
}

}  // namespace

Person person(unsigned number) {
    switch (number) {
        case 0:
            return {.id = "8439C51E0A771399901003A",
                    .sign_id = "20240122101530128JPKITEST99901",
                    .clock = "011530",
                    .prefecture = "Shiken-ken",
                    .municipality = "Minamishiken-shi",
                    .name = "試験　太郎",
                    .sex = "1",
                    .birth = "319850305",
                    // So long that the object around it on the card needs the longer form of its length, as
                    // most people's do.
                    .address = "試験県南試験市東見本町１２番１３号見本団地２棟４０１号",
                    .auth_serial = 0x0705D990,
                    .sign_serial = 0x0705D991,
                    .token_serial = "0000000020500003",
                    .card_number = "400000000000001",
                    .auth_size = 1623,
                    .sign_size = 1909};
        case 1:
            return {.id = "2217B04D9F661399902003A",
                    .sign_id = "20240315093012044JPKITEST99902",
                    .clock = "003012",
                    .prefecture = "Mihon-fu",
                    .municipality = "Kitamihon-shi",
                    .name = "見本　花子",
                    .sex = "2",
                    .birth = "419940917",
                    .address = "見本府北見本市例示一番地の二十三",
                    .auth_serial = 0x07112A40,
                    .sign_serial = 0x07112A41,
                    .token_serial = "0000000020500004",
                    .card_number = "400000000000002",
                    .auth_size = 1617,
                    .sign_size = 1842};
        default: break;
    }
    const std::string tag = digits(number, 6);
    return {.id = "5A000000" + tag + "99903003A",
            .sign_id = "20240401000" + tag + "JPKITEST99903",
            .clock = "01" + digits(number / 60 % 60, 2) + digits(number % 60, 2),
            .prefecture = "Kamei-ken",
            .municipality = "Karigoe-shi",
            .name = "仮名　第" + wide(tag),
            .sex = "3",
            .birth = "419991231",
            .address = "仮名県仮越市番号町" + wide(tag),
            .auth_serial = 0x07200000U + (number % 1000000) * 2,
            .sign_serial = 0x07200001U + (number % 1000000) * 2,
            .token_serial = "0000000021" + tag,
            .card_number = "410000000" + tag,
            .auth_size = 1623,
            .sign_size = 1909};
}

}  // namespace jpki::vcard
