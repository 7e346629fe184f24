"""What the holder sees and types at a terminal: scenarios of jpki_probe, by name."""
import json
import os
import subprocess
import time

import terminal

PROBE = os.path.join(os.environ["JPKI_BUILD"], "bin", "jpki-probe")
COUNT = len(json.loads(subprocess.run([PROBE, "--dry-run", "--json"], check=True, capture_output=True).stdout)["commands"])
QUESTION = "Begin with the card in Virtual PCD 00 00? [y/N] "


def probe(*arguments, **options):
    return terminal.Terminal(PROBE, *arguments, **options)


def ctl(*words):
    return subprocess.run([os.environ["JPKI_VCARD"], "ctl", os.environ["JPKI_VCARD_CONTROL"], *words],
                          check=True, capture_output=True, text=True).stdout


def seen():
    return ctl("log").count(" VERIFY ") + ctl("log").count(" SELECT ")


def yes(report):
    it = probe("--report", report)
    it.until(QUESTION)
    it.type("y\n")
    it.ends_with(0)
    it.shows("No PIN is asked for or sent", f"1/{COUNT}", "-> 63C3", "The report is in")
    assert os.path.getsize(report) > 1000


def no():
    before = seen()
    for keys in ("n\n", "\n", "no\n", "\x04"):
        it = probe()
        it.until(QUESTION)
        it.type(keys)
        it.ends_with(8)
        it.shows("Nothing was sent.")
    assert seen() == before, "the card was asked something"


def control_c():
    before = seen()
    it = probe()
    it.until(QUESTION)
    it.type("\x03")
    it.ends_with(8)
    it.shows("Nothing was sent.")
    assert seen() == before, "the card was asked something"


def replace(report):
    with open(report, "w", encoding="utf-8") as file:
        file.write("precious")
    it = probe("--report", report)
    it.until("is already there. Replace it? [y/N] ")
    it.type("n\n")
    it.ends_with(8)
    with open(report, encoding="utf-8") as file:
        assert file.read() == "precious"
    it = probe("--report", report)
    end = it.until("Replace it? [y/N] ")
    it.type("y\n")
    it.until(QUESTION, end)
    it.type("y\n")
    it.ends_with(0)
    assert os.path.getsize(report) > 1000


def control_c_amidst():
    ctl("fault", "9", "delay", "1500")
    it = probe("--yes")
    it.until(f"10/{COUNT}")
    time.sleep(0.5)
    it.type("\x03")
    it.ends_with(8)
    it.shows("Stopped as you wished")
    it.never_shows(f"11/{COUNT}", "Tries left")
    ctl("faults-clear")
    # The card is there for others, and for the next time.
    it = probe("--yes")
    it.ends_with(0)
    it.shows("-> 63C5", "Tries left")


terminal.run(globals())
