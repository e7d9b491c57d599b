# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A terminal as a person has one: tmux, with a shell in it. One at a time; it ends with the test. For tests that have read lib.sh.
# shellcheck disable=SC2154 # mode, mark and conf are lib.sh's

command -v tmux >/dev/null || die 'tmux is needed (scripts/lib/packages.sh)'
TERMINAL=$PWD/tmux.socket
terminal() { env -u TMUX LC_ALL=C.UTF-8 tmux -S "$TERMINAL" -f /dev/null "$@"; }
on_exit 'terminal kill-server 2>/dev/null'

# ended PID: also one that nobody has asked about yet.
ended() { [[ ! -e /proc/$1 || $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) =~ ^Z?$ ]]; }
# terminal_close: and waits for tmux to be gone, as it would take the next terminal with it.
terminal_close() {
	local pid
	pid=$(terminal display-message -p '#{pid}' 2>/dev/null) || return 0
	terminal kill-server 2>/dev/null || true
	until_true 10 ended "$pid" || true
}

# terminal_open COLUMNS ROWS [VARIABLE=VALUE...]: its shell has the function m, which is the command with our options, and says
# after everything with what code it ended. In what modes m has left the terminal is in the file modes: the shell itself would put
# them right.
terminal_open() {
	local columns=$1 rows=$2 way='' fd
	shift 2
	terminal_close
	if [[ $mode == direct ]]; then way=--no-functions; fi
	cat >rc <<-END
		m() {
			(
				trap : INT
				$(printf '%q' "$MLK_CLI") --defaults-file=$(printf '%q' "$conf") $way "\$@"
				code=\$?
				stty -a </dev/tty | tr ' ;' '\n\n' | grep -xE -- '-?(isig|icanon|echo)' | tr '\n' ' ' >$(printf '%q' "$PWD/modes")
				exit \$code
			)
		}
		PS1='\$ ' PS2= PROMPT_COMMAND='printf "[code %s]\n" "\$?"'
		HISTFILE=
	END
	# a server of tmux must not keep the sessions of this shell open
	(
		for fd in "${SESSION_INPUT[@]}"; do exec {fd}>&-; done
		terminal new-session -d -x "$columns" -y "$rows" env LC_ALL=C.UTF-8 "$@" bash --noprofile --rcfile "$PWD/rc" -i
	)
	terminal set-option -g status off
	terminal resize-window -x "$columns" -y "$rows"
	see 'a shell' '[code 0]'
}

# keys KEY...: as tmux names them; Enter, C-c, Escape.
keys() { terminal send-keys -- "$@"; }
# enter LINE: typed into the shell, on an empty screen: what is seen from then on is new.
cleared() { [[ $(screen | tr -d ' \n') == '$' ]]; }
enter() {
	keys C-l
	until_true 10 cleared || true
	keys "$1" Enter
}
# resize COLUMNS ROWS
resize() { terminal resize-window -x "$1" -y "$2"; }

# screen: what stands there. has TEXT, lacks_text TEXT: now.
screen() { terminal capture-pane -p; }
has() { [[ $(screen) == *"$1"* ]]; }
has_not() { [[ $(screen) != *"$1"* ]]; }

# see WHAT TEXT, see_no WHAT TEXT: within a few seconds.
see() {
	if until_true 10 has "$2"; then
		ok "$mark$1"
	else
		not_ok "$mark$1" "no '$2' on the screen:"$'\n'"$(screen)"
	fi
}
see_no() {
	if until_true 10 has_not "$2"; then
		ok "$mark$1"
	else
		not_ok "$mark$1" "'$2' is still on the screen:"$'\n'"$(screen)"
	fi
}

# tidy WHAT: the screen is that of the shell, its cursor is seen; what is typed is shown, and Ctrl-C is a signal.
tidy() {
	is "$mark$1: the screen is as it was" "$(terminal display-message -p '#{alternate_on} #{cursor_flag}')" '0 1'
	is "$mark$1: the terminal is as it was" "$(cat modes)" 'isig icanon echo '
}

# The process of the command in m: the oldest one, which has the terminal.
terminal_child() {
	local shell
	shell=$(pgrep -o -P "$(terminal display-message -p '#{pane_pid}')")
	pgrep -o -P "$shell"
}
