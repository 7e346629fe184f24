"""Which keys open what, how they count, change and end, and what the card computes with its own.

`scenes` runs each function that takes a card alone. All but the last one leave the keys of the card as they were."""
import expected
import tlv
from expected import FILES, FREE, KEYS, UNSAID


def openers(card):
    """Every file with every key of its application, and with none."""
    for application in ("text", "visual"):
        for opener in [FREE] + [key for where, key in KEYS if where == application]:
            card.open(application, opener)
            for where, file, who, _, _ in FILES:
                if where == application and who != UNSAID:
                    wanted = FREE in who or opener in who
                    assert card.may_read(file) == wanted, f"{application} {file:04X} with {opener}: {not wanted}"


def logins_end(card):
    """Another application ends them, and the loss of power; the same one selected again does not."""
    card.open("text", "PIN")
    assert card.select("text") == 0x9000 and card.may_read(2), "the same application"
    assert card.select("visual") == 0x9000 and card.select("text") == 0x9000 and not card.may_read(2), "another"
    card.open("text", "PIN")
    card.power_up()
    assert card.select("text") == 0x9000 and not card.may_read(2), "power"


def blocked_from_issue(card):
    application, key = expected.BLOCKED
    card.enter(application)
    assert (card.tries(key), card.show(key, b"1234")) == (0, 0x6984)
    assert card.choose(key) == 0x9000
    assert (card.status("00200080"), card.status("00200080", b"1234"), card.status("00200080")) == (0x63C0, 0x6984, 0x63C0)


def wrong_keys_count(card):
    for (application, opener), key in KEYS.items():
        right = card.value(opener)
        card.enter(application)
        full = card.tries(key)
        assert full > 1 and card.tries(key) == full, f"{opener} of {application}"
        assert application != "text" or opener != "PIN" or full == 3, full
        wrong = bytes(right[:-1]) + (b"0" if right[-1:] != b"0" else b"1")
        assert card.show(key, wrong) == 0x63C0 | full - 1 and card.tries(key) == full - 1, f"{opener} of {application}"
        assert card.show(key, right) == 0x9000 and card.tries(key) == full, f"{opener} of {application}"


def changed_keys(card):
    for application, opener, header in (("text", "PIN", "002401"), ("common", "PIN", "803200"), ("residence", "PIN", "803200")):
        key, old, new = KEYS[application, opener], card.value(opener), b"7431"
        card.enter(application)
        assert card.choose(key) == 0x9000
        assert card.status(header + "80", new) == 0x6982, f"{application}, without the old one"
        for before, after in ((old, new), (new, old)):
            card.enter(application)
            assert card.show(key, before) == 0x9000 and card.choose(key) == 0x9000
            assert card.status(header + "80", after) == 0x9000, application
            card.enter(application)
            assert card.show(key, before) >> 4 == 0x63C and card.show(key, after) == 0x9000, application


def session_key(card):
    """Secure messaging begins with a key under that of EF 0006, after the PIN was shown in clear."""
    seed = bytes(range(32))
    message = tlv.sealed(b"\xA0\x22\x80\x20" + seed, tlv.modulus(card.element("text", 6).whole))
    for opener, wanted in ((FREE, False), ("A", False), ("PIN", True)):
        card.open("text", opener)
        status = card.status("80AE0000", message, extended=True)
        assert status == (0x9000 if wanted else 0x6982), f"{opener}: {status:04X}"


def own_keys(card):
    """That the card is there, and not a copy of its files, is told by a key that signs with nothing shown."""
    digest = tlv.sha256(b"a challenge")
    info = bytes.fromhex("3031300D060960864801650304020105000420") + digest
    for application, places in expected.OWN_KEYS:
        keys = {tlv.modulus(card.element(application, file)[tag].value) for file, tag in places}
        card.enter(application)
        signature = card.data("802A0000", info, want=0)
        assert [tlv.opened(signature, key) for key in keys] == [digest], application


def internal_authenticate(card):
    """The public half of this key is nowhere on the card. The image of a virtual card has it."""
    key = int.from_bytes(card.image("common.0019.body")[12:268], "big")  # RFC 8017 §A.1.2: a sequence, 0, the modulus
    for length in (1, 32, 255):
        challenge = bytes(range(1, length + 1))
        card.enter("common")
        by_number = card.data("00880099", challenge, want=0)
        assert card.choose(0x19) == 0x9000
        assert card.data("00880080", challenge, want=0) == by_number
        assert tlv.opened(by_number, key) == tlv.sha256(challenge)


def last_tries(card):
    card.enter("text")
    answers = [card.show(0x11, b"0000") for _ in range(3)]
    assert answers == [0x63C2, 0x63C1, 0x63C0], answers
    assert (card.show(0x11, card.value("PIN")), card.tries(0x11)) == (0x6984, 0)
