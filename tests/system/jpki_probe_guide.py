"""A holder at a terminal: scenarios of jpki_probe_guide, by name."""
import os
import subprocess
import time

import terminal

PROBE = os.path.join(os.environ["JPKI_BUILD"], "bin", "jpki-probe")


def ctl(*words):
    subprocess.run([os.environ["JPKI_VCARD"], "ctl", os.environ["JPKI_VCARD_CONTROL"], *words], check=True)


def programs(lines):
    it = terminal.Terminal("bash", lines)
    it.until("Signature password")
    it.type("ABC123\n")
    it.ends_with(7)  # no real authority has issued this certificate
    it.shows("Signed: some.signed.pdf", "The document was not changed after it was signed.")
    assert os.path.getsize("some.signed.pdf") > 1000


def led():
    it = terminal.Terminal(PROBE, "--guide")
    at = it.until("Step 1 of 7")
    at = it.until("q: end] ", at)
    it.type("y\n")
    at = it.until("Begin with the card in Virtual PCD 00 00? [y/N] ", at)
    it.type("y\n")
    for answer in ("y\n", "y\n", "n\n", "\n"):
        at = it.until("q: end] ", at)
        it.type(answer)
    at = it.until("Begin? [y, Enter: left out, q: end] ", it.until("Step 6 of 7", at))
    it.type("y\n")
    for number in range(1, 11):
        ctl("remove")
        time.sleep(0.7)  # pcscd looks every 400 ms
        ctl("insert")
        at = it.until("%d/10  it answers" % number, at)
    at = it.until("q: end] ", it.until("Step 7 of 7", at))
    it.type("y\n")
    it.ends_with(0)
    it.shows("The report is in jpki-probe-report.md", "paste the report", "Do not send certificates")
    with open("jpki-probe-report.md", encoding="utf-8") as file:
        page = file.read()
    assert page.count("\n") <= 60, page
    words = " ".join(page.split())
    for seen in ("1: yes; 2: yes; 3: yes; 4: no; 5: left out; 6: laid 10 times, answered 10, slowest", "; 7: yes"):
        assert seen in words, page


def japanese():
    it = terminal.Terminal(PROBE, "--guide", "--yes", "--force", "--language", "ja", LC_ALL="C.UTF-8")
    at = it.until("q: 終了] ", it.until("手順 1／7"))
    it.type("y\n")
    at = it.until("q: 終了] ", it.until("手順 2／7", at))
    it.type("q\n")
    it.ends_with(0)
    it.shows("jpki-probe-report.md に保存しました", "カードの写真は送らないでください")
    assert "手順 3" not in it.shown


terminal.run(globals())
