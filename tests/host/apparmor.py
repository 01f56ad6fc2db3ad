# SPDX-License-Identifier: GPL-2.0-or-later
"""What a profile of AppArmor's allows, read from its files: for hosts whose kernel has no AppArmor."""
import glob
import re

ROOT = '/etc/apparmor.d'


def lines(name, folder=ROOT):
    """The lines of a file or folder there and of what it includes, nested profiles left out."""
    found, depth = [], 0
    for path in sorted(glob.glob(f'{folder}/{name}') + glob.glob(f'{folder}/{name}/*')):
        try:
            with open(path, encoding='utf-8') as file:
                text = file.read()
        except IsADirectoryError:
            continue
        for line in text.splitlines():
            include = re.match(r'\s*#?include (?:if exists )?<(.*)>', line)
            line = re.sub(r'^#.*|\s#.*', '', line).strip()
            depth += line.endswith('{') - (line == '}')
            if include and not depth:
                found += lines(include[1])
            elif line and not depth:
                found.append(line)
    return found


def expression(pattern, variables):
    """A pattern of AppArmor's as a regular expression."""
    while match := re.search(r'@\{(\w+)\}', pattern):
        values = ','.join(value.rstrip('/') for value in variables.get(match[1], ['@']))
        pattern = pattern.replace(match[0], '{' + values + '}')
    made, depth = '', 0
    for token in re.findall(r'\*\*|\[[^]]*\]|\\.|.', pattern):
        depth += (token == '{') - (token == '}')
        made += {'**': '.*', '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')'}.get(token) or (
            '|' if token == ',' and depth else
            token.replace('[^', '[^', 1) if token.startswith('[') else re.escape(token.lstrip('\\') or token))
    return re.compile(made)


class Profile:
    """The rules for files in an abstraction, and more of them, as lines."""

    def __init__(self, abstraction, more=()):
        variables = {}
        for line in lines('tunables'):
            if match := re.match(r'@\{(\w+)\}\s*\+?=\s*(.*)', line):
                variables.setdefault(match[1], []).extend(match[2].split())
        self.rules = []
        for line in [*lines(f'abstractions/{abstraction}'), *more]:
            if match := re.match(r'(?:(?:audit|allow) )?(deny )?([/@]\S*)\s+([a-zA-Z]+)(?: -> .*)?,', line):
                self.rules.append((bool(match[1]), expression(match[2], variables), set(match[3])))

    def allows(self, path, rights):
        given = {False: set(), True: set()}
        for deny, wanted, letters in self.rules:
            if wanted.fullmatch(path):
                given[deny] |= letters
        return set(rights) <= given[False] - given[True]
