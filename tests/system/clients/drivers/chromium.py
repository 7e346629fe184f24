#!/usr/bin/env python3
"""Chromium on an X server, without a human: visits pages one after another, says what they say, and takes a screenshot.
PINs are typed by type_pin.sh. Chromium is asked over its DevTools (a WebSocket on loopback).

  chromium.py --profile DIR [--shot FILE] [--log FILE] URL...
"""
import argparse
import base64
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request

OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
    "--remote-debugging-port=0",
]


class DevTools:
    """As much of RFC 6455 as one page's DevTools need."""

    def __init__(self, port, path):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.number = 0
        self.socket.sendall(
            (
                "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n" % (path, port, base64.b64encode(os.urandom(16)).decode())
            ).encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.exactly(1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise OSError("no WebSocket: %r" % head)

    def exactly(self, length):
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise OSError("closed")
            data += more
        return data

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.socket.sendall(b"\x81" + length + mask + bytes(one ^ mask[i % 4] for i, one in enumerate(data)))

    def receive(self):
        message, last = b"", False
        while not last:
            first, length = self.exactly(2)
            last = bool(first & 0x80)
            if length == 126:
                (length,) = struct.unpack(">H", self.exactly(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self.exactly(8))
            message += self.exactly(length)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        self.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                return answer.get("result", {})

    def text(self):
        said = self.call("Runtime.evaluate", expression="(document.getElementById('r') || document.body || {}).innerText || ''")
        return said.get("result", {}).get("value", "")


def port_of(profile, process):
    path = os.path.join(profile, "DevToolsActivePort")
    deadline = time.monotonic() + 30
    while not (os.path.exists(path) and open(path).read().strip()):
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit("chromium did not start")
        time.sleep(0.1)
    return int(open(path).readline())


def page_of(port):
    with urllib.request.urlopen("http://127.0.0.1:%d/json/list" % port) as answer:
        page = next(one for one in json.load(answer) if one["type"] == "page")
    return DevTools(port, "/" + page["webSocketDebuggerUrl"].split("/", 3)[3])


def visit(tools, url, seconds):
    """Until the page has something to say: its own line, or the name of an error."""
    tools.send(json.dumps({"id": 0, "method": "Page.navigate", "params": {"url": url}}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        text = tools.text()
        if "CLIENT=" in text:
            return text
        if "ERR_" in text:
            return next(word for word in text.split() if word.startswith("ERR_"))
        time.sleep(0.2)
    return "nothing within the time limit"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--shot")
    parser.add_argument("--log", default="/dev/null")
    parser.add_argument("--seconds", type=float, default=25)
    parser.add_argument("urls", nargs="+")
    options = parser.parse_args()

    # Chromium's own sandbox refuses root; a rig is one already.
    command = ["chromium", "--no-sandbox", *OPTIONS, "--user-data-dir=" + options.profile, "about:blank"]
    process = subprocess.Popen(command, stdout=open(options.log, "w"), stderr=subprocess.STDOUT, start_new_session=True)
    try:
        tools = page_of(port_of(options.profile, process))
        for url in options.urls:
            print("visit:", visit(tools, url, options.seconds), flush=True)
        if options.shot:
            with open(options.shot, "wb") as file:
                file.write(base64.b64decode(tools.call("Page.captureScreenshot")["data"]))
    finally:
        # It ends by _exit, and may be signing for a second connection that it has made on its own account. SECURITY.md
        # tells of the 100 ms after that, in which the card is still ours.
        time.sleep(1.2)
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


main()
