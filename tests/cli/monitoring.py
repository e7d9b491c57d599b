# SPDX-License-Identifier: GPL-2.0-only
"""The grammars of monitoring systems.

monitoring.py openmetrics FILE: whether FILE is OpenMetrics text, by the parser of Prometheus' own client library.
monitoring.py samples FILE [PART]: its samples, sorted, those with PART in them.
monitoring.py plugin FILE: whether FILE is what a monitoring plugin may print.
monitoring.py perfdata FILE: the performance data, one item a line.
monitoring.py yaml FILE...: whether they are YAML.
"""
import re
import sys

# Monitoring Plugins Development Guidelines, "Performance data" and "Threshold and Ranges".
NUMBER = r'-?[0-9]+(?:\.[0-9]+)?'
RANGE = rf'@?(?:(?:~|{NUMBER})?:)?(?:{NUMBER})?'
LABEL = r"'[^'=|\n]*'|[^ '=|\n]+"
ITEM = re.compile(rf"(?P<label>{LABEL})=(?:{NUMBER}(?:s|us|ms|%|B|KB|MB|TB|c)?|U)"
                  rf"(?:;(?:{RANGE}))?(?:;(?:{RANGE}))?(?:;(?:{NUMBER})?)?(?:;(?:{NUMBER})?)?")
STATUS = re.compile(r'MIGLOCK (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+')


def read(path):
    with open(path, encoding='utf-8', newline='') as file:
        return file.read()


def items(text):
    """The items of a line's performance data, which must be separated by one space each."""
    at, found = 0, []
    while at < len(text):
        if found:
            if text[at] != ' ':
                raise ValueError(f'no space before: {text[at:]}')
            at += 1
        match = ITEM.match(text, at)
        if not match:
            raise ValueError(f'no item: {text[at:]}')
        found.append(match.group(0))
        at = match.end()
    labels = [ITEM.match(item).group('label') for item in found]
    if len(set(labels)) != len(labels):
        raise ValueError(f'a label twice: {text}')
    return found


def plugin(path):
    text = read(path)
    lines = text.split('\n')
    if lines.pop() != '':
        raise ValueError('the last line has no end')
    status, bar, data = lines[0].partition(' | ')
    if not STATUS.fullmatch(status):
        raise ValueError(f'no status: {lines[0]}')
    if any('|' in line for line in lines[1:]):
        raise ValueError('a | after the first line begins more performance data')
    if re.search(r'[\x00-\x09\x0b-\x1f\x7f-\x9f]', text):
        raise ValueError('a control character')
    if len(lines[0].encode()) > 8192:
        raise ValueError('longer than a monitoring system reads')
    return items(data) if bar else []


def families(path):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
    found = list(text_string_to_metric_families(read(path)))
    seen = [(s.name, tuple(sorted(s.labels.items()))) for family in found for s in family.samples]
    if len(set(seen)) != len(seen):
        raise ValueError('a sample twice')
    if any(s.timestamp is not None for family in found for s in family.samples):
        raise ValueError('a sample with a time')
    return found


def samples(path, part=''):
    lines = []
    for family in families(path):
        for s in family.samples:
            labels = ','.join(f'{name}={value}' for name, value in sorted(s.labels.items()))
            lines.append(f'{s.name}{{{labels}}} {s.value:g}')
    return [line for line in sorted(lines) if part in line]


def documents(*paths):
    import yaml
    for path in paths:
        if not [d for d in yaml.safe_load_all(read(path)) if d]:
            raise ValueError(f'{path} is empty')
    return []


def main(what, *arguments):
    verbs = {'openmetrics': lambda path: families(path) and [], 'samples': samples, 'plugin': lambda path: plugin(path) and [],
             'perfdata': plugin, 'yaml': documents}
    try:
        for line in verbs[what](*arguments):
            print(line)
    except (ValueError, OSError, ImportError) as err:
        sys.exit(f'{what}: {err}')


main(*sys.argv[1:])
