"""BER-TLV as the surface applications use it, every element with its place in the file, and what RSA leaves of a signature.

Only this folder uses it. It knows no application and talks to no card."""
import hashlib


class Element:
    def __init__(self, data, start):
        self.data, self.start = data, start
        at = start + 1
        if data[start] & 0x1F == 0x1F:
            while data[at] & 0x80:
                at += 1
            at += 1
        self.tag = data[start:at].hex().upper()
        length, at = data[at], at + 1
        assert length <= 0x82 and length != 0x80, f"{self.tag}: length {length:02X}"
        if length > 0x80:
            length, at = int.from_bytes(data[at:at + length - 0x80], "big"), at + length - 0x80
        self.begin, self.end = at, at + length
        assert self.end <= len(data), f"{self.tag} ends at {self.end}, the bytes at {len(data)}"

    value = property(lambda self: self.data[self.begin:self.end])
    whole = property(lambda self: self.data[self.start:self.end])

    def children(self):
        return elements(self.data, self.begin, self.end)

    def __getitem__(self, tag):
        return next(child for child in self.children() if child.tag == tag)


def elements(data, start=0, end=None):
    end, found = len(data) if end is None else end, []
    while start < end:
        found.append(Element(data, start))
        start = found[-1].end
    assert start == end, "an element reaches beyond its parent"
    return found


def modulus(value):
    """Of a public key: 90 exponent, 91 modulus, with or without something before, or the modulus alone."""
    at = value.find(bytes.fromhex("900301000191820100"))
    number = value[at + 9:at + 265] if at >= 0 else value[-256:]
    assert len(number) == 256 and number[0] & 0x80 and number[-1] & 1, "no modulus of 2048 bits"
    return int.from_bytes(number, "big")


def opened(signature, key):
    """What is below EMSA-PKCS1-v1_5, RFC 8017 §9.2: the hash value of the DigestInfo."""
    block = pow(int.from_bytes(signature, "big"), 65537, key).to_bytes(256, "big")
    assert len(signature) == 256 and block.startswith(b"\0\1" + 8 * b"\xFF"), "another key made this signature"
    padding, _, info = block[2:].partition(b"\0")
    assert set(padding) == {0xFF}
    algorithm, digest = Element(info, 0).children()
    assert algorithm.whole.hex() == "300d06096086480165030402010500" and digest.tag == "04", info.hex()
    assert Element(info, 0).end == len(info)
    return digest.value


def sha256(data):
    return hashlib.sha256(data).digest()


def mask(seed, length):
    """MGF1 of RFC 8017 §B.2.1"""
    return b"".join(sha256(seed + counter.to_bytes(4, "big")) for counter in range(length // 32 + 1))[:length]


def sealed(message, key):
    """RSAES-OAEP with SHA-256, RFC 8017 §7.1.1. The seed is always the same: nothing here is secret."""
    seed, block = 32 * b"\x5A", sha256(b"") + bytes(256 - 66 - len(message)) + b"\1" + message
    block = bytes(one ^ other for one, other in zip(block, mask(seed, len(block))))
    seed = bytes(one ^ other for one, other in zip(seed, mask(block, 32)))
    return pow(int.from_bytes(b"\0" + seed + block, "big"), 65537, key).to_bytes(256, "big")


def run_of(element, first, last):
    """The bytes of neighbours inside of an element, as they stand."""
    return element.data[element[first].start:element[last].end]
