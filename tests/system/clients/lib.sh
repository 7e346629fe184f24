# shellcheck shell=bash disable=SC2034,SC2154,SC2164  # shared with the scripts that source this, under set -e
# What the checks share, besides ../lib.sh.

tls=$CLIENTS_TOP/tls
drivers=$clients/drivers
JPKI_ROOT=$(realpath "$clients/../../..")
raw_client=$CLIENTS_TOP/bin/system_raw_client
screen_size=1280x900x24

# --- before a check -----------------------------------------------------------------------------------------------

private_places() {
    local upper=$work/upper
    [[ $clients == /tmp/* || $JPKI_BUILD == /tmp/* ]] || mount -t tmpfs tmpfs /tmp
    mount -t tmpfs tmpfs /run
    mkdir /run/pcscd
    mount --bind "$JPKI_RIG_DIR/pcscd" /run/pcscd
    mount -t overlay overlay -o "lowerdir=$CLIENTS_TOP/stage/usr:/usr" /usr
    # A pcscd that a check starts anew must not find real readers, either; the rig's own cover is under this /usr now.
    local bundle
    for bundle in /usr/lib/pcsc/drivers/*.bundle /usr/lib/*/pcsc/drivers/*.bundle; do
        [[ ! -d $bundle ]] || mount --bind "$JPKI_RIG_DIR/nothing" "$bundle"
    done
    # Where p11-kit looks: OpenSC's module, if it is installed, would show the same card a second time.
    mkdir "$work/p11-kit"
    cp "$CLIENTS_TOP/stage/usr/share/p11-kit/modules/"* "$work/p11-kit"
    mount --bind "$work/p11-kit" /usr/share/p11-kit/modules
    mkdir "$upper"
    mount -t tmpfs tmpfs "$upper"
    mkdir "$upper/etc" "$upper/etc.work"
    mount -t overlay overlay -o "lowerdir=$CLIENTS_TOP/stage/etc:/etc,upperdir=$upper/etc,workdir=$upper/etc.work" /etc
    mkdir -p "$work/config" "$work/cache"
    unset DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK WAYLAND_DISPLAY JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH
    export TMPDIR=$work USER=root LOGNAME=root XDG_RUNTIME_DIR=$work
    # Debian's python3 has Debian's modules.
    PATH=/usr/bin:/bin:/usr/sbin:/sbin
    cd "$work"
}

choose_module() {
    module=$CLIENTS_MODULES/jpki-pkcs11.so
    module_auth=$CLIENTS_MODULES/jpki-pkcs11-auth.so
    module_sign=$CLIENTS_MODULES/jpki-pkcs11-sign.so
    straight=$module
    if ((${CLIENTS_SPY:-0})); then
        export PKCS11SPY=$module PKCS11SPY_OUTPUT=$work/spy.log
        if [[ ${package[$name]} =~ ^(libnss3-tools|firefox-esr|thunderbird|chromium|poppler-utils|libreoffice-writer)$ ]]; then
            export JPKI_CLIENTS_MODULE=$module PKCS11SPY=$CLIENTS_TOP/bin/list_2_40.so # which says why
        fi
        module=$(dirname "$CLIENTS_MODULES")/pkcs11-spy.so
        sed -i "s,^module:.*,module: $module," /usr/share/p11-kit/modules/jpki-pkcs11.module
    fi
    [[ $CLIENTS_CONTROL != wrong-pin ]] || auth_pin=0000 sign_pin=WRONG1
    readonly module module_auth module_sign straight auth_pin sign_pin
}

# shellcheck source-path=SCRIPTDIR source=few_devices.sh
. "$clients/few_devices.sh"

# Another program at the same card: fails if it could sign. In the world of pcscd, which may be another one (checks/trixie).
another_program() {
    if [[ -d $work/13 ]]; then
        cp "$raw_client" "$work/13/tmp"
        chroot "$work/13" "/tmp/$(basename "$raw_client")"
    else
        "$raw_client"
    fi
}

# --- said in a check ----------------------------------------------------------------------------------------------

# tries_at_the_end AUTH SIGN, where a check spends some;  makes NUMBER: as many signatures at least
tries_at_the_end() { echo "$1 $2" >"$work/tries"; }
makes() { echo "$1" >"$work/signatures"; }

# within SECONDS COMMAND...: until it succeeds
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || { echo "not in time: $*" && return 1; }
        sleep 0.1
    done
}

listening() { grep -qi ":$(printf '%04X' "$1") [0-9A-F:]* 0A " /proc/net/tcp /proc/net/tcp6; }

# server VERSION PORT [OPTION...]: HTTPS that demands a certificate of the card's authorities (drivers/tls_server.py)
server() {
    /usr/bin/python3 "$drivers/tls_server.py" --tls "$1" --port "$2" --cert "$tls/server.pem" --key "$tls/server.key" \
        --client-ca "$images/auth-ca.pem" "${@:3}" >"$work/server.$2.log" 2>&1 &
    within 5 listening "$2"
}

# greeted FILE VERSION: the page of the server, as somebody sees who came with the authentication certificate
greeted() { has "$1" "CLIENT=$(common_name) PROTO=TLSv$2"; }

# What the certificate is called, from the card
common_name() {
    certificate auth
    openssl x509 -in "$work/auth.pem" -noout -subject -nameopt multiline | sed -n 's/^ *commonName *= //p'
}

# certificate KEY: in $work/KEY.pem. Through the module, but as another program than the one under test; the real
# PIN, so that the check fails for its own reasons.
certificate() {
    local options=(--module "$straight" --read-object --type cert)
    [[ ! -s $work/$1.pem ]] || return 0
    if [[ $1 == auth ]]; then
        pkcs11-tool "${options[@]}" --token-label "$auth" --id 01 --output-file "$work/$1.der"
    else
        ctl reset-oracle # what follows is no business of the check's
        pkcs11-tool "${options[@]}" --token-label "$sign" --login --pin ABC123 --id 02 --output-file "$work/$1.der"
        ctl reset-oracle
    fi
    openssl x509 -inform DER -in "$work/$1.der" -out "$work/$1.pem"
    openssl x509 -in "$work/$1.pem" -noout -pubkey >"$work/$1.pub"
}

# cms_verifies KEY FILE [OPTION...]: as DER; content in $work/content
cms_verifies() {
    purpose_of "$1"
    openssl cms -verify -binary -inform DER -in "$2" -CAfile "$images/$1-ca.pem" "${purpose[@]}" -out "$work/content" "${@:3}"
}

# An X server without a screen, for programs that have to show their windows.
screen() {
    mkfifo "$work/display"
    exec 9<>"$work/display"
    Xvfb -displayfd 9 -screen 0 "$screen_size" -nolisten tcp >"$work/xvfb.log" 2>&1 &
    local number
    read -r -t 10 number <&9
    export DISPLAY=:$number
}

# types PIN TITLE: into every new window of that title, in the background; one line a window in $work/typed
types() {
    : >"$work/typed"
    bash "$drivers/type_pin.sh" "$1" "$2" "$work/typed" >"$work/typing.log" 2>&1 &
}
