#!/usr/bin/env python3
"""Firefox, step by step. Each step prints a line; exit status 0 when every step could be done.

  firefox.py --profile DIR [--pin TOKEN=PIN]... [--choose] STEP...

Steps: tokens             the tokens that it sees
       visit=URL          what the page says (an error page is no failure: see what is printed)
       run=COMMAND        a command of the shell, e.g. one that takes the card out
       wait=SECONDS
       shot=FILE          the window, as PNG
       logout             as the button in the device manager does
       kill               ends it at once, as a crash would; nothing can follow
       dialogs            those so far, in order: "pin TOKEN", "certificate CHOICES", "other TEXT"
"""
import argparse
import subprocess
import sys
import time

sys.path.insert(0, __file__.rpartition("/")[0])
from marionette import Program  # noqa: E402

MODULES = 'Cc["@mozilla.org/security/pkcs11moduledb;1"].getService(Ci.nsIPKCS11ModuleDB)'
TOKENS = (
    """const names = [];
for (const module of await %s.listModules())
  for (const slot of module.slots) {
    const token = slot.getToken();
    if (module.libName && token && token.tokenName) names.push(token.tokenName);
  }
return names.join(", ");"""
    % MODULES
)
LOGOUT = 'Cc["@mozilla.org/security/sdr;1"].getService(Ci.nsISecretDecoderRing).logoutAndTeardown(); return true;'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--pin", action="append", default=[])
    parser.add_argument("--most", type=int, default=4, help="how often a PIN is given at most")
    parser.add_argument("--choose", action="store_true", help="have it ask for the certificate each time")
    parser.add_argument("--pref", action="append", default=[], help="NAME=NUMBER or NAME=true")
    parser.add_argument("--log", default="/dev/null")
    parser.add_argument("steps", nargs="*")
    options = parser.parse_args()

    preferences = {"security.default_personal_cert": "Ask Every Time" if options.choose else "Select Automatically"}
    for preference in options.pref:
        name, _, value = preference.partition("=")
        preferences[name] = True if value == "true" else int(value)
    firefox = Program("firefox-esr", options.profile, preferences, options.log)
    try:
        firefox.watch_dialogs(dict(pin.split("=", 1) for pin in options.pin), options.most)
        for step in options.steps:
            kind, _, value = step.partition("=")
            begin = time.monotonic()
            if kind == "tokens":
                said = firefox.wait_for(TOKENS)
            elif kind == "visit":
                said = firefox.visit(value)
            elif kind == "run":
                said = subprocess.run(value, shell=True, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            elif kind == "wait":
                said = time.sleep(float(value))
            elif kind == "shot":
                said = firefox.screenshot(value)
            elif kind == "logout":
                said = firefox.script(LOGOUT)
            elif kind == "kill":
                said = firefox.kill()
            elif kind == "dialogs":
                said = "; ".join(firefox.dialogs())
            else:
                sys.exit("unknown step " + step)
            print("%s: %s (%.1f s)" % (kind, said, time.monotonic() - begin), flush=True)
    finally:
        firefox.quit()


main()
