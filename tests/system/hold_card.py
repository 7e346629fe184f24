"""Another program that has the card: hold_card.py exclusive|transaction READER. Says "held" and keeps it until its input
ends. Sends nothing to the card."""
import ctypes
import sys

pcsc = ctypes.CDLL("libpcsclite.so.1")
LONG, SCOPE_SYSTEM, EXCLUSIVE, SHARED, ANY_PROTOCOL, LEAVE = ctypes.c_long, 2, 1, 2, 3, 0


def must(code):
    assert code & 0xFFFFFFFF == 0, hex(code & 0xFFFFFFFF)


context, handle, protocol = LONG(), LONG(), ctypes.c_ulong()
must(pcsc.SCardEstablishContext(SCOPE_SYSTEM, None, None, ctypes.byref(context)))
share = EXCLUSIVE if sys.argv[1] == "exclusive" else SHARED
must(pcsc.SCardConnect(context, sys.argv[2].encode(), share, ANY_PROTOCOL, ctypes.byref(handle), ctypes.byref(protocol)))
if share == SHARED:
    must(pcsc.SCardBeginTransaction(handle))
print("held", flush=True)
sys.stdin.read()
if share == SHARED:
    must(pcsc.SCardEndTransaction(handle, LEAVE))
must(pcsc.SCardDisconnect(handle, LEAVE))
