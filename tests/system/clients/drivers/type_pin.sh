#!/usr/bin/env bash
# Types a PIN and Return into every new window whose title matches, and notes the title; until it is ended.
#   type_pin.sh PIN TITLE-PATTERN NOTES
set -u
answered=' '
while true; do
    for window in $(xdotool search --onlyvisible --name "$2" 2>/dev/null); do
        [[ $answered != *" $window "* ]] || continue
        answered+="$window "
        xdotool getwindowname "$window" >>"$3"
        sleep 0.3
        xdotool windowfocus --sync "$window"
        xdotool type --window "$window" "$1"
        sleep 0.1
        xdotool key --window "$window" Return
    done
    sleep 0.1
done
