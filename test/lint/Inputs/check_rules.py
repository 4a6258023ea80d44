# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every numbered rule has a test that carries its number.

usage: check_rules.py ROOT
A rule is defined where its number is written bold in a page of docs/ (`**L2**`)
or begins a line of a description in a .td file (`V2: ...`). Its test is a
function, graph or section of a test whose name starts with the number:
`@l2_reads_new_error`, `//--- s1-step.mlir`. A test with a number that no page
defines is reported too.
"""

import pathlib
import re
import sys

import tree

IN_PAGE = re.compile(r"\*\*([A-Z]\d+)\*\*")
IN_TABLE = re.compile(r"^\s+([A-Z]\d+): ", re.M)
NAMED = re.compile(r"(?:func|graph|vertex|module)\s*(?:\w+\s*)?@(\w+)|^(?://|#)--- (\S+)", re.M)


def main():
    root = pathlib.Path(sys.argv[1])
    rules = {}
    for folder, suffix, rule in (("docs", ".md", IN_PAGE), ("include", ".td", IN_TABLE)):
        for path in tree.files(root / folder, suffix):
            for number in rule.findall(tree.read(path)):
                rules.setdefault(number, path)
    letters = {number[0] for number in rules}
    tested = {}
    for path in tree.files(root / "test", ".mlir", ".test"):
        for name in map("".join, NAMED.findall(tree.read(path))):
            match = re.match(r"([a-z]\d+)[_.-]", name)
            if match:
                tested.setdefault(match[1].upper(), path)
    problems = [f"{path}: rule {number} has no test named {number.lower()}_..."
                for number, path in sorted(rules.items()) if number not in tested]
    problems += [f"{path}: a test is named after {number}, which no page defines"
                 for number, path in sorted(tested.items())
                 if number[0] in letters and number not in rules]
    tree.report(problems, f"{len(rules)} rules")


main()
