/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "completion.h"

const char *const mlk_completion_shells[] = {"bash", "zsh", "fish", NULL};

/*
 * The line is split at blanks here: bash's own COMP_WORDS are split at ':' and '=' too. Readline replaces
 * only what follows the last of these, so what is before it is taken off the answers.
 */
static const char bash[] =
    "# bash completion of miglock, printed by: miglock completion bash\n"
    "_miglock() {\n"
    "	local line=${COMP_LINE:0:COMP_POINT} words word before='' cut='' reply=()\n"
    "	read -ra words <<<\"$line\"\n"
    "	if [[ $line == *[[:blank:]] ]]; then words+=(''); fi\n"
    "	word=${words[-1]}\n"
    "	if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then cut=${word%\"${word##*:}\"}; fi\n"
    "	if [[ $word == --*=* && $COMP_WORDBREAKS == *=* ]]; then before=${word%%=*}=; fi\n"
    "	if ((${#before} > ${#cut})); then cut=$before; fi\n"
    "	COMPREPLY=()\n"
    "	while IFS= read -r line; do\n"
    "		case $line in\n"
    "		:files | :dirs)\n"
    "			local how=-f\n"
    "			if [[ $line == :dirs ]]; then how=-d; fi\n"
    "			compopt -o filenames\n"
    "			mapfile -t COMPREPLY < <(compgen $how -- \"${word#\"$before\"}\")\n"
    "			return\n"
    "			;;\n"
    "		*) reply+=(\"${line%%$'\\t'*}\") ;;\n"
    "		esac\n"
    "	done < <(\"${COMP_WORDS[0]}\" completion --words -- \"${words[@]:1}\" 2>/dev/null </dev/null | "
    "LC_ALL=C sort -u)\n"
    "	for line in \"${reply[@]}\"; do\n"
    "		if ((${#reply[@]} == 1)) && [[ $line == *[:=] ]]; then compopt -o nospace; fi\n"
    "		printf -v line %q \"${line#\"$cut\"}\"\n"
    "		COMPREPLY+=(\"$line\")\n"
    "	done\n"
    "}\n"
    "complete -F _miglock miglock\n";

static const char zsh[] =
    "#compdef miglock\n"
    "# zsh completion of miglock, printed by: miglock completion zsh\n"
    "_miglock() {\n"
    "	local -a lines plain plain_said open open_said\n"
    "	local line word said\n"
    "	lines=(\"${(@f)$(\"${(Q)words[1]}\" completion --words -- \"${(@Q)words[2,CURRENT-1]}\" "
    "\"${(Q)PREFIX}\" "
    "2>/dev/null </dev/null)}\")\n"
    "	for line in \"${(@u)lines}\"; do\n"
    "		case $line in\n"
    "		'') continue ;;\n"
    "		:files) compset -P '--*='; _files; return ;;\n"
    "		:dirs) compset -P '--*='; _files -/; return ;;\n"
    "		esac\n"
    "		word=${line%%$'\\t'*}\n"
    "		said=$word\n"
    "		if [[ $line == *$'\\t'* ]]; then said=\"$word  -- ${line#*$'\\t'}\"; fi\n"
    "		if [[ $word == *[:=] ]]; then\n"
    "			open+=(\"$word\") open_said+=(\"$said\")\n"
    "		else\n"
    "			plain+=(\"$word\") plain_said+=(\"$said\")\n"
    "		fi\n"
    "	done\n"
    "	compadd -l -d open_said -S '' -a open\n"
    "	compadd -l -d plain_said -a plain\n"
    "}\n"
    "if [[ $funcstack[1] == _miglock ]]; then\n"
    "	_miglock \"$@\"\n"
    "else\n"
    "	compdef _miglock miglock\n"
    "fi\n";

static const char fish[] =
    "# fish completion of miglock, printed by: miglock completion fish\n"
    "function __miglock_complete\n"
    "	set -l words (commandline -opc)\n"
    "	set -l word (commandline -ct)\n"
    "	set -l lines ($words[1] completion --words -- $words[2..-1] \"$word\" 2>/dev/null </dev/null)\n"
    "	switch \"$lines[1]\"\n"
    "		case ':files' ':dirs'\n"
    "			set -l before (string match -r -- '^--[^=]*=' $word)\n"
    "			for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $word))\n"
    "				printf '%s%s\\n' \"$before\" $path\n"
    "			end\n"
    "		case '*'\n"
    "			printf '%s\\n' $lines\n"
    "	end\n"
    "end\n"
    "complete -c miglock -f -a '(__miglock_complete)'\n";

const char *mlk_completion_script(const char *shell)
{
    static const char *const scripts[] = {bash, zsh, fish};

    for (size_t i = 0; mlk_completion_shells[i]; i++) {
        if (strcmp(shell, mlk_completion_shells[i]) == 0)
            return scripts[i];
    }
    return NULL;
}
