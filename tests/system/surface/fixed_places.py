"""How small programs in the field read the text application: no TLV, but bytes at fixed places of the first 256.

`scenes` holds what it finds against the other way. It knows neither tags nor lengths beyond one byte."""


def first_bytes(card, file, pin):
    for header, data in (("00A4040C", bytes.fromhex("D3921000310001010408")), ("00A4020C", b"\x00\x11"), ("00200080", pin),
                         ("00A4020C", bytes([0, file]))):
        assert card.status(header, data) == 0x9000, header
    return card.data("00B00000", want=0)


def my_number(card, pin):
    return first_bytes(card, 1, pin)[3:15].decode("ascii")


def basic_four(card, pin):
    """Name, address, birth, sex: the low bytes of their places stand at 9, 11, 13 and 15."""
    content = first_bytes(card, 2, pin)
    starts = [content[place] for place in (9, 11, 13, 15)]
    return [content[start + 3:start + 3 + content[start + 2]].decode("utf-8") for start in starts]
