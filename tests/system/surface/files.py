"""What stands in the files, against the tables and between the applications.

`scenes` runs each function that takes a card alone. None of them changes anything on the card."""
import base64
import datetime
import os
import re

import expected
import fixed_places
import tlv
from expected import FILES
from reader import era, hold
from shapes import digits, key_id


def layouts(card):
    for application, file, _, size, layout in FILES:
        content = card.file(application, file)
        try:
            assert size is None or len(content) == size, f"{len(content)} data, not {size}"
            if isinstance(layout, tuple):
                hold(card.element(application, file), layout)
            else:
                layout(content)
        except Exception as error:
            raise AssertionError(f"{application} {file:04X}: {error}") from error
    assert card.file("text", 1)[-2:] == b"\xFF\xFF"


def offsets(card):
    for application in ("text", "visual"):
        listed, *others = card.element(application, 2).children()
        assert b"".join(one.start.to_bytes(2, "big") for one in others) == listed.value, (application, listed.value.hex())


def certificates(card):
    found = {application: card.element(application, 4).value for application in ("text", "visual")}
    card.power_up()
    found |= {tag: card.object(tag) for tag in ("00F8", "7F21")}
    for certificate in found.values():
        assert len(certificate) == 563, len(certificate)
        body, signature = tlv.elements(certificate)
        hold(body, expected.CERTIFICATE[0])
        hold(signature, expected.CERTIFICATE[1])
        key_id(body.value[:16])
        key_id(body.value[16:32])
        for element, row in zip(tlv.elements(body.value, 32), expected.RSA_KEY, strict=True):
            hold(element, row)
    for where, issuer in expected.ISSUERS.items():
        body, signature = tlv.elements(found[where])
        assert body.value.startswith(issuer), body.value[:16]
        assert tlv.opened(signature.value, issuing_key()) == tlv.sha256(body.value), where
    upper, (body, signature) = tlv.elements(found["00F8"])[0], tlv.elements(found["7F21"])
    assert body.value[:16] == upper.value[16:32], "7F21 is not issued by the key that 00F8 names"
    assert tlv.opened(signature.value, tlv.modulus(upper.value)) == tlv.sha256(body.value)


def issuing_key():
    """Beside the card, in PEM: a SubjectPublicKeyInfo ends in modulus and exponent."""
    with open(os.environ["JPKI_SURFACE_CA"], encoding="ascii") as file:
        data = base64.b64decode("".join(line for line in file if "-" not in line))
    return int.from_bytes(data[-261:-5], "big")


def digests(card):
    text, held = card.element("text", 2), card.element("text", 3)
    assert held["DF31"].value == tlv.sha256(card.file("text", 1)), "DF31 is not of EF 0001 with its filler"
    assert held["DF32"].value == tlv.sha256(tlv.run_of(text, "DF22", "DF25")), "DF32 is not from DF22 to the end of EF 0002"


def signatures(card):
    for application, file, tag, runs in expected.SIGNATURES:
        key = tlv.modulus(card.element(application, 4)["5F4E"].value)
        element = card.element(application, file)
        digest = b"".join(tlv.sha256(tlv.run_of(element, *run.split(".."))) for run in runs)
        assert tlv.opened(element[tag].value, key) == digest, f"{application} {file:04X} {tag}"


def one_card(card):
    """What several applications say is the same in all."""
    record = card.record("common", 1)
    assert record[:2] == b"\x01\x1C" and len(record) == 30, record.hex()
    digits(28)(record[2:])
    number, municipality, end = record[2:17], record[17:22], record[22:]
    datetime.datetime.strptime(end.decode(), "%Y%m%d")
    key_id(card.record("common", 2))
    assert card.record("common", 2) == card.record("residence", 2)
    assert card.element("visual", 3)["DF34"].value == municipality
    text, visual = card.element("text", 2), card.element("visual", 2)
    assert (text["DF24"].value, text["DF25"].value) == (visual["DF22"].value, visual["DF23"].value)
    assert visual["DF29"].value == end, visual["DF29"].value
    card.power_up()
    assert (card.object("0045"), card.object("00F0"), card.object("00F2")) == (number, municipality, end)


def one_person(card):
    """The certificates name the same person: otherNames 1.2.392.200149.8.5.5.n, and where it was issued."""
    card.enter("jpki")
    assert card.show(0x1B, b"ABC123") == 0x9000
    certificate = card.read(1)
    places = [certificate.index(bytes.fromhex("060A2A83088C9B55080505") + bytes([last])) for last in expected.OTHER_NAMES]
    assert places == sorted(places), "not in the order of cards"
    name, birth, sex, address, _, _ = (tlv.Element(certificate, place + 12).children()[0].value for place in places)
    text = card.element("text", 2)
    date = text["DF24"].value
    assert (name, address, sex) == tuple(text[tag].value for tag in ("DF22", "DF23", "DF25"))
    assert birth == b"%d" % era(date.decode())[0] + date, birth
    municipality = card.element("visual", 3)["DF34"].value
    card.enter("jpki")
    assert re.search(b"\x0C\x17[0-9A-Z]{14}" + municipality + b"003A", card.read(0x0A)), "the authentication certificate's name"


def four_attributes(card):
    """A program with fixed places finds what this one finds by tags."""
    pin = card.value("PIN")
    text = card.element("text", 2)
    found = fixed_places.basic_four(card, pin)
    assert found == [text[tag].value.decode() for tag in ("DF22", "DF23", "DF24", "DF25")], found
    number = fixed_places.my_number(card, pin)
    digits(12)(number.encode())
    assert number.encode() == card.element("text", 1).value
