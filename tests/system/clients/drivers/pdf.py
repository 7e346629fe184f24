#!/usr/bin/env python3
"""A PDF of one page, and the signature taken out of a signed one.
  pdf.py make FILE
  pdf.py extract FILE SIGNED SIGNATURE    the bytes that are signed, and the CMS (with filling behind)"""
import re
import sys


def make():
    text = b"BT /F1 24 Tf 72 720 Td (A document to be signed.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, value in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def extract(data):
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)[-1]
    a, length_a, b, length_b = map(int, ranges)
    if b + length_b != len(data.rstrip(b"\0")) and b + length_b != len(data):
        sys.exit("the signature does not cover the whole file")
    signature = bytes.fromhex(data[a + length_a : b].strip().strip(b"<>").decode())
    return data[a : a + length_a] + data[b : b + length_b], signature


if sys.argv[1] == "make":
    with open(sys.argv[2], "wb") as file:
        file.write(make())
else:
    with open(sys.argv[2], "rb") as file:
        results = extract(file.read())
    for name, content in zip(sys.argv[3:5], results):
        with open(name, "wb") as file:
            file.write(content)
