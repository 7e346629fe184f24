"""What is on a My Number Card beside the keys of JPKI, as owners of such cards have published it, in tables.

`reader` and the scenes go by them. They hold no code, and nothing that was taken from a card of ours."""
from shapes import (date, digits, exactly, half_filled, jpeg2000, key_and_modulus, key_id, name, sized, offsets, png, public_key,
                    sex, signature, something, words)

APPLICATIONS = {
    "jpki": "D392F000260100000001",
    "text": "D3921000310001010408",       # 券面入力補助
    "visual": "D3921000310001010402",     # 券面確認
    "residence": "D3921000310001010401",  # 住基
    "common": "D3921000310001010100",
    "manager": "A0000001510000",
}

# application, what opens: the EF of the key. PIN: 4 digits. A: the My Number. B: birth, the card's last year, security code.
KEYS = {
    ("text", "PIN"): 0x11,
    ("text", "A"): 0x14,
    ("text", "B"): 0x15,
    ("visual", "birth"): 0x11,
    ("visual", "B"): 0x12,
    ("visual", "A"): 0x13,
    ("common", "PIN"): 0x1C,
    ("residence", "PIN"): 0x1C,
}
BLOCKED = ("text", 0x12)  # from the day of issue

CERTIFICATE = [("5F4E", sized(0x129)), ("5F37", signature)]  # card-verifiable; without its template 563 bytes
RSA_KEY = [("90", exactly("010001")), ("91", sized(256))]
FREE, UNSAID = "nothing", "unsaid"

# application, EF, who opens it, size of the file (None: not told), layout. A file may end with FF as filler.
FILES = [
    ("text", 0x01, {"PIN", "A"}, 17, ("FF10", digits(12))),
    ("text", 0x02, {"PIN", "B"}, None, ("FF20", [
        ("DF21", offsets), ("DF22", name), ("DF23", words), ("DF24", date), ("DF25", sex)])),
    ("text", 0x03, {"PIN", "A", "B"}, None, ("FF30", [("DF31", sized(32)), ("DF32", sized(32)), ("DF33", signature)])),
    ("text", 0x04, {FREE}, None, ("7F21", CERTIFICATE)),
    ("text", 0x05, {FREE}, None, ("FF40", [("DF41", exactly("01030E01")), ("DF42", key_id), ("DF43", half_filled)])),
    ("text", 0x06, {"PIN", "A", "B"}, None, ("A1", RSA_KEY)),
    ("text", 0x07, {"PIN", "A", "B"}, None, ("FF50", [("DF51", public_key), ("DF52", signature)])),
    ("text", 0x08, UNSAID, 16, exactly(16 * "FF")),
    ("visual", 0x01, {"birth"}, None, ("FF10", [("DF11", date), ("DF12", public_key), ("DF13", signature)])),
    ("visual", 0x02, {"A", "B"}, None, ("FF20", [
        ("DF21", offsets), ("DF22", date), ("DF23", sex), ("DF24", public_key), ("DF25", png), ("DF26", png), ("DF27", jpeg2000),
        ("DF28", signature), ("DF29", date), ("DF2A", png)])),
    ("visual", 0x03, {FREE}, None, ("FF30", [
        ("DF31", exactly("06030E01")), ("DF32", key_id), ("DF33", something), ("DF34", digits(5)), ("DF35", key_and_modulus)])),
    ("visual", 0x04, {FREE}, None, ("7F21", CERTIFICATE)),
    ("visual", 0x05, {"A"}, None, ("FF40", [("DF41", png), ("DF42", public_key), ("DF43", signature)])),
    ("visual", 0x06, {"A", "B"}, 16, exactly(16 * "FF")),
]

# Signatures in files, by the key that the certificate 0004 of the application names: of which elements, and each of these runs
# has its own hash value in the DigestInfo.
SIGNATURES = [
    ("text", 0x03, "DF33", ["DF31..DF32"]),
    ("text", 0x07, "DF52", ["DF51..DF51"]),
    ("visual", 0x01, "DF13", ["DF11..DF12"]),
    ("visual", 0x02, "DF28", ["DF22..DF24", "DF25..DF26", "DF27..DF27"]),
    ("visual", 0x05, "DF43", ["DF41..DF42"]),
]

# The card's own keys, which sign without any key shown: application, where their public halves are.
OWN_KEYS = [("text", [(0x07, "DF51")]), ("visual", [(0x01, "DF12"), (0x02, "DF24"), (0x05, "DF42")])]

# Who issues card-verifiable certificates: the first seven digits of the key's identifier, on test cards.
ISSUERS = {"text": b"6000033", "visual": b"6000023", "00F8": b"6000020"}

# In the signature certificate, in this order: name, birth, sex, address, substitute characters of name and of address.
OTHER_NAMES = [1, 4, 3, 5, 2, 6]

# Objects of GET DATA: tag, size (None: not told). After power-up, or where the card manager is selected.
OBJECTS = [("0042", 16), ("0045", 15), ("0066", None), ("00F0", 5), ("00F2", 8), ("00F7", 16), ("00F8", 563), ("7F21", 563)]
ATR_OBJECT = "5F51"

# What is refused, and how: where one stands (an application, or power-up), header, data, Le; the answer. Data of 256 bytes and
# more go in extended form; a number is that many bytes.
REFUSALS = [
    ("power-up", "00A40000", b"", None, 0x6A86),
    ("power-up", "00A40000", b"\x3F\x00", None, 0x6A82),
    ("text", "00A40000", b"\x3F\x00", None, 0x6A82),
    ("text", "00A4020C", b"\x00\x77", None, 0x6A82),
    ("visual", "00A4020C", b"\x00\x77", None, 0x6A82),
    ("power-up", "00CA0043", b"", 0, 0x6A88),
    ("power-up", "00CA7F21", b"", 0, 0x6700),
    ("power-up", "00CA00F8", b"", 0, 0x6700),
    ("jpki", "80AE0000", 256, None, 0x6982),
    ("residence", "80AE0000", 256, None, 0x6982),
    ("common", "80AE0000", 256, None, 0x66F1),
    ("visual", "80AE0000", 256, None, 0x66F1),
    ("jpki", "80A20000", 307, None, 0x6A86),
    ("jpki", "80A200AE", 307, None, 0x6A86),
    ("jpki", "80A28000", 307, None, 0x6A86),
    ("jpki", "80A200B6", 307, None, 0x6A86),
    ("jpki", "80FC0000", b"", None, 0x6700),
    ("jpki", "00880097", 32, 0, 0x6982),
    ("jpki", "0088009A", 32, 0, 0x6982),
    ("text", "00880093", 32, 0, 0x6985),
    ("visual", "0088009A", 32, 0, 0x6985),
    ("text", "00200091", b"", 0, 0x6700),
]
for where in ("jpki", "text", "visual", "common", "residence"):
    REFUSALS += [(where, "0%XB0000A" % channel, b"", 0, 0x6881) for channel in (1, 2, 3)]
    REFUSALS += [(where, "0%X200080" % channel, b"", None, 0x6881) for channel in (1, 2, 3)]
    REFUSALS += [(where, "0%XA4020C" % secured, b"\x00\x01", None, 0x6882) for secured in (8, 0xC)]
    REFUSALS += [(where, "0%XB08100" % secured, b"", 0, 0x69FC) for secured in (8, 0xC)]
    REFUSALS += [(where, "0%X200080" % secured, b"1234", None, 0x69FC) for secured in (8, 0xC)]
