# bash completion for jpki, jpki-probe and jpki-vcard. It asks the program itself (--help), so it knows what the program knows.

# Subcommands, and the words of {a,b} behind an option or argument, from the help text in $help.
_jpki_subcommands() { sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z0-9-]*\) .*/\1/p' <<<"$help"; }
_jpki_choices() { # REGEX: how the line begins
    sed -nE "s/^ *(-[a-zA-Z],)?$1[^{]*\{([A-Za-z0-9_,-]+)\}.*/\2/p" <<<"$help" | tr , '\n'
}

_jpki() {
    local cur prev words cword help path=() index
    _init_completion || return
    help=$(LC_ALL=C "$1" --help 2>/dev/null)
    for ((index = 1; index < cword; index++)); do
        if _jpki_subcommands | grep -qxF -e "${words[index]}"; then
            path+=("${words[index]}")
            help=$(LC_ALL=C "$1" "${path[@]}" --help 2>/dev/null)
        fi
    done

    local choices='' value=''
    if [[ $prev =~ ^-[a-z-]+$ ]]; then
        choices=$(_jpki_choices "$prev ")
        value=$(sed -nE "s/^ *(-[a-zA-Z],)?$prev ([A-Z]+).*/\2/p" <<<"$help")
    fi
    case $value in
    FILE | IMAGE | SOCKET) _filedir && return ;;
    DIRECTORY) _filedir -d && return ;;
    esac
    if [[ -z $value && $cur == -* ]]; then
        choices=$(_parse_help "$1" "${path[*]} --help")
    elif [[ -z $value ]]; then
        choices="$(_jpki_subcommands) $(sed -n '/^Positionals:/,/^$/p' <<<"$help" | help=$(cat) _jpki_choices '[a-z]+ ')"
    fi
    # shellcheck disable=SC2207 # words without blanks
    COMPREPLY=($(compgen -W "$choices" -- "$cur"))
    [[ -n $value || $cur == -* || ${#COMPREPLY[@]} -gt 0 ]] || _filedir
} &&
    complete -F _jpki jpki jpki-probe jpki-vcard
