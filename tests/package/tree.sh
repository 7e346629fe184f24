# shellcheck shell=bash disable=SC2154  # what is not set here, the script that sources this sets
# Trees of Debian below $cache, made once: SUITE (bare, never changed again) and SUITE-build (with what building takes).
# Needs root and the network.

# in_tree TREE [--no-network] COMMAND...: in the tree itself, in namespaces that end with it, and with them its processes
# and mounts. Of this machine it sees a few devices; no bus and no driver, so no reader.
in_tree() {
    local tree=$1 spaces=(-m -p -f --kill-child)
    shift
    [[ $1 != --no-network ]] || { spaces+=(-n) && shift; }
    # shellcheck disable=SC2016 # for the shell inside
    unshare "${spaces[@]}" bash -c '
        set -e
        . "$1/few_devices.sh"
        # A mount of its own, or no further namespace of mounts could be made inside.
        mount --bind "$2" "$2"
        few_devices "$2/dev"
        mkdir -p "$2/dev/shm" "$2/dev/pts"
        mount -t tmpfs tmpfs "$2/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=0666 devpts "$2/dev/pts"
        ln -s pts/ptmx "$2/dev/ptmx"
        : >"$2/dev/tty"
        mount --bind /dev/tty "$2/dev/tty"
        mount -t proc proc "$2/proc"
        mount -t tmpfs tmpfs "$2/run"
        [ "$3" = shared ] || ip link set lo up
        exec chroot "$2" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${@:4}"
    ' - "$root/tests/system/clients" "$tree" "$([[ " ${spaces[*]} " == *" -n "* ]] && echo own || echo shared)" "$@"
}

# quietly COMMAND...: what it says is shown only if it fails.
quietly() {
    "$@" >"$cache/last.log" 2>&1 </dev/null || {
        tail -n 40 "$cache/last.log" >&2
        echo "FAILED: $*" >&2
        return 1
    }
}

bare_tree() { # SUITE
    local tree=$cache/$1
    [[ ! -e $tree/.complete ]] || return 0
    rm -rf --one-file-system "$tree"
    mkdir -p "$cache"
    # Not into the tree: what apt makes of it belongs to the tests.
    quietly unshare -m debootstrap --variant=minbase "$1" "$tree"
    cp /etc/resolv.conf "$tree/etc/resolv.conf"
    # Nothing that is installed there may start.
    printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
    chmod 755 "$tree/usr/sbin/policy-rc.d"
    quietly in_tree "$tree" apt-get -q update
    touch "$tree/.complete"
}

copy_tree() { # FROM TO
    rm -rf --one-file-system "$2"
    cp -a --reflink=auto "$1" "$2"
}

# With everything that debian/control asks for, and lintian.
build_tree() { # SUITE, with the source in $cache/source
    local tree=$cache/$1-build
    if [[ ! -e $tree/.complete ]]; then
        copy_tree "$cache/$1" "$tree"
        touch "$tree/.complete"
    fi
    rm -rf --one-file-system "$tree/package"
    mkdir "$tree/package"
    cp -a "$cache/source" "$tree/package/jpki-pkcs11"
    quietly in_tree "$tree" apt-get -qy --no-install-recommends build-dep /package/jpki-pkcs11
    quietly in_tree "$tree" /package/jpki-pkcs11/tests/support/install-packages package
}
