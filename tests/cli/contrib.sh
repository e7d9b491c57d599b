#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What lies in contrib/ is good: the alerts fire when they should, and every file is understood by the program it is for.
# servers: mariadb
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"
# shellcheck source=scripts/lib/packages.sh
. "$MLK_TOP/scripts/lib/packages.sh"

contrib=$MLK_TOP/contrib
# passes WHAT COMMAND...: it succeeds; else what it wrote.
passes() {
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then ok "$what"; else not_ok "$what" "$said"; fi
}

# ---- Prometheus ----

if dir=$(package_unpacked prometheus 2>promtool.log) && [[ -x $dir/usr/bin/promtool ]]; then
	promtool=$dir/usr/bin/promtool
	passes 'the rules' "$promtool" check rules "$contrib/prometheus/miglock.rules.yml"
	passes 'the rules fire when they should' "$promtool" test rules "$contrib/prometheus/miglock.rules.test.yml"
	# A rule that is wrong must not pass that test.
	mkdir broken
	sed 's/miglock_lock_verdict="abandoned"/miglock_lock_verdict="active"/' "$contrib/prometheus/miglock.rules.yml" >broken/miglock.rules.yml
	cp "$contrib/prometheus/miglock.rules.test.yml" broken
	if "$promtool" test rules broken/miglock.rules.test.yml >broken/log 2>&1; then
		not_ok 'the test of the rules notices a wrong rule'
	else
		ok 'the test of the rules notices a wrong rule'
	fi
else
	printf 'ok - the rules # SKIP promtool cannot be fetched: %s\n' "$(tail -n 1 promtool.log)"
fi
# Each alert is tested.
sed -n 's/^ *- alert: //p' "$contrib/prometheus/miglock.rules.yml" | sort >alerts
grep -B 3 exp_alerts "$contrib/prometheus/miglock.rules.test.yml" | sed -n 's/^ *alertname: //p' | sort -u >tested
is 'each alert is seen to fire' "$(<tested)" "$(<alerts)"

# The metrics that rules and dashboard speak of are those that there are.
lock_table blog
root "CREATE TABLE blog.knex_migrations_lock (\`index\` INT PRIMARY KEY, is_locked INT); INSERT INTO blog.knex_migrations_lock VALUES (1, 1)"
mlk metrics
code_is 'metrics' 0
sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' out | sort >there
for file in prometheus/miglock.rules.yml grafana/miglock.json; do
	grep -o 'miglock_[a-z_]*' "$contrib/$file" | sort -u >wanted
	is "$file knows no metric that is not there" "$(comm -23 wanted there)" ''
	if [[ -s wanted ]]; then ok "$file knows some"; else not_ok "$file knows some"; fi
done

# ---- Grafana ----

