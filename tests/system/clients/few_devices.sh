# shellcheck shell=bash
# few_devices DIRECTORY: what a program in another root directory needs of /dev, each node for itself. Never the folder:
# it is the machine's own, and who removes something in it removes it for all.
few_devices() {
    local node
    mkdir -p "$1"
    mount -t tmpfs tmpfs "$1"
    for node in null zero full random urandom; do
        : >"$1/$node"
        mount --bind "/dev/$node" "$1/$node"
    done
    ln -s /proc/self/fd "$1/fd"
}
