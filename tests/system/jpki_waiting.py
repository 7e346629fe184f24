"""What a person sees who waits for the card: scenarios of jpki_waiting, by name."""
import os
import signal
import time

import terminal

JPKI = os.path.join(os.environ["JPKI_BUILD"], "bin", "jpki")
LINE = "Waiting for the card ..."
LIMIT = 1.2


def seconds_until(it, words, start=0):
    begin = time.monotonic()
    it.until(words, start)
    return time.monotonic() - begin


def leave(it):
    it.kill(signal.SIGKILL)
    it.end()


def told(*arguments):
    it = terminal.Terminal(JPKI, *arguments)
    took = seconds_until(it, LINE)
    assert took <= LIMIT, "after %.2f s" % took
    leave(it)


def japanese():
    it = terminal.Terminal(JPKI, "--language", "ja", "status", LC_ALL="ja_JP.UTF-8")
    assert seconds_until(it, "カードの応答を待っています") <= LIMIT
    leave(it)


def after_the_pin():
    it = terminal.Terminal(JPKI, "pin", "test", "auth")
    it.until("(4 digits): ")
    it.never_shows(LINE)
    # The person thinks; nobody else is waited for.
    time.sleep(1.5)
    it.type("1234\n")
    typed = len(it.shown)
    took = seconds_until(it, LINE, typed)
    assert took <= LIMIT, "after %.2f s" % took
    it.ends_with(0)
    # The line is gone before the answer comes.
    assert "\x1b[KThe PIN is right." in it.shown, repr(it.shown)


def json(*arguments):
    it = terminal.Terminal(JPKI, "--json", *arguments)
    it.end()
    it.never_shows(LINE)


def quick(*arguments):
    it = terminal.Terminal(JPKI, *arguments)
    it.ends_with(0)
    it.never_shows(LINE)


terminal.run(globals())
