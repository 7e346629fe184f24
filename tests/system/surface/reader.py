"""A reader of the surface applications: selects, shows keys, reads files and holds them against `expected`.

The scenes call it. It knows the person by what the card itself says, but for the security code, which only a holder sees."""
import os

import tlv
from expected import APPLICATIONS, FILES, FREE, KEYS, UNSAID
from pcsc import Card, hexadecimal

OPENERS = (FREE, "PIN", "birth", "A", "B")  # the last of them is the hardest to know


class Reader(Card):
    def __init__(self):
        super().__init__()
        self.known = {}

    def select(self, application):
        return self.status("00A4040C", bytes.fromhex(APPLICATIONS[application]))

    def enter(self, application):
        """Select it with nobody logged in: another application ends what was shown before."""
        assert self.select("manager") == 0x9000 and self.select(application) == 0x9000, application

    def choose(self, file):
        return self.status("00A4020C", bytes([0, file]))

    def tries(self, key):
        status = self.status(f"002000{0x80 | key:02X}")
        assert status >> 4 == 0x63C, f"{status:04X}"
        return status & 15

    def show(self, key, value):
        return self.status(f"002000{0x80 | key:02X}", value)

    def open(self, application, opener):
        value = None if opener == FREE else self.value(opener)
        self.enter(application)
        if opener != FREE:
            status = self.show(KEYS[application, opener], value)
            assert status == 0x9000, f"{opener} of {application}: {status:04X}"

    def may_read(self, file):
        """Whether it is readable now. No other refusal is expected but 6982."""
        status = self.status(f"00B0{0x80 | file:02X}00", want=1)
        assert status in (0x9000, 0x6982), f"{file:04X}: {status:04X}"
        return status == 0x9000

    def read(self, file):
        """The whole current file, 256 bytes at a time, until the answer is short."""
        assert self.choose(file) == 0x9000, f"{file:04X}"
        content = b""
        while True:
            data, status = self.send(f"00B0{len(content):04X}", want=0)
            if status == 0x6B00 and content and len(content) % 256 == 0:
                return content
            assert status == 0x9000, f"{file:04X} at {len(content)}: {status:04X}"
            content += data
            if len(data) < 256:
                return content

    def file(self, application, file):
        """Its bytes, opened with the first of the keys that open it."""
        openers = next(row[2] for row in FILES if row[:2] == (application, file))
        for opener in [one for one in OPENERS if openers == UNSAID and one != "birth" or one in openers]:
            self.open(application, opener)
            if self.may_read(file):
                return self.read(file)
        raise AssertionError(f"{application} {file:04X}: nothing opens it")

    def element(self, application, file):
        """The outermost element; nothing but filler follows."""
        content = self.file(application, file)
        element = tlv.Element(content, 0)
        assert set(content[element.end:]) <= {0xFF}, f"{hexadecimal(content[element.end:])} follows"
        return element

    def record(self, application, file, number=1):
        self.enter(application)
        return self.data(f"00B2{number:02X}{file << 3 | 4:02X}", want=0)

    def object(self, tag, extended=True):
        return self.data("00CA" + tag, want=0, extended=extended)

    def value(self, opener):
        """What the holder knows or reads on the card's face; the rest follows from what the PIN opens."""
        if opener == "PIN":
            return b"1234"
        if opener not in self.known:
            if opener == "A":
                self.known["A"] = self.element("text", 1).value
            else:
                self.known["birth"] = in_its_era(self.element("text", 2)["DF24"].value.decode())
                code = self.image("text.0015.body")[-4:]
                self.known["B"] = self.known["birth"] + self.record("common", 1)[-8:-4] + code
        return self.known[opener]

    @staticmethod
    def image(name):
        """What is printed on no virtual card is in its image, in hexadecimal."""
        with open(os.environ["JPKI_SURFACE_IMAGE"], encoding="utf-8") as image:
            return bytes.fromhex(next(line for line in image if line.startswith(name + " = ")).split()[2])


def era(date):
    """Which one since Meiji a day of the form YYYYMMDD is in, and its first year."""
    first_days = (18680125, 19120730, 19261225, 19890108, 20190501)
    number = sum(int(date) >= day for day in first_days)
    return number, first_days[number - 1] // 10000


def in_its_era(date):
    """YYMMDD, the year counted in its era: as birth dates stand on the card."""
    return f"{int(date[:4]) - era(date)[1] + 1:02}{date[4:]}".encode()


def hold(element, layout):
    """An element against its tag and the layout of its inside: a shape, or a list of elements in their order."""
    tag, inside = layout
    assert element.tag == tag, f"{element.tag}, not {tag}"
    if not isinstance(inside, list):
        try:
            inside(element.value)
        except Exception as error:
            raise AssertionError(f"{tag}: {error}") from error
        return
    children = element.children()
    assert [child.tag for child in children] == [row[0] for row in inside], [child.tag for child in children]
    for child, row in zip(children, inside):
        hold(child, row)
