#!/usr/bin/env python3
"""LibreOffice exports a text as a signed PDF, by its API.  libreoffice.py PROFILE TEXT PDF NAME
The certificate is the one of the NSS database (MOZILLA_CERTIFICATE_FOLDER) whose subject has NAME in it. The PIN is asked for
in a window: it needs a screen."""
import os
import signal
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue

PIPE = "jpki-clients"


def value(name, content):
    return PropertyValue(Name=name, Value=content)


def connect():
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + 40
    while True:
        try:
            return resolver.resolve("uno:pipe,name=%s;urp;StarOffice.ComponentContext" % PIPE)
        except uno.getClass("com.sun.star.connection.NoConnectException"):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def export(context, text, pdf, name):
    manager = context.ServiceManager
    security = manager.createInstanceWithContext("com.sun.star.xml.crypto.SEInitializer", context).createSecurityContext("")
    certificates = security.getSecurityEnvironment().getPersonalCertificates()
    print("certificates:", "; ".join(one.SubjectName for one in certificates), flush=True)
    certificate = next(one for one in certificates if name in one.SubjectName)
    desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    document = desktop.loadComponentFromURL("file://" + text, "_blank", 0, (value("Hidden", True),))
    options = (value("SignPDF", True), value("SignatureCertificate", certificate))
    document.storeToURL(
        "file://" + pdf,
        (value("FilterName", "writer_pdf_Export"), value("FilterData", uno.Any("[]com.sun.star.beans.PropertyValue", options))),
    )
    document.close(True)
    return desktop


def main():
    profile, text, pdf, name = sys.argv[1:5]
    office = subprocess.Popen(
        ["soffice", "-env:UserInstallation=file://" + profile, "--norestore", "--nologo", "--nodefault", "--accept=pipe,name=%s;urp;" % PIPE],
        start_new_session=True,
    )
    try:
        desktop = export(connect(), text, pdf, name)
        try:
            desktop.terminate()
            office.wait(10)
        except Exception:  # the bridge breaks when the office ends
            pass
    finally:
        if office.poll() is None:
            os.killpg(office.pid, signal.SIGKILL)


main()
