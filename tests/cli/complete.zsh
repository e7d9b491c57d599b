# SPDX-License-Identifier: GPL-2.0-only
# zsh -f complete.zsh LINE: what zsh offers at the end of LINE, one word a line; ":files" stands for file names.
# zsh -f complete.zsh --line LINE: the whole line after a Tab.
# zsh completes in its line editor only, so a second zsh gets LINE and a Tab on a terminal of its own. The script is ./miglock.zsh.

pattern=offered
if [[ $1 == --line ]]; then
	pattern=line
	shift
fi

zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= PS2= RPS1='
zpty -w shell "cd -- ${(q)PWD}; PATH=${(q)PATH}; autoload -Uz compinit; compinit -u -D; source ./miglock.zsh"
# The function's own words are printed in place of being shown.
[[ $pattern == line ]] || zpty -w shell 'compadd() {
	local -a offered
	while (($#)); do
		case $1 in
		-a) offered=("${(@P)2}"); shift 2 ;;
		-d | -S) shift 2 ;;
		*) shift ;;
		esac
	done
	printf "offered<%s>\n" "${offered[@]}"
}'
zpty -w shell '_files() { print -r -- "offered<:files>" }'
zpty -w shell 'show() { print -r -- "line<$BUFFER>" }; zle -N show; bindkey "^Xs" show'
zpty -w shell 'print se""t up'
zpty -r -m shell output '*set up*' || exit 1
zpty -w -n shell "$1"$'\t'
zpty -w -n shell $'\C-Xs\C-uprint al""l done\n'
zpty -r -m shell output '*all done*' || exit 1
print -r -- $output | grep -o "$pattern<[^>]*>" | sed 's/^[a-z]*<//; s/>$//' | grep .
exit 0
