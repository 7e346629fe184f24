"""An example program at a terminal, which asks for the authentication PIN: what is seen of it, and which card gets it."""
import os
import signal
import subprocess
import termios
import time

import terminal


def asked(*command):
    it = terminal.Terminal(*command)
    before = it.settings()
    it.until("PIN")
    it.until(": ", it.shown.index("PIN"))
    assert not it.echoes(), "the echo is on while a PIN is asked for"
    return it, before


def asks(*command):
    it, before = asked(*command)
    it.type("1234\n")
    it.ends_with(0)
    it.never_shows("1234")
    assert it.settings() == before, "the terminal is not as it was"


def stopped(name, *command):
    it, before = asked(*command)
    it.type("9")
    # Without a shell above it the terminal's own signal does nothing; what a shell sends does.
    it.kill(getattr(signal, "SIG" + name))
    if name == "STOP":
        it.stops()
    settings = it.settings()
    settings[3] |= termios.ECHO
    termios.tcsetattr(it.program_end, termios.TCSANOW, settings)
    it.kill(signal.SIGCONT)
    end = time.monotonic() + terminal.PATIENCE
    while it.echoes():
        assert time.monotonic() < end, "the echo is on after SIGCONT"
        time.sleep(0.02)
    it.type("1234\n")
    it.ends_with(0)
    it.never_shows("1234")
    assert it.settings() == before, "the terminal is not as it was"


def ended(*command):
    """By a signal, at once or with the next Enter."""
    it, before = asked(*command)
    it.kill(signal.SIGTERM)
    it.type("\n")
    assert it.end() != 0
    assert it.settings() == before, "the terminal is not as it was"


def exchanged(image, *command):
    it, _ = asked(*command)
    subprocess.run([os.environ["JPKI_VCARD"], "ctl", os.environ["JPKI_VCARD_CONTROL"], "swap", image], check=True)
    time.sleep(1.3)
    it.type("1234\n")
    it.ends_with(1)
    it.shows("card was taken out")


terminal.run(globals())
