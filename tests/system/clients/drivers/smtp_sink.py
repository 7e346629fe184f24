#!/usr/bin/env python3
"""Takes mail on loopback and keeps it: smtp_sink.py PORT FOLDER (1.eml, 2.eml, ... in it)."""
import socketserver
import sys


class Visit(socketserver.StreamRequestHandler):
    count = 0

    def say(self, text):
        self.wfile.write(text + b"\r\n")

    def message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def handle(self):
        self.say(b"220 sink")
        for line in self.rfile:
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"EHLO":
                self.say(b"250-sink\r\n250-8BITMIME\r\n250 SIZE 10000000")
            elif verb == b"DATA":
                self.say(b"354 go on")
                received = self.message()
                Visit.count += 1
                with open("%s/%d.eml" % (sys.argv[2], Visit.count), "wb") as file:
                    file.write(received)
                self.say(b"250 kept")
            elif verb == b"QUIT":
                self.say(b"221 good bye")
                return
            else:
                self.say(b"250 yes")


socketserver.ThreadingTCPServer.allow_reuse_address = True
with socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Visit) as server:
    server.serve_forever()
