"""What the holder sees and types at a terminal: scenarios of jpki_terminal, by name."""
import os
import signal
import termios

import terminal

JPKI = os.path.join(os.environ["JPKI_BUILD"], "bin", "jpki")
AUTH = "Authentication PIN (4 digits): "
SIGN = "Signature password (6 to 16 letters and digits): "


def jpki(*arguments, **options):
    return terminal.Terminal(JPKI, *arguments, **options)


def right(tries="3"):
    it = jpki("pin", "test", "auth")
    before = it.settings()
    it.until(AUTH)
    it.shows(tries + " of 3 tries left")
    assert not it.echoes(), "the echo is on while a PIN is asked for"
    it.type("1234\r")
    it.ends_with(0)
    it.shows("The PIN is right.")
    it.never_shows("1234")
    assert it.settings() == before, "the terminal is not as it was"


def wrong():
    it = jpki("pin", "test", "auth")
    it.until(AUTH)
    it.type("9998\r")
    it.ends_with(4)
    it.shows("The PIN is wrong.", "2 of 3 tries left", "Do not guess")
    it.never_shows("9998")


def corrected():
    it = jpki("pin", "test", "sign")
    it.until(SIGN)
    # Backspace, both kinds of it; a letter of several bytes; the line thrown away.
    it.type("nonsense\x15abd\x7fc12\u3042\x084\x083\n")
    it.ends_with(0)
    it.never_shows("abc123", "abd", "nonsense")


def control_c():
    it = jpki("pin", "test", "auth")
    before = it.settings()
    it.until(AUTH)
    it.type("12\x03")
    it.ends_with(8)
    it.shows("nothing was sent")
    it.never_shows("12")
    assert it.settings() == before, "the terminal is not as it was"


def nothing():
    for keys in ("\n", "\x04"):
        it = jpki("pin", "test", "auth")
        it.until(AUTH)
        it.type(keys)
        it.ends_with(8)


def given(options):
    """A descriptor or a file that is the terminal asks as the terminal does."""
    it = terminal.Terminal("sh", "-c", "exec %s pin test auth %s" % (JPKI, options))
    before = it.settings()
    it.until(AUTH)
    assert not it.echoes(), "the echo is on while a PIN is asked for"
    it.type("1235\x7f4\n")
    it.ends_with(0)
    it.never_shows("1234", "1235")
    assert it.settings() == before, "the terminal is not as it was"


def given_new():
    it = jpki("pin", "change", "auth", "--pin-fd", "0", "--new-pin-fd", "0")
    it.until(AUTH)
    it.type("1234\n")
    it.until("New PIN (4 digits): ")
    assert not it.echoes()
    it.type("1234\n")
    it.ends_with(6)
    it.never_shows("1234")


def stop(it, name):
    """As a shell does it: the terminal is its own meanwhile, with the echo on."""
    it.kill(getattr(signal, "SIG" + name))
    it.stops()
    settings = it.settings()
    if name == "TSTP":
        assert settings[3] & termios.ECHO, "the echo is off while the program is stopped"
    settings[3] |= termios.ECHO | termios.ICANON | termios.ISIG
    termios.tcsetattr(it.program_end, termios.TCSANOW, settings)
    it.kill(signal.SIGCONT)


def stopped(name):
    it = jpki("pin", "test", "auth")
    before = it.settings()
    at = it.until(AUTH)
    it.type("99")
    for _ in range(2):
        stop(it, name)
        # It asks once more, and what was typed before counts no more.
        at = it.until(AUTH, at)
        assert not it.echoes(), "the echo is on after SIGCONT"
    it.type("1234\n")
    it.ends_with(0)
    it.never_shows("1234", "99")
    assert it.settings() == before, "the terminal is not as it was"


def stopped_and_ended():
    it = jpki("pin", "test", "sign")
    at = it.until(SIGN)
    stop(it, "STOP")
    it.until(SIGN, at)
    # Whatever ends it now, the terminal is as it was.
    it.kill(signal.SIGTERM)
    it.ends_with(-signal.SIGTERM)
    assert it.echoes()


