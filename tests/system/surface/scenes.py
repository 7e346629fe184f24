"""Runs one scene of the surface reader: scenes.py NAME, a function of `answers`, `files` or `keys`.

The script surface_applications calls it. Every scene has a card that was just powered up, and leaves it powered down."""
import sys

import answers
import files
import keys
from reader import Reader


def main(name):
    scene = next(getattr(module, name) for module in (answers, files, keys) if hasattr(module, name))
    card = Reader()
    try:
        scene(card)
    finally:
        card.close()


main(sys.argv[1])
