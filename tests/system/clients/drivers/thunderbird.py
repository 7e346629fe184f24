#!/usr/bin/env python3
"""Thunderbird signs a message (S/MIME) with a certificate of a token, and either writes it to a file or sends it.

  thunderbird.py --profile DIR --pin TOKEN=PIN --certificate NAME --from ADDRESS (--file FILE | --smtp PORT)

Prints the result, then the dialogs. Exit status 0: signed.
"""
import argparse
import sys

sys.path.insert(0, __file__.rpartition("/")[0])
from marionette import Program  # noqa: E402

PREFERENCES = {
    "app.donation.eoy.version.viewed": 999,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
}

FIND = """
const [name, from, target] = args;
const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
const all = await (database.asyncGetCerts ? database.asyncGetCerts() : database.getCerts());
const certificate = [...all].find(one => one.commonName == name);
if (!certificate) throw new Error("no such certificate: " + name);
"""

# An identity that signs with the certificate of that name, and a message of it.
PREPARE = (
    FIND
    + """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const identity = MailServices.accounts.createIdentity();
identity.email = from;
identity.fullName = "A Person";
identity.setUnicharAttribute("signing_cert_name", certificate.displayName);
identity.setCharAttribute("signing_cert_dbkey", certificate.dbKey);
identity.setBoolAttribute("sign_mail", true);
const security = Cc["@mozilla.org/messengercompose/composesecure;1"].createInstance(Ci.nsIMsgComposeSecure);
security.signMessage = true;
security.requireEncryptMessage = false;
const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
fields.from = from;
fields.to = "somebody@example.test";
fields.subject = "A signed message";
fields.composeSecure = security;
"""
)

# What Thunderbird has against the certificate, of which signing says no more than that it failed.
JUDGE = (
    FIND
    + """
const error = await new Promise(resolve => database.asyncVerifyCertAtTime(certificate,
  Ci.nsIX509CertDB.verifyUsageEmailSigner, Ci.nsIX509CertDB.FLAG_LOCAL_ONLY, null, Date.now() / 1000, [],
  { QueryInterface: ChromeUtils.generateQI(["nsICertVerificationCallback"]), verifyCertFinished: code => resolve(code) }));
const words = Cc["@mozilla.org/nss_errors_service;1"].getService(Ci.nsINSSErrorsService);
return error ? words.getErrorMessage(words.getXPCOMFromNSSError(error)) : "fit for mail";
"""
)

WRITE = (
    PREPARE
    + r"""
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(target);
const stream = Cc["@mozilla.org/network/file-output-stream;1"].createInstance(Ci.nsIFileOutputStream);
stream.init(file, 0x2a, 0o600, 0);
const head = "From: " + from + "\r\nTo: somebody@example.test\r\nSubject: A signed message\r\nMIME-Version: 1.0\r\n";
stream.write(head, head.length);
if (!security.requiresCryptoEncapsulation(identity, fields)) throw new Error("it would not sign");
security.beginCryptoEncapsulation(stream, fields.to, fields, null, identity, null, false);
for (const line of ["Content-Type: text/plain; charset=UTF-8\r\n", "\r\n", "Signed with a card.\r\n"])
  security.mimeCryptoWriteBlock(line, line.length);
security.finishCryptoEncapsulation(false, null);
stream.close();
return "written";
"""
)

SEND = (
    PREPARE
    + r"""
const account = MailServices.accounts.createAccount();
account.incomingServer = MailServices.accounts.createIncomingServer("nobody" + identity.key, "none.invalid", "none");
account.addIdentity(identity);
const server = MailServices.outgoingServer.createServer("smtp");
server.QueryInterface(Ci.nsISmtpServer);
server.hostname = "127.0.0.1";
server.port = Number(target);
server.QueryInterface(Ci.nsIMsgOutgoingServer);
server.socketType = Ci.nsMsgSocketType ? Ci.nsMsgSocketType.plain : 0;
server.authMethod = Ci.nsMsgAuthMethod ? Ci.nsMsgAuthMethod.none : 1;
identity.smtpServerKey = server.key;
identity.doFcc = false;
const sending = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
return await new Promise((resolve, reject) => {
  const listener = {
    QueryInterface: ChromeUtils.generateQI(["nsIMsgSendListener"]),
    onStartSending() {}, onSendProgress() {}, onProgress() {}, onStatus() {}, onGetDraftFolderURI() {},
    onSendNotPerformed() { reject(new Error("not sent")); },
    onTransportSecurityError(id, status) { reject(new Error("transport: " + status)); },
    onStopSending(id, status) { status ? reject(new Error("status " + status.toString(16))) : resolve("sent"); },
  };
  const begun = sending.createAndSendMessage(null, identity, account.key, fields, false, false, Ci.nsIMsgCompDeliverMode.Now,
    null, "text/plain", "Signed with a card.\r\n", null, null, listener, "", "", Ci.nsIMsgCompType.New);
  if (begun && begun.catch) begun.catch(reject);
});
"""
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--pin", action="append", default=[])
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--from", dest="sender", required=True)
    parser.add_argument("--file")
    parser.add_argument("--smtp", type=int)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--log", default="/dev/null")
    options = parser.parse_args()

    thunderbird = Program("thunderbird", options.profile, PREFERENCES, options.log)
    try:
        thunderbird.watch_dialogs(dict(pin.split("=", 1) for pin in options.pin))
        for _ in range(options.times):
            script, target = (WRITE, options.file) if options.file else (SEND, str(options.smtp))
            thunderbird.start(script, options.certificate, options.sender, target)
            result = thunderbird.result()
            print(result, flush=True)
        if not result.startswith("ok "):
            thunderbird.start(JUDGE, options.certificate, options.sender, target)
            print("certificate: " + thunderbird.result().removeprefix("ok "))
        print("dialogs: " + "; ".join(thunderbird.dialogs()))
    finally:
        thunderbird.quit()
    sys.exit(not result.startswith("ok "))


main()
