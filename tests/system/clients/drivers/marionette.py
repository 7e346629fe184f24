"""Firefox and Thunderbird without a human: starts one, speaks Marionette with it (packets of "length:json" over TCP),
and answers its PIN and certificate dialogs. Only for profiles that a test has made."""
import base64
import json
import os
import signal
import socket
import subprocess
import time

PREFERENCES = {
    "marionette.port": 0,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,none",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}

# Runs in the program's own process. A sandbox of Marionette's ends with each script, so that what stays is kept at
# the global object of a system module. PINs by token; a token that is not named gets no PIN.
WATCH_DIALOGS = """
const [pins, most, choose] = arguments;
const home = Cu.getGlobalForObject(Services);
home.jpkiDialogs = [];
const answered = {};
home.jpkiPins = { observe(window) {
  const { args, ui } = window.Dialog;
  const token = Object.keys(pins).find(name => (args.text || "").includes(name));
  const isPin = args.promptType == "promptPassword";
  home.jpkiDialogs.push((isPin ? "pin " : "other ") + (token || args.text || args.title));
  answered[token] = (answered[token] || 0) + 1;
  if (isPin && token && answered[token] <= most) {
    ui.password1Textbox.value = pins[token];
    window.setTimeout(() => ui.button0.click(), 0);
  } else {
    window.setTimeout(() => (ui.button1 && !ui.button1.hidden ? ui.button1 : ui.button0).click(), 0);
  }
} };
home.jpkiCertificates = { observe(dialog) {
  const offered = [...dialog.ownerDocument.querySelectorAll("#nicknames menuitem")].map(item => item.getAttribute("label"));
  home.jpkiDialogs.push("certificate " + offered.join(" / "));
  if (choose) dialog.ownerDocument.defaultView.setTimeout(() => dialog.acceptDialog(), 300);
} };
Services.obs.addObserver(home.jpkiPins, "common-dialog-loaded");
Services.obs.addObserver(home.jpkiCertificates, "cert-dialog-loaded");
"""


class MarionetteError(Exception):
    """What the program answered in place of a result."""


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.waiting = b""
        self.number = 0
        self.receive()  # the greeting

    def receive(self):
        while b":" not in self.waiting:
            self.more()
        length, _, self.waiting = self.waiting.partition(b":")
        while len(self.waiting) < int(length):
            self.more()
        packet, self.waiting = self.waiting[: int(length)], self.waiting[int(length) :]
        return json.loads(packet)

    def more(self):
        received = self.socket.recv(1 << 16)
        if not received:
            raise MarionetteError("the program has closed the connection")
        self.waiting += received

    def call(self, name, **parameters):
        self.number += 1
        packet = json.dumps([0, self.number, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(packet), packet))
        while True:
            kind, number, error, result = self.receive()
            if (kind, number) == (1, self.number):
                break
        if error:
            raise MarionetteError("%s: %s" % (error["error"], error["message"]))
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result


class Program:
    """A running Firefox or Thunderbird with a profile of its own."""

    def __init__(self, command, profile, preferences=None, log=os.devnull):
        os.makedirs(profile, exist_ok=True)
        port_file = os.path.join(profile, "MarionetteActivePort")
        if os.path.exists(port_file):
            os.unlink(port_file)
        with open(os.path.join(profile, "user.js"), "w") as file:
            for name, value in {**PREFERENCES, **(preferences or {})}.items():
                file.write("user_pref(%s, %s);\n" % (json.dumps(name), json.dumps(value)))
        options = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile]
        self.process = subprocess.Popen(
            [command, *options],
            env={**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1"},
            stdout=open(log, "w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + 40
        while not (os.path.exists(port_file) and open(port_file).read().strip()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise MarionetteError("%s did not start" % command)
            time.sleep(0.05)
        self.connection = Connection(int(open(port_file).read()))
        self.connection.call("WebDriver:NewSession", unhandledPromptBehavior="ignore")
        self.connection.call("WebDriver:SetTimeouts", script=60000, pageLoad=40000)

    def script(self, text, *arguments, context="chrome"):
        self.connection.call("Marionette:SetContext", value=context)
        return self.connection.call("WebDriver:ExecuteScript", script=text, args=list(arguments), newSandbox=True)

    def try_script(self, text, context="chrome"):
        """Nothing while somebody is being asked for a PIN."""
        try:
            return self.script(text, context=context)
        except MarionetteError as error:
            if "unexpected alert open" in str(error):
                return None
            raise

    def wait_for(self, text, *arguments):
        """The result of the body of an async function, in the program."""
        self.connection.call("Marionette:SetContext", value="chrome")
        body = (
            "const done = arguments[arguments.length - 1]; (async (...args) => { %s })(...arguments)"
            ".then(value => done([value]), error => done(String(error) + error.stack));" % text
        )
        result = self.connection.call("WebDriver:ExecuteAsyncScript", script=body, args=list(arguments), newSandbox=True)
        if not isinstance(result, list):
            raise MarionetteError(result)
        return result[0]

    def start(self, text, *arguments):
        """Like wait_for, but returns at once: a script in which a dialog opens would be ended. result() has its answer."""
        self.script(
            "const home = Cu.getGlobalForObject(Services); home.jpkiResult = null; const args = [...arguments];"
            "Services.tm.dispatchToMainThread(() => (async () => { %s })()"
            ".then(value => { home.jpkiResult = 'ok ' + value; }, error => { home.jpkiResult = 'error ' + error + error.stack; }));"
            % text,
            *arguments,
        )

    def result(self, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = self.try_script("return Cu.getGlobalForObject(Services).jpkiResult || null")
            if answer:
                return answer
            time.sleep(0.1)
        return "error: nothing within the time limit"

    def watch_dialogs(self, pins, most=4, choose=True):
        self.script(WATCH_DIALOGS, pins, most, choose)

    def dialogs(self):
        return self.script("return Cu.getGlobalForObject(Services).jpkiDialogs")

    def visit(self, url, seconds=30):
        """What the page says, or the error page's address. A dialog may end the navigation call early."""
        self.connection.call("Marionette:SetContext", value="content")
        self.connection.call("WebDriver:Navigate", url="about:blank")
        try:
            self.connection.call("WebDriver:Navigate", url=url)
        except MarionetteError as error:
            if "unexpected alert open" not in str(error) and "about:neterror" not in str(error):
                return str(error)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = self.try_script(
                "const said = document.getElementById('r'); return said ? said.textContent :"
                " /^about:(net|cert)error/.test(document.documentURI) ? document.documentURI : ''",
                context="content",
            )
            if text:
                return text
            time.sleep(0.1)
        return "nothing within the time limit"

    def screenshot(self, path):
        self.connection.call("Marionette:SetContext", value="content")
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.connection.call("WebDriver:TakeScreenshot", full=False)))

    def quit(self):
        if self.process.poll() is not None:
            return
        time.sleep(0.3)  # it ends by _exit; see SECURITY.md for the 100 ms in which the card is still ours
        try:
            self.connection.call("Marionette:Quit", flags=["eForceQuit"])
            self.process.wait(15)
        except (MarionetteError, OSError, subprocess.TimeoutExpired):
            pass
        self.kill()

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
