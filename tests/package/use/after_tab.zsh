# zsh -f after_tab.zsh LINE: what the line has become after TAB
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1='> '; autoload -U compinit; compinit -u -D; setopt no_beep list_ambiguous; zstyle ':completion:*' list-colors ''; echo REA''DY"
local out all=
while zpty -r z out; do all+=$out; [[ $out == *READY* ]] && break; done
zpty -w -n z "$1"$'\t'
sleep 1
all=
while zpty -rt z out; do all+=$out; done
print -r -- "$all" | sed $'s/\x1b\\[[0-9;?]*[a-zA-Z]//g; s/\r//g'
zpty -d z