cp "$contrib/grafana/miglock.json" dashboard.json
facts dashboard.json <<-'END'
	a dashboard that can be imported :: d.id === null && d.title.length > 0 && d.schemaVersion >= 30 && d.panels.length > 0
	its data source is chosen there :: d.templating.list.some(v => v.name === 'datasource' && v.type === 'datasource' && v.query === 'prometheus')
	each panel uses that :: d.panels.every(p => p.datasource.uid === '${datasource}' && p.targets.every(t => t.datasource.uid === '${datasource}' && t.expr))
	so does each variable :: d.templating.list.every(v => v.type === 'datasource' || v.datasource.uid === '${datasource}')
	no panel has another one's number :: new Set(d.panels.map(p => p.id)).size === d.panels.length
	no panel lies on another one :: d.panels.every((p, i) => d.panels.every((q, j) => i >= j || p.gridPos.x + p.gridPos.w <= q.gridPos.x || q.gridPos.x + q.gridPos.w <= p.gridPos.x || p.gridPos.y + p.gridPos.h <= q.gridPos.y || q.gridPos.y + q.gridPos.h <= p.gridPos.y))
	each variable that is used is there :: [...new Set(JSON.stringify(d.panels).match(/\$\{?[a-z]+/g).map(v => v.replace(/\W/g, '')))].every(v => d.templating.list.some(l => l.name === v))
END
if [[ -n ${promtool:-} ]]; then
	# Its expressions, as rules. A variable of Grafana is a name like any other here.
	node -e "
		const d = JSON.parse(require('fs').readFileSync('dashboard.json', 'utf8'));
		const rules = d.panels.flatMap(p => p.targets).map((t, i) => ({ record: 'panel:' + i, expr: t.expr }));
		console.log(JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
	" >dashboard.rules.yml
	passes 'the expressions of the dashboard' "$promtool" check rules dashboard.rules.yml
fi

# ---- systemd ----

mkdir units
for unit in miglock-metrics.service miglock-metrics.timer; do
	sed "s#^ExecStart=/usr/bin/miglock#ExecStart=$MLK_CLI#" "$contrib/systemd/$unit" >"units/$unit"
done
if command -v systemd-analyze >/dev/null; then
	said=$(systemd-analyze verify --man=no units/* 2>&1) || said+=' (failed)'
	is 'the units' "$said" ''
	sed -i 's/^ProtectSystem=.*/ProtectSystem=perhaps/' units/miglock-metrics.service
	if [[ -n $(systemd-analyze verify --man=no units/miglock-metrics.service 2>&1) ]]; then
		ok 'a wrong unit is noticed'
	else
		not_ok 'a wrong unit is noticed'
	fi
else
	printf 'ok - the units # SKIP there is no systemd-analyze\n'
fi
# What it runs, with its words: with an option file in place of the credential, and a file here.
exec_start=$(sed -n 's/^ExecStart=//p' "$contrib/systemd/miglock-metrics.service")
read -ra words <<<"${exec_start//%d\/miglock.cnf/$conf}"
words[0]=$MLK_CLI words[-1]=$PWD/miglock.prom
code=0
"${words[@]}" >out 2>err </dev/null || code=$?
code_is 'what the service runs' 0
passes 'it writes a file' test -s miglock.prom

# ---- the others ----

passes 'YAML' /usr/bin/python3 "$MLK_TOP/tests/cli/monitoring.py" yaml "$contrib"/*/*.yml "$contrib"/*/*.yaml
/usr/bin/python3 - "$contrib/kubernetes/miglock-check.yaml" >job.json <<-'END'
	import json, sys, yaml
	print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))
END
facts job.json <<-'END'
	the CronJob mounts the Secret :: d[0].kind === 'Secret' && d[1].kind === 'CronJob' && d[1].spec.jobTemplate.spec.template.spec.volumes[0].secret.secretName === d[0].metadata.name
	it may do little :: (p => p.automountServiceAccountToken === false && p.securityContext.runAsNonRoot === true && p.containers[0].securityContext.readOnlyRootFilesystem === true && p.containers[0].securityContext.allowPrivilegeEscalation === false && p.containers[0].securityContext.capabilities.drop[0] === 'ALL')(d[1].spec.jobTemplate.spec.template.spec)
	it ends before the next one :: d[1].spec.concurrencyPolicy === 'Forbid' && d[1].spec.jobTemplate.spec.activeDeadlineSeconds < 300
	the image is to be built :: d[1].spec.jobTemplate.spec.template.spec.containers[0].image.includes('.example/')
END
# Its words are understood: all of them, with the option file of this server.
mapfile -t words < <(node -e "
	const c = JSON.parse(require('fs').readFileSync('job.json', 'utf8'))[1].spec.jobTemplate.spec.template.spec.containers[0];
	c.args.forEach(a => console.log(a.startsWith('--defaults-file=') ? '--defaults-file=' + process.argv[1] : a));
" "$conf")
bare "${words[@]}"
code_is 'what the CronJob runs judges the locks' 2
out_has 'it says why' 'MIGLOCK CRITICAL'
# The option file of the Secret has nothing that miglock does not know.
node -e "console.log(JSON.parse(require('fs').readFileSync('job.json', 'utf8'))[0].stringData['miglock.cnf'])" |
	sed "s/^\[client\]/[miglock]/; s/^host=.*/host=127.0.0.1\nport=1/" >secret.cnf
bare --defaults-file="$PWD/secret.cnf" check
out_has 'the option file of the Secret' 'cannot connect'

# Every option that the monitoring systems are told of is one of check or of the connection.
bare check --help
cp out known
bare help connection
cat out >>known
for file in icinga2/miglock.conf nagios/miglock.cfg; do
	grep -oE -e '--[a-z][a-z-]*' "$contrib/$file" | sort -u >used
	while IFS= read -r option; do
		if grep -qE -e "$option( |=|\[|\$)" known; then ok "$file: $option"; else not_ok "$file: $option"; fi
	done <used
done
