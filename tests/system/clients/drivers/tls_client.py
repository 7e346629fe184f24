#!/usr/bin/env python3
"""A program that goes on running: for each line on its input it visits an HTTPS server, with the one key that it loaded when it
began, and prints what the page says of it, or "failed ...".
    tls_client.py PORT CERTIFICATE KEY AUTHORITY
"""
import re
import ssl
import sys
import urllib.request

port, certificate, key, authority = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
context.load_cert_chain(certificate, key)
for _ in sys.stdin:
    try:
        page = urllib.request.urlopen(f"https://localhost:{port}/", context=context, timeout=20).read().decode()
        print(re.search(r"CLIENT=\S+ PROTO=[^<\s]*", page).group(), flush=True)
    except Exception as error:  # whatever a program meets
        print("failed", repr(error).replace("\n", " "), flush=True)
