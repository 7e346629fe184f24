# shellcheck shell=bash disable=SC2154  # what is not set here, the script that sources this sets
# What every check finds ready: the module as it is installed, certificates for the servers, and the servers themselves.

prepare() {
    installed
    server_certificates
    export CLIENTS_SSHD=/usr/sbin/sshd
    [[ -x $CLIENTS_SSHD ]] || { unpacked openssh-server && CLIENTS_SSHD=$CLIENTS_CACHE/openssh-server/usr/sbin/sshd; }
    unpacked nginx
    unpacked stunnel4
    unpacked krb5-kdc krb5-admin-server libverto1 libverto-libev1 libev4
}

# Everything that `cmake --install` writes, in $top/stage; inside laid over /usr and /etc.
installed() {
    local folder triplet
    triplet=$(gcc -print-multiarch)
    local install=(env "DESTDIR=$top/stage" cmake --install "$JPKI_BUILD" --prefix /usr)
    # Something may not have been built yet.
    "${install[@]}" >"$top/install.log" 2>&1 || { cmake --build "$JPKI_BUILD" && "${install[@]}"; } >"$top/install.log" 2>&1 ||
        { tail -n 30 "$top/install.log" >&2 && exit 1; }
    folder=$top/stage/usr/lib/$triplet/pkcs11
    # A build that was configured for another prefix than /usr does not know of Debian's folder.
    [[ -d $folder ]] || { mkdir -p "$(dirname "$folder")" && mv "$top/stage/usr/lib/pkcs11" "$folder"; }
    export CLIENTS_MODULES=/usr/lib/$triplet/pkcs11
    mkdir -p "$top/bin"
    gcc -std=c11 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden -o "$top/bin/list_2_40.so" "$here/list_2_40.c"
    # As others may build while this runs.
    cp "$JPKI_BUILD/bin/"{jpki-vcard,jpki_test_twin,system_raw_client} "$top/bin"
    if [[ $CLIENTS_CONTROL == no-module ]]; then
        for folder in "$folder"/*.so; do mv "$folder" "$folder.renamed"; done
    fi
}

server_certificates() {
    mkdir "$top/tls"
    (
        cd "$top/tls"
        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/CN=JPKI test server CA" -days 30 \
            -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
        openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj "/CN=localhost"
        printf '%s\n' "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1" "basicConstraints=CA:FALSE" \
            "keyUsage=digitalSignature,keyEncipherment" "extendedKeyUsage=serverAuth" >extensions
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out server.pem
    ) 2>"$top/tls/log" || { cat "$top/tls/log" >&2 && exit 1; }
}

# unpacked PACKAGE [PACKAGE...]: in $CLIENTS_CACHE, in a folder with the name of the first, and not installed: a test should
# not start a server on anybody's machine.
unpacked() {
    local folder=$CLIENTS_CACHE/$1 archive
    [[ ! -e $folder/.complete ]] || return 0
    mkdir -p "$folder"
    (
        cd "$folder" && apt-get -qq -o APT::Sandbox::User=root download "$@" || exit 1
        for archive in *.deb; do dpkg-deb -x "$archive" . || exit 1; done
        dpkg-deb -f "$1"_*.deb Version >.complete && rm ./*.deb
    ) >&2 || echo "$1 could not be fetched: its checks will fail" >&2
}
