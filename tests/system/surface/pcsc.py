"""PC/SC as libpcsclite has it, and commands with their answers: the way of the surface reader to a card.

Only this folder uses it. It never touches a reader that is not virtual, nor a pcscd that is not the rig's."""
import ctypes
import os

library = ctypes.CDLL("libpcsclite.so.1")
dword = ctypes.c_ulong
SHARED, T1, LEAVE, UNPOWER = 2, 2, 0, 2


class IoRequest(ctypes.Structure):
    _fields_ = [("protocol", dword), ("size", dword)]


T1_PCI = IoRequest.in_dll(library, "g_rgSCardT1Pci")


def call(name, *arguments):
    code = getattr(library, name)(*arguments) & 0xFFFFFFFF
    assert code == 0, f"{name}: {code:08X}"


def refuse_real_readers(readers):
    folder, socket = (os.path.realpath(os.environ.get(name) or "/nowhere") for name in ("JPKI_RIG_DIR", "PCSCLITE_CSOCK_NAME"))
    assert folder != "/nowhere" and socket.startswith(folder + "/"), "run me by tests/support/rig"
    assert readers and all(reader.startswith("Virtual PCD") for reader in readers), f"not all are virtual: {readers}"


def hexadecimal(data):
    return bytes(data).hex().upper()


class Card:
    """A card that was powered up just now, so that nobody's login is left on it."""

    def __init__(self):
        self.context, self.handle = ctypes.c_long(), ctypes.c_long()
        call("SCardEstablishContext", dword(2), None, None, ctypes.byref(self.context))
        names, size = ctypes.create_string_buffer(4096), dword(4096)
        call("SCardListReaders", self.context, None, names, ctypes.byref(size))
        self.readers = [name.decode() for name in names.raw[:size.value].split(b"\0") if name]
        refuse_real_readers(self.readers)
        self.connect()
        self.power_up()

    def connect(self):
        call("SCardConnect", self.context, self.readers[0].encode(), dword(SHARED), dword(T1),
             ctypes.byref(self.handle), ctypes.byref(dword()))

    def power_up(self):
        call("SCardDisconnect", self.handle, dword(UNPOWER))
        self.connect()
        self.send("00B00000", want=1)  # some cards refuse the first command, whatever it is

    def close(self):
        call("SCardDisconnect", self.handle, dword(UNPOWER))
        call("SCardReleaseContext", self.context)

    def transmit(self, command):
        answer, size = ctypes.create_string_buffer(65538), dword(65538)
        call("SCardTransmit", self.handle, ctypes.byref(T1_PCI), bytes(command), dword(len(command)), None,
             answer, ctypes.byref(size))
        assert size.value >= 2, "an answer without a status word"
        return answer.raw[:size.value - 2], int.from_bytes(answer.raw[size.value - 2:size.value], "big")

    def send(self, header, data=b"", want=None, extended=False):
        """header: four bytes in hexadecimal. want: how many bytes are expected, 0 for the most there are."""
        command = bytes.fromhex(header)
        width = 2 if extended else 1
        if extended and (data or want is not None):
            command += b"\0"
        if data:
            command += len(data).to_bytes(width, "big") + bytes(data)
        if want is not None:
            command += want.to_bytes(width, "big")
        return self.transmit(command)

    def status(self, *arguments, **options):
        return self.send(*arguments, **options)[1]

    def data(self, *arguments, **options):
        data, status = self.send(*arguments, **options)
        assert status == 0x9000, f"{arguments[0]}: {status:04X}"
        return data
