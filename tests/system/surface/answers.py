"""What commands answer that belong to no file: applications, objects, lengths, random bytes, refusals.

`scenes` runs each function that takes a card alone. None of them shows a key but to read."""
import functools
import operator

import expected
from expected import APPLICATIONS, OBJECTS
from shapes import key_id


def applications(card):
    for application, name in APPLICATIONS.items():
        assert card.select(application) == 0x9000, application
        # A part of the name will do.
        assert card.status("00A4040C", bytes.fromhex(name)[:-1]) == 0x9000, application
    assert card.status("00A4040C", bytes.fromhex("D3921000310001010409")) == 0x6A82
    # Without effect in an application.
    card.enter("text")
    card.choose(4)
    before = card.data("00B00000", want=16)
    assert card.status("00A40000") == 0x9000 and card.data("00B00000", want=16) == before


def alone(card):
    """A phone has the application of JPKI only."""
    answers = {application: card.select(application) for application in APPLICATIONS if application != "manager"}
    assert answers.pop("jpki") == 0x9000 and set(answers.values()) == {0x6A82}, answers


def objects(card):
    def all_there():
        for tag, size in OBJECTS:
            content = card.object(tag)
            assert size is None or len(content) == size, f"{tag}: {len(content)}"
            if len(content) < 256:
                assert card.object(tag, extended=False) == content, tag
        assert bytes.fromhex("2A864886FC6B01") in card.object("0066")
        for tag in ("0042", "00F7"):
            key_id(card.object(tag))

    def contact_atr():
        """The answer to reset without its first byte: of ISO 7816-3 §8.2.5 all bytes make 00. Or nothing."""
        content, status = card.send("00CA" + expected.ATR_OBJECT, want=0)
        assert status != 0x9000 or len(content) >= 2 and functools.reduce(operator.xor, content) == 0, content.hex()
        return status == 0x9000

    card.power_up()
    all_there()
    atr_there = contact_atr()
    for application in ("text", "visual", "common", "residence", "jpki"):
        assert card.select(application) == 0x9000
        assert contact_atr() or atr_there, "neither after power-up nor inside of " + application
        for tag, _ in OBJECTS:
            assert card.status("00CA" + tag, want=0, extended=True) != 0x9000, f"{tag} inside of {application}"
    assert card.select("manager") == 0x9000
    all_there()


def reading(card):
    """Short and extended, by number and as the current file; ends."""
    for application, opener in (("text", "PIN"), ("visual", "A")):
        card.open(application, opener)
        content = card.read(2)
        assert card.data("00B00000", want=0, extended=True) == content, f"{application}: extended"
        assert card.data("00B00003", want=9) == content[3:12]
        assert card.status(f"00B0{len(content) + 1:04X}", want=0) == 0x6B00
        assert card.choose(4) == 0x9000
        first = card.data("00B08200", want=32)
        assert first == content[:32] == card.data("00B00000", want=32), "by its number it becomes the current file"


def challenges(card):
    for count in (1, 8, 256):
        assert len(card.data("00840000", want=count & 0xFF)) == count
    assert card.data("00840000", want=8) != card.data("00840000", want=8)
    assert card.status("00840000", want=8, extended=True) == 0x6985


def refusals(card):
    wrong = []
    for where, header, data, want, status in expected.REFUSALS:
        if where == "power-up":
            card.power_up()
        else:
            card.enter(where)
        data = bytes(data) if isinstance(data, bytes) else b"\x5A" * data
        got = card.status(header, data, want, extended=len(data) > 255)
        if got != status:
            wrong.append(f"{where} {header}: {got:04X}, not {status:04X}")
    assert not wrong, "\n".join(wrong)
