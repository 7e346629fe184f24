"""A program at a terminal of its own, and a person in front of it: for tests of what is asked, and what is shown."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 20


class Terminal:
    """Runs COMMAND; what it writes to the terminal and what the terminal echoes is in `shown`."""

    def __init__(self, *command, columns=80, output=None, ignore=(), **environment):
        self.shown = ""
        self.status = None
        # This end stays open here: the settings can be asked for after the program has left.
        self.terminal, self.program_end = pty.openpty()
        fcntl.ioctl(self.program_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = os.fork()
        if self.process == 0:
            os.login_tty(self.program_end)
            for number in ignore:
                signal.signal(number, signal.SIG_IGN)
            if output is not None:
                os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
            os.environ.update(environment)
            os.execvp(command[0], command)

    def _take(self, seconds):
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        got = os.read(self.terminal, 4096)
        self.shown += got.decode("utf-8", "surrogateescape")
        return bool(got)

    def until(self, words, start=0):
        """Reads until `words` are shown behind position `start`; returns the position behind them."""
        end = time.monotonic() + PATIENCE
        while words not in self.shown[start:]:
            assert time.monotonic() < end, "never shown: %r, but %r" % (words, self.shown)
            self._take(0.1)
        return self.shown.index(words, start) + len(words)

    def asks(self, words, start=0):
        """The same, unless the program ends before; then nothing."""
        end = time.monotonic() + PATIENCE
        while words not in self.shown[start:]:
            assert time.monotonic() < end, "neither shown nor ended: %r, but %r" % (words, self.shown)
            if not self._take(0.1) and self._has_left():
                return None
        return self.shown.index(words, start) + len(words)

    def _has_left(self):
        if self.status is None:
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def type(self, keys):
        os.write(self.terminal, keys.encode() if isinstance(keys, str) else keys)

    def echoes(self):
        return bool(termios.tcgetattr(self.program_end)[3] & termios.ECHO)

    def settings(self):
        return termios.tcgetattr(self.program_end)

    def kill(self, number):
        os.kill(self.process, number)

    def stops(self):
        """Waits until the program is stopped."""
        end = time.monotonic() + PATIENCE
        while os.waitpid(self.process, os.WUNTRACED | os.WNOHANG)[0] == 0:
            assert time.monotonic() < end, "it is not stopped: %r" % self.shown
            time.sleep(0.02)

    def end(self):
        """Waits for the end; returns the exit status, or minus the signal."""
        end = time.monotonic() + PATIENCE
        while not self._has_left():
            assert time.monotonic() < end, "it does not end: %r" % self.shown
            self._take(0.05)
        while self._take(0.1):
            pass
        return self.status

    def ends_with(self, status):
        found = self.end()
        assert found == status, "exit status %d, not %d: %r" % (found, status, self.shown)

    def shows(self, *words):
        for one in words:
            assert one in self.shown, "%r is not in %r" % (one, self.shown)

    def never_shows(self, *words):
        for one in words:
            assert one not in self.shown, "%r is in %r" % (one, self.shown)

    def is_ascii(self):
        wrong = re.search(r"[^\x07-\x0d\x1b -~]", self.shown)
        assert not wrong, "%r in %r" % (wrong.group(), self.shown)


def run(scenarios):
    """Runs the scenario that the first argument names."""
    scenarios[sys.argv[1]](*sys.argv[2:])