def terminated():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGALRM, signal.SIGUSR1,
                   signal.SIGUSR2, signal.SIGABRT, signal.SIGSEGV, signal.SIGXCPU):
        it = jpki("pin", "test", "auth")
        before = it.settings()
        it.until(AUTH)
        it.type("12")
        assert not it.echoes()
        it.kill(number)
        it.ends_with(-number)
        assert it.settings() == before, "the terminal is not as it was after signal %d" % number


def ignoring():
    """nohup stays in force while a PIN is asked for, and after it."""
    it = jpki("pin", "test", "auth", ignore=[signal.SIGHUP])
    it.until(AUTH)
    it.kill(signal.SIGHUP)
    it.type("1234\n")
    it.ends_with(0)


def typed_ahead():
    """What was typed before the question is not taken for the PIN, nor is it sent."""
    it = jpki("pin", "test", "auth")
    it.type("9999\n")
    it.until(AUTH)
    it.type("1234\n")
    it.ends_with(0)


def changed():
    it = jpki("pin", "change", "auth")
    it.type("\n")
    it.until(AUTH)
    it.type("1234\n")
    it.until("New PIN (4 digits): ")
    it.type("4321\n")
    it.until("Once more: ")
    assert not it.echoes()
    it.type("4321\n")
    it.ends_with(0)
    it.shows("was changed")
    it.never_shows("1234", "4321")


def change_to(fresh, again, status, words):
    it = jpki("pin", "change", "sign")
    it.until(SIGN)
    it.type("ABC123\n")
    it.until("New password (6 to 16 letters and digits, some of each): ")
    it.type(fresh + "\n")
    if again:
        it.until("Once more: ")
        it.type(again + "\n")
    it.ends_with(int(status))
    it.shows(words)
    it.never_shows(fresh)


def last_try(number, first, second, status, words):
    it = jpki("pin", "test", "auth", "--last-try")
    it.until('Type "yes": ')
    it.type(first + "\n")
    if second:
        it.until('or "unknown": ')
        it.type(second + "\n")
    if status in ("0", "5"):
        it.until(AUTH)
        it.type(number + "\n")
    it.ends_with(int(status))
    it.shows("1 of 3 tries left. The next wrong one locks it.", "ONE try is left", words)
    # An answer is seen, a PIN is not.
    it.shows(first)
    it.never_shows(number)


def refused():
    it = jpki("pin", "test", "auth")
    it.ends_with(6)
    it.shows("1 of 3 tries left", "--last-try")
    it.never_shows(AUTH)


def unknown_counter():
    """A card that does not say how many tries are left is treated as if it were the last."""
    it = jpki("pin", "test", "auth")
    it.ends_with(6)
    it.shows("does not say how many tries are left", "--last-try")
    it.never_shows(AUTH)
    it = jpki("pin", "test", "auth", "--last-try")
    it.until('Type "yes": ')
    it.type("yes\n")
    it.until('or "unknown": ')
    it.type("unknown\n")
    it.until(AUTH)
    it.type("\x03")
    it.ends_with(8)


def narrow():
    it = jpki("pin", "test", "auth", columns=12)
    it.until(AUTH)
    it.type("1234\n")
    it.ends_with(0)
    it.never_shows("1234")


def japanese():
    it = jpki("pin", "test", "auth", LC_ALL="ja_JP.UTF-8")
    it.until("利用者証明用の暗証番号（数字4桁）: ")
    it.shows("残り3回（最大3回）")
    it.type("1234\n")
    it.ends_with(0)
    it.shows("暗証番号は正しいです。")


def without_utf8():
    for locale in ("C", "POSIX", "ja_JP.eucJP", "ja_JP.SJIS", "nowhere"):
        it = jpki("pin", "test", "auth", LC_ALL=locale)
        it.until(AUTH)
        it.type("1234\n")
        it.ends_with(0)
        it.is_ascii()
    it = jpki("--help", LC_ALL="C")
    it.ends_with(0)
    it.is_ascii()


def piped(output):
    """The answer goes to the file, the question and the tries to the terminal."""
    it = jpki("--json", "pin", "test", "auth", output=output)
    it.until(AUTH)
    it.type("1234\n")
    it.ends_with(0)
    it.shows("3 of 3 tries left")
    it.never_shows("right")
    with open(output, encoding="utf-8") as file:
        assert file.read().split() == '{ "pin": "authentication", "right": true }'.split()


terminal.run(globals())
