"""An example program at a terminal: COMMAND... asks for the authentication PIN, does not show it, and signs."""
import sys

import terminal

it = terminal.Terminal(*sys.argv[1:])
before = it.settings()
it.until("PIN")
it.until(": ", it.shown.index("PIN"))
assert not it.echoes(), "the echo is on while a PIN is asked for"
it.type("1234\n")
it.ends_with(0)
it.never_shows("1234")
assert it.settings() == before, "the terminal is not as it was"
