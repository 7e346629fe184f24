# shellcheck shell=bash disable=SC2034  # what is set here is for the scripts that source this file
# What the system tests share. A script sources this, defines functions and says `check "what" function` for each; it
# runs inside tests/support/rig (CMakeLists.txt says with which cards) and reads JPKI_BUILD, the build's folder.
set -euo pipefail

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
# Other people's programs ask at the terminal, if there is one, whatever their input is. Tests run where nobody sits.
! { : </dev/tty; } 2>/dev/null || exec "$here/../support/without_terminal" "$0" "$@"
JPKI_BUILD=$(realpath "${JPKI_BUILD:-$here/../../build/dev}")
module=$JPKI_BUILD/lib/jpki-pkcs11.so
module_auth=$JPKI_BUILD/lib/jpki-pkcs11-auth.so
module_sign=$JPKI_BUILD/lib/jpki-pkcs11-sign.so
images=$JPKI_BUILD/vcard
client=$JPKI_BUILD/bin/system_client
raw_client=$JPKI_BUILD/bin/system_raw_client
auth="JPKI User Authentication"
sign="JPKI Digital Signature"
auth_pin=1234
sign_pin=ABC123

# Nothing of this machine or its user may change a result, and no test may reach another pcscd than the rig's.
export LC_ALL=C PCSCLITE_CSOCK_NAME=${PCSCLITE_CSOCK_NAME:-/nonexistent}
unset JPKI_PKCS11_CONF JPKI_PKCS11_LOG OPENSSL_CONF GNUTLS_PIN DISPLAY SSH_ASKPASS
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-system.XXXXXX")
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache
document=$work/document
printf 'A document to be signed.\n' >"$document"

passes=0 failures=0
finish() {
    local status=$?
    rm -rf "$work"
    ((status == 0)) || exit "$status"
    echo "$passes passed, $failures failed"
    ((passes > 0 && failures == 0)) || exit 1
}
trap finish EXIT

# check NAME COMMAND...: passes if COMMAND does; any command of a function that fails ends it. Never call it where
# bash ignores `set -e` (in a condition, or before && and ||).
check() {
    local name=$1 begin=$EPOCHREALTIME status
    shift
    set +e
    (
        set -e
        "$@"
    ) >"$work/check.log" 2>&1 </dev/null
    status=$?
    set -e
    local took=$((${EPOCHREALTIME/./} - ${begin/./}))
    took=$(printf '%d.%02d' $((took / 1000000)) $((took / 10000 % 100)))
    if ((status == 0)); then
        passes=$((passes + 1))
        echo "PASS $name ($took)"
    else
        failures=$((failures + 1))
        echo "FAIL $name ($took), status $status:"
        sed 's/^/    /' "$work/check.log"
    fi
}

# expect STATUS COMMAND...: COMMAND ends with exactly this status.
expect() {
    local wanted=$1 status=0
    shift
    "$@" || status=$?
    ((status == wanted)) || {
        echo "exit status $status, not $wanted: $*"
        return 1
    }
}

# purpose_of KEY: in an array, what OpenSSL has to be told besides. The authentication certificate is for TLS clients and
# says so; whoever verifies a document against it has to set that aside.
purpose_of() {
    purpose=()
    [[ $1 != auth ]] || purpose=(-purpose any)
}

# equal WHAT EXPECTED ACTUAL
equal() {
    [[ $2 == "$3" ]] || {
        printf '%s:\n  expected: %s\n  actual:   %s\n' "$1" "$2" "$3"
        return 1
    }
}

# has FILE TEXT: FILE contains TEXT; has_not: it does not.
has() { grep -qF -e "$2" "$1" || { echo "missing in $1: $2" && cat "$1" && return 1; }; }
has_not() { ! grep -qF -e "$2" "$1" || { echo "should not be in $1: $2" && cat "$1" && return 1; }; }

tool() { pkcs11-tool --module "$module" "$@"; }
ctl() { "$JPKI_VCARD" ctl "$JPKI_VCARD_CONTROL" "$@"; }

# oracle GROUP NAME: a number that the card has counted, e.g. `oracle auth_pin verifies`
oracle() { ctl oracle | sed -n "s/.*\"$1\": {\([^}]*\)}.*/\1/; s/.*\"$2\": \([a-z0-9]*\).*/\1/p"; }

# Of `rig --reader twin`: a fault for the reader (tests/support/twin/control.hpp), and a number that it has counted
reader() { "$JPKI_VCARD" ctl "$JPKI_RIG_DIR/twin0.control" "$@"; }
counted() { reader status | sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p"; }

# A PDF of one page with a table of cross-references.
one_page_pdf() { # FILE
    python3 - "$1" <<'END'
import sys
content = b"BT /F1 24 Tf 72 700 Td (Hello) Tj ET"
objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
           b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
           b" /Resources << /Font << /F1 5 0 R >> >> >>",
           b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
           b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
out, rows = b"%PDF-1.4\n", b""
for number, text in enumerate(objects, 1):
    rows += b"%010d 00000 n \n" % len(out)
    out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
at = len(out)
out += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
    len(objects) + 1, rows, len(objects) + 1, at)
open(sys.argv[1], "wb").write(out)
END
}

# public_key KEY FILE: in PEM, from the certificate that the card holds. KEY: auth or sign.
public_key() {
    if [[ $1 == auth ]]; then
        tool --token-label "$auth" --read-object --type cert --id 01 --output-file "$work/$1.der"
    else
        tool --token-label "$sign" --login --pin "$sign_pin" --read-object --type cert --id 02 --output-file "$work/$1.der"
    fi
    openssl x509 -inform DER -in "$work/$1.der" -pubkey -noout >"$2"
}

# An openssl.cnf for the engine, in $work/openssl.cnf.
engine_configuration() {
    cat >"$work/openssl.cnf" <<EOF
openssl_conf = init
[init]
engines = engines
[engines]
pkcs11 = pkcs11
[pkcs11]
engine_id = pkcs11
MODULE_PATH = $module
init = 0
EOF
}

# key_uri KEY: with its PIN
key_uri() {
    if [[ $1 == auth ]]; then
        echo "pkcs11:token=JPKI%20User%20Authentication;id=%01;type=private;pin-value=$auth_pin"
    else
        echo "pkcs11:token=JPKI%20Digital%20Signature;id=%02;type=private;pin-value=$sign_pin"
    fi
}

# Nobody else at this card can sign now. Call it right after the program that could.
nobody_can_sign() { expect 0 "$raw_client"; }

# is_nowhere PIN FILE...: neither as text nor in hexadecimal, whatever is logged
is_nowhere() {
    local pin=$1 hex file
    hex=$(printf '%s' "$pin" | od -An -tx1 | tr -d ' \n')
    shift
    for file; do
        [[ -s $file ]] || { echo "$file is empty" && return 1; }
        # Without time, process id and the count of exchanges; without blanks for "31 32 33 34" only, since numbers
        # that stand side by side could be a PIN of four digits.
        sed -E 's/^[0-9T:.-]+Z [0-9]+ //; s/^[0-9]+ //' "$file" >"$work/text"
        if grep -inE "$pin|$hex" "$work/text" || tr -d ' ' <"$work/text" | grep -inE "$hex"; then
            echo "in $file"
            return 1
        fi
    done
}
