#!/usr/bin/env bash
# What happens to a card and its service while a program runs:
#   event.sh idle | removed | inserted | back | swapped IMAGE | restarted | stopped | late MILLISECONDS
# idle: three seconds without a call; removed, inserted; back: one after the other; swapped: for the card of that image;
# restarted: pcscd ends and starts again ($CLIENTS_PCSCD: another one); stopped: pcscd stands still for six seconds, which this
# does not wait for; late: pcscd ends, and its next client starts it, so much later, as systemd does. Else it returns once pcscd knows.
set -euo pipefail

ctl() { "$JPKI_VCARD" ctl "$JPKI_VCARD_CONTROL" "$@" >/dev/null; }
pcscd=$(cat "$JPKI_RIG_DIR/pcscd.pid")

case $1 in
idle) sleep 3 ;;
removed) ctl remove && sleep 1.2 ;;
inserted) ctl insert && sleep 1.2 ;;
back) ctl remove && sleep 1.2 && ctl insert && sleep 1.2 ;;
swapped)
    # Another card would know nothing of the wrong PIN that the first has seen.
    [[ ${CLIENTS_CONTROL-} != wrong-pin ]] || exit 0
    cp "$2" "$HOME/another.image" # it is written to
    ctl swap "$HOME/another.image"
    sleep 2.5 # the card is out for a second; pcscd looks every 0.4 s, the module every 0.5 s
    ;;
restarted | late)
    kill -TERM "$pcscd"
    while kill -0 "$pcscd" 2>/dev/null; do sleep 0.05; done
    rm -f "$JPKI_RIG_DIR/pcscd/pcscd.comm"
    activate=()
    [[ $1 != late ]] || activate=("$(dirname "$0")/../../../support/activate" "$JPKI_RIG_DIR/pcscd/pcscd.comm" "$2")
    # shellcheck disable=SC2086 # a command
    setsid "${activate[@]}" ${CLIENTS_PCSCD:-pcscd} --foreground --config "$JPKI_RIG_DIR/conf" >"$JPKI_RIG_DIR/pcscd.again.log" 2>&1 </dev/null &
    echo $! >"$JPKI_RIG_DIR/pcscd.pid"
    until [[ -S $JPKI_RIG_DIR/pcscd/pcscd.comm ]]; do sleep 0.05; done
    [[ $1 == late ]] || sleep 2
    ;;
stopped)
    kill -STOP "$pcscd"
    (sleep 6 && kill -CONT "$pcscd") >/dev/null 2>&1 </dev/null &
    ;;
esac
