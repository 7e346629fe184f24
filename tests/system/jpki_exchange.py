"""Another card, or the same one anew, comes in while a command waits at one of its prompts: scenarios of jpki_exchange."""
import json
import os
import subprocess
import sys
import time

import terminal

BIN = os.path.join(os.environ["JPKI_BUILD"], "bin")
RIG = os.environ["JPKI_RIG_DIR"]
IMAGES = os.path.join(os.environ["JPKI_BUILD"], "vcard")
OWN = os.path.join(RIG, "own.image")
OTHER = os.path.join(RIG, "other.image")

AUTH = ("Authentication PIN (4 digits): ", "1234")
SIGN = ("Signature password (6 to 16 letters and digits): ", "ABC123")
SURE = [('Type "yes": ', "yes"), ('or "unknown": ', "1")]
NEW_AUTH = [("New PIN (4 digits): ", "4321"), ("Once more: ", "4321")]

# What is typed, and what is asked with its answers.
COMMANDS = [
    ("pin test auth", [AUTH]),
    ("pin test sign", [SIGN]),
    ("pin test auth --last-try", [*SURE, AUTH]),
    ("pin change auth", [AUTH, *NEW_AUTH]),
    ("pin change auth --last-try", [*SURE, AUTH, *NEW_AUTH]),
    ("cert show sign", [SIGN]),
    ("cert export sign {out}.pem", [SIGN]),
    ("sign {in}.txt -o {out}.p7s", [SIGN]),
    ("sign {in}.txt --key auth --attached -o {out}.p7m", [AUTH]),
    ("sign {in}.xml -o {out}.xml", [SIGN]),
    ("sign {in}.pdf -o {out}.pdf", [SIGN]),
]


def ctl(*words, socket="vcard0.control"):
    return subprocess.run([os.environ["JPKI_VCARD"], "ctl", os.path.join(RIG, socket), *words], check=True,
                          capture_output=True, text=True).stdout


def reader(*words):
    ctl(*words, socket="ifd0.control")


def noticed():
    """pcscd looks every 0.4 s, the module twice a second."""
    time.sleep(1.3)


def another_persons_card():
    ctl("swap", OTHER)
    noticed()


def the_same_card_out_and_in():
    ctl("remove")
    noticed()
    ctl("insert")
    noticed()


def another_reader_of_that_name():
    reader("unplug")
    noticed()
    ctl("swap", OTHER)
    reader("plug")
    noticed()


def nobody_has_noticed():
    """The PIN follows at once: not even pcscd has looked since."""
    ctl("swap", OTHER)


EXCHANGES = [another_persons_card, the_same_card_out_and_in, another_reader_of_that_name, nobody_has_noticed]


def counts():
    seen = json.loads(ctl("oracle"))
    return {pin: (seen[pin]["verifies"], seen[pin]["failed"], seen[pin]["tries_left"]) for pin in ("auth_pin", "sign_pin")}


def own_card(last_try):
    """The default card, with all its tries or with one of each."""
    ctl("swap", OWN)
    for key, full in (("auth", "3"), ("sign", "5")):
        ctl("tries", key, "1" if last_try else full)
    end = time.monotonic() + 20
    while subprocess.run([os.path.join(BIN, "jpki"), "pin", "status"], capture_output=True, check=False).returncode != 0:
        assert time.monotonic() < end, "the card does not come back"
        time.sleep(0.2)


def play(words, prompts, before_answer, exchange, output):
    """Exchanges the card at the prompt of this number, before its answer is typed."""
    own_card("--last-try" in words)
    before = counts()
    it = terminal.Terminal(os.path.join(BIN, "jpki"), *words.split(), LC_ALL="C")
    at = 0
    same = exchange is the_same_card_out_and_in
    for number, (question, answer) in enumerate(prompts):
        at = it.asks(question, at)
        if at is None:
            break
        if number == before_answer:
            exchange()
            if not same:
                # The worst card to send a PIN to.
                for key in ("auth", "sign"):
                    ctl("tries", key, "1")
                before = counts()
        it.type(answer + "\n")
    it.ends_with(3)
    it.shows("The card was taken out, or another one is in its place.")
    now = counts()
    assert now == before, "the card has counted %r, not %r" % (now, before)
    assert not os.path.exists(output), "something was written"


def exchanges(which, half, folder):
    """Every second prompt of all commands, beginning with the first (half 0) or the second."""
    exchange = EXCHANGES[int(which)]
    failures = 0
    prompt = -1
    played = 0
    for command, prompts in COMMANDS:
        for number in range(len(prompts)):
            prompt += 1
            if prompt % 2 != int(half):
                continue
            names = {"in": os.path.join(folder, "in"), "out": os.path.join(folder, "out")}
            words = command.format(**names)
            output = names["out"] + os.path.splitext(words)[1]
            played += 1
            try:
                play(words, prompts, number, exchange, output)
            except AssertionError as wrong:
                failures += 1
                print("%s, prompt %d, %s: %s" % (command, number + 1, exchange.__name__, wrong))
    print("%d exchanges, %d failures" % (played, failures))
    sys.exit(failures != 0)


terminal.run(globals())
