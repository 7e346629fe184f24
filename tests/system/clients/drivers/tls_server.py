#!/usr/bin/env python3
"""An HTTPS server on loopback that wants a client certificate and says on its page who came. One line a visit on stdout."""
import argparse
import http.server
import ssl
import sys

# With an icon in it: a browser that fetches one makes another connection, and with it another signature.
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>%(title)s</title><style>
body { font: 18px sans-serif; margin: 3em auto; max-width: 40em; color: #223 }
h1 { font-size: 1.6em; border-bottom: 3px solid #2a7 } td { padding: .3em 1em .3em 0 }
td:first-child { color: #667 } #r { color: #99a; font: 13px monospace; margin-top: 3em }
</style></head><body><h1>%(title)s</h1><table>
<tr><td>Certificate</td><td>%(name)s</td></tr>
<tr><td>Issued by</td><td>%(issuer)s</td></tr>
<tr><td>Connection</td><td>%(protocol)s, %(cipher)s</td></tr>
</table><p id="r">CLIENT=%(name)s PROTO=%(protocol)s</p></body></html>
"""


def field(names, wanted):
    """The last value of this kind in a name as the ssl module gives it."""
    values = [value for part in names for kind, value in part if kind == wanted]
    return values[-1] if values else "-"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        certificate = self.connection.getpeercert()
        known = {
            "title": "You are logged in" if certificate else "Nobody is logged in",
            "name": field(certificate["subject"], "commonName") if certificate else "None",
            "issuer": field(certificate["issuer"], "organizationalUnitName") if certificate else "-",
            "protocol": self.connection.version(),
            "cipher": self.connection.cipher()[0],
        }
        body = (PAGE % known).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True
        print("visit", known["name"], known["protocol"], flush=True)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    context = None

    def get_request(self):
        connection, address = self.socket.accept()
        connection.settimeout(60)
        # The handshake belongs to the visit's thread: somebody may take long to enter a PIN.
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def shutdown_request(self, request):
        try:
            request.unwrap()  # some clients call an end without it an attack
        except (OSError, ValueError):
            pass
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        print("error", repr(sys.exc_info()[1]), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls", choices=["1.2", "1.3", "any"], default="any")
    parser.add_argument("--cert", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--client-ca", required=True)
    parser.add_argument("--optional", action="store_true", help="also let those in who have no certificate")
    options = parser.parse_args()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    context.load_verify_locations(options.client_ca)
    context.verify_mode = ssl.CERT_OPTIONAL if options.optional else ssl.CERT_REQUIRED
    # A ticket would let a second visit in without the card.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    if options.tls == "1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if options.tls == "1.3":
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    Server.context = context
    Server(("127.0.0.1", options.port), Handler).serve_forever()


main()
