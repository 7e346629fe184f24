"""Whether a screen may show FILE as it is: harmless.py FILE. Complains of every character that a terminal obeys or
nobody sees, and of bytes that are not UTF-8. Knows nothing of the program that wrote it."""
import sys
import unicodedata

text = open(sys.argv[1], "rb").read().decode("utf-8")
for number, line in enumerate(text.split("\n"), 1):
    for character in line:
        kind = unicodedata.category(character)
        if kind[0] == "C" or kind in ("Zl", "Zp"):
            sys.exit("%s:%d: U+%04X in %r" % (sys.argv[1], number, ord(character), line))
    if line and unicodedata.category(line[0])[0] == "M":
        sys.exit("%s:%d: begins with a mark: %r" % (sys.argv[1], number, line))
