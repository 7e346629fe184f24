"""What a value on the card may look like: each shape takes bytes and raises where they are not of it.

`expected` combines these into files. They know no application, and nothing that depends on the person."""
import datetime
import re
import struct
import zlib

import tlv


def digits(count):
    def check(value):
        assert re.fullmatch(b"[0-9]{%d}" % count, value), value
    return check


def sized(count):
    def check(value):
        assert len(value) == count, f"{len(value)} bytes, not {count}"
    return check


def exactly(text):
    wanted = bytes.fromhex(text)

    def check(value):
        assert value == wanted, f"{value.hex()}, not {wanted.hex()}"
    return check


def something(value):
    assert value


def date(value):
    datetime.datetime.strptime(value.decode("ascii"), "%Y%m%d")
    digits(8)(value)


def sex(value):
    assert value in (b"1", b"2", b"3"), value


def words(value):
    """Names and addresses: all characters are wide, the blank and the digits, too."""
    text = value.decode("utf-8")
    assert text and all(ord(character) > 0xFF for character in text), ascii(text)


def name(value):
    words(value)
    assert "\u3000" in value.decode("utf-8"), "no blank between family and given name"


def key_id(value):
    """Seven digits, 0805, three digits, four bytes."""
    sized(16)(value)
    assert re.fullmatch(b"[0-9]{7}\x08\x05[0-9]{3}.{4}", value, re.DOTALL), value.hex()


signature = sized(256)
public_key = tlv.modulus


def key_and_modulus(value):
    sized(16 + 256)(value)
    key_id(value[:16])


def offsets(value):
    """Whether they point to the elements is for `reader`, which knows these."""
    assert value and len(value) % 2 == 0, value.hex()


def half_filled(value):
    sized(128)(value)
    assert value[32:] == 96 * b"\xFF" and value[:32] != 32 * b"\xFF", value.hex()


def png(value):
    """A picture of one bit a pixel, all of it: ISO/IEC 15948 §§5, 11."""
    assert value[:8] == b"\x89PNG\r\n\x1a\n", value[:8].hex()
    at, kinds, pixels = 8, [], b""
    while at < len(value):
        length, kind = struct.unpack_from(">I4s", value, at)
        body = value[at + 8:at + 8 + length]
        assert len(body) == length and zlib.crc32(kind + body) == struct.unpack_from(">I", value, at + 8 + length)[0], kind
        kinds.append(kind)
        if kind == b"IHDR":
            width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", body)
        if kind == b"IDAT":
            pixels += body
        at += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and at == len(value), kinds
    assert depth == 1 and colours in (0, 3) and not interlaced and width > 0 and height > 0
    rows = zlib.decompress(pixels)
    assert len(rows) == height * (1 + (width + 7) // 8), "not as many rows as it says"
    shown = [row[1:] for row in (rows[at:at + 1 + (width + 7) // 8] for at in range(0, len(rows), 1 + (width + 7) // 8))]
    assert len(set(b"".join(shown))) > 1, "nothing is drawn"


def jpeg2000(value):
    """ISO/IEC 15444-1: a code stream, SOC and SIZ at its beginning and EOC at its end, alone or in the boxes of JP2."""
    if value[4:8] == b"jP  ":
        at = value.index(b"jp2c") + 4
        value = value[at:]
    assert value[:4] == b"\xFF\x4F\xFF\x51" and value.endswith(b"\xFF\xD9"), value[:4].hex()
    width, height = struct.unpack_from(">II", value, 8)
    assert 0 < width < 4096 and 0 < height < 4096, (width, height)
