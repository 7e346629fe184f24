#!/usr/bin/python3
"""Signs a file with a JPKI card: RSA with SHA-256, PKCS#1 v1.5, and beside it the certificate to verify it with.

    sign.py jpki-pkcs11.so "JPKI User Authentication" form.txt form.sig form.cer
    openssl x509 -inform DER -in form.cer -pubkey -noout > form.pem
    openssl dgst -sha256 -verify form.pem -signature form.sig form.txt

Needs Debian's python3-pykcs11. The file is hashed here and never as a whole in memory; the card gets a DigestInfo
by CKM_RSA_PKCS, the one mechanism that every JPKI module has.
"""
import argparse
import getpass
import hashlib
import signal
import sys
import termios

import PyKCS11
from PyKCS11 import PyKCS11Error

# RFC 8017, 9.2: what stands before the hash, a DigestInfo of SHA-256.
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")

MEANING = {
    PyKCS11.CKR_PIN_INCORRECT: "the PIN is wrong",
    PyKCS11.CKR_PIN_LOCKED: "the PIN is locked; the municipal office can set a new one",
    PyKCS11.CKR_FUNCTION_CANCELED: "the PIN was not sent: one try is left and is kept (last_try in pkcs11.conf)",
    PyKCS11.CKR_TOKEN_NOT_PRESENT: "there is no card in the reader",
    PyKCS11.CKR_TOKEN_NOT_RECOGNIZED: "this is no JPKI card",
    PyKCS11.CKR_DEVICE_REMOVED: "the card was taken out; put it back and start again",
    PyKCS11.CKR_SESSION_HANDLE_INVALID: "the card was taken out; put it back and start again",
    PyKCS11.CKR_DEVICE_ERROR: "the card or the reader failed",
}


def find_token(module, label):
    """The slot of the token with this label, and what it says of itself."""
    for slot in module.getSlotList(tokenPresent=True):
        try:
            info = module.getTokenInfo(slot)
        except PyKCS11Error:
            continue  # some other card
        if info.label.strip() == label:
            return slot, info
    sys.exit(f'No token "{label}" in any reader. Is the card in place, and does pcscd run?')


def warn(info):
    """What the card says of its tries, before anybody types a PIN. Asking costs none."""
    if info.flags & PyKCS11.CKF_USER_PIN_LOCKED:
        sys.exit(f"{info.label.strip()}: {MEANING[PyKCS11.CKR_PIN_LOCKED]}")
    if info.flags & PyKCS11.CKF_USER_PIN_FINAL_TRY:
        sys.exit("One try is left, and this program does not spend it.")
    if info.flags & PyKCS11.CKF_USER_PIN_COUNT_LOW:
        print("The PIN was wrong the last time.", file=sys.stderr)


def hush(*_):
    """Shells switch the echo on while a program is stopped: what was typed meanwhile is dropped."""
    with open("/dev/tty", "rb", buffering=0) as terminal:
        settings = termios.tcgetattr(terminal)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(terminal, termios.TCSAFLUSH, settings)


def ask(question):
    """From the terminal itself, without echo, which is on again however this ends."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("Ended by a signal."))
    signal.signal(signal.SIGCONT, hush)
    try:
        return getpass.getpass(question)
    finally:
        signal.signal(signal.SIGCONT, signal.SIG_DFL)


def read_pin(arguments, info):
    """A str cannot be wiped in Python. So it is fetched late and dropped early; that is all one can do."""
    pin = None
    source = arguments.pin_fd if arguments.pin_file is None else arguments.pin_file
    if source is not None:
        with open(source, encoding="utf-8") as file:
            if not file.isatty():  # one would show what is typed
                pin = file.readline()
    if pin is None:
        pin = ask(f"PIN of {info.label.strip()}: ")
    pin = pin.rstrip("\n")
    if not pin:
        sys.exit("No PIN given.")
    if not info.ulMinPinLen <= len(pin) <= info.ulMaxPinLen:
        sys.exit(f"A PIN here has {info.ulMinPinLen} to {info.ulMaxPinLen} characters. Nothing was sent to the card.")
    return pin


def hash_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(65536):
            digest.update(part)
    return digest.digest()


def find_one(session, kind, **attributes):
    template = [(PyKCS11.CKA_CLASS, kind)] + [(getattr(PyKCS11, name), value) for name, value in attributes.items()]
    found = session.findObjects(template)
    if len(found) != 1:
        sys.exit(f"{len(found)} objects of class {PyKCS11.CKO[kind]} on the token, not one")
    return found[0]


def sign(session, digest):
    """The signature, and the certificate whose CKA_ID is the key's. That of the signature key is private: it has
    name and address in it, and appears only after the login."""
    key = find_one(session, PyKCS11.CKO_PRIVATE_KEY)
    (identifier,) = session.getAttributeValue(key, [PyKCS11.CKA_ID])
    certificate = find_one(session, PyKCS11.CKO_CERTIFICATE, CKA_ID=bytes(identifier))
    (der,) = session.getAttributeValue(certificate, [PyKCS11.CKA_VALUE])
    mechanism = PyKCS11.Mechanism(PyKCS11.CKM_RSA_PKCS, None)
    return bytes(session.sign(key, SHA256_PREFIX + digest, mechanism)), bytes(der)


def main():
    parser = argparse.ArgumentParser(description="Signs FILE with a token's key.")
    parser.add_argument("--pin-file", metavar="NAME", help="the PIN is the first line of this file")
    parser.add_argument("--pin-fd", metavar="N", type=int, help="or of this open descriptor")
    for name in ("MODULE", "TOKEN-LABEL", "FILE", "SIGNATURE-FILE", "CERTIFICATE-FILE"):
        parser.add_argument(name.lower().replace("-", "_"), metavar=name)
    arguments = parser.parse_args()
    digest = hash_file(arguments.file)  # before anybody types a PIN

    module = PyKCS11.PyKCS11Lib()
    module.load(arguments.module)
    slot, _ = find_token(module, arguments.token_label)
    session = module.openSession(slot)  # first: whatever is said, asked and sent from now on is of this card
    info = module.getTokenInfo(slot)
    warn(info)
    session.login(read_pin(arguments, info))
    signature, certificate = sign(session, digest)
    session.closeSession()  # the token's last one: logs out. After a failure the end of the program does it
    for name, content in ((arguments.signature_file, signature), (arguments.certificate_file, certificate)):
        with open(name, "wb") as file:
            file.write(content)
    print(f"{arguments.file}: signed by {arguments.token_label}, {len(signature)} bytes in {arguments.signature_file}")


try:
    main()
except PyKCS11Error as error:
    sys.exit(f"{MEANING.get(error.value, error)}")
except OSError as error:
    sys.exit(str(error))
