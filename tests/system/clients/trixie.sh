# shellcheck shell=bash disable=SC2154  # what is not set here, the script that sources this sets
# A tree of Debian 13, kept in $CLIENTS_CACHE/trixie, and the module built in it. Made once; needs root and the network.

trixie_packages=(pkcs11-provider openssl curl opensc gnutls-bin wget p11-kit p11-kit-modules pcscd vsmartcard-vpcd)
trixie_packages+=(python3 nodejs nginx stunnel4 freerdp3-x11 krb5-pkinit)

# in_trixie COMMAND...: in the tree itself, in a mount namespace that ends with it. Of this machine it sees a few devices,
# and the project, of which it can only write the folder for its build.
in_trixie() {
    local built=$CLIENTS_CACHE/built-on-13
    mkdir -p "$built"
    # shellcheck disable=SC2016
    unshare -m bash -c '
        set -e
        . "$1/few_devices.sh"
        few_devices "$2/dev"
        mount -t proc proc "$2/proc"
        mkdir -p "$2$3"
        mount --bind "$3" "$2$3"
        mount -o remount,bind,ro "$2$3"
        mount --bind "$4" "$2$4"
        exec chroot "$2" "${@:5}"' - "$here" "$CLIENTS_CACHE/trixie" "$root" "$built" "$@"
}

# trixie_has WHAT PACKAGE...: installed there, once; WHAT names them together
trixie_has() {
    local said=$CLIENTS_CACHE/trixie/.$1
    [[ "${*:2}" != "$(cat "$said" 2>/dev/null)" ]] || return 0
    in_trixie env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -q update && apt-get -qy --no-install-recommends install "$@"' - \
        "${@:2}" >"$top/trixie.log" 2>&1 || { tail "$top/trixie.log" >&2 && exit 1; }
    echo "${*:2}" >"$said"
}

trixie_tree() {
    local tree=$CLIENTS_CACHE/trixie
    if [[ ! -e $tree/usr/sbin/policy-rc.d ]]; then
        command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2 && exit 3; }
        rm -rf --one-file-system "$tree"
        mkdir -p "$CLIENTS_CACHE"
        unshare -m debootstrap --variant=minbase --include=ca-certificates trixie "$tree" >"$top/trixie.log" 2>&1 || { tail "$top/trixie.log" >&2 && exit 1; }
        cp /etc/resolv.conf "$tree/etc/resolv.conf"
        # Nothing that is installed there may start.
        printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
        chmod 755 "$tree/usr/sbin/policy-rc.d"
    fi
    trixie_has packages "${trixie_packages[@]}"
}

# The module as it is built there, by its own compiler; only what has changed is built again.
trixie_module() {
    # Under the name that the checks ask for, wherever this tree was cloned to.
    local build=$CLIENTS_CACHE/built-on-13 needed
    mapfile -t needed < <(sed -n '/^\[build\]/,/^\[/{/^\[/d;s/[[:space:]]*#.*//;/^$/d;p}' "$root/tests/support/packages")
    trixie_has to-build "${needed[@]}"
    {
        in_trixie cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr &&
            in_trixie cmake --build "$build" --target jpki-pkcs11 jpki-pkcs11-auth jpki-pkcs11-sign
    } >"$top/trixie.log" 2>&1 || { grep -E "error|warning" "$top/trixie.log" | head -20 >&2 && tail -5 "$top/trixie.log" >&2; }
}
