# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Finds RUN lines that only prove that nothing crashed.

usage: check_runs.py ROOT
A RUN line that starts a tool of the compiler must check something itself, or
leave a file that a later RUN line reads. Every test must check something.
"""

import re
import sys

import tree

TOOL = r"\b(?:pc-(?!src\b|bin\b)[a-z-]+|mlir-opt|mlir-translate)\b"
# A program whose exit status or output is the check. pc-verify ends with 0
# only when what it claims holds.
CHECK = (r"FileCheck|\bdiff\b|\bcmp\b|\bnot\b|\bcount\b|-verify-diagnostics|%python|"
         r"%check-|\btest\b|\bgrep\b|\bpc-verify\b")


def run_lines(text):
    """(line number, command) with continued lines joined."""
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        match = re.search(r"\bRUN:\s*(.*)$", line)
        if not match:
            continue
        start = start or number
        pending += match[1]
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
            continue
        yield start, pending
        pending, start = "", 0


def written_by(command):
    """The files of %t that a command leaves: redirected or named by an option."""
    return re.findall(r"(%t[\w./-]*)", command)


def problems_of(path):
    runs = list(run_lines(tree.read(path)))
    if not runs:
        yield f"{path}: no RUN line"
        return
    if not any(re.search(CHECK, command) for _, command in runs):
        yield f"{path}: no RUN line checks anything"
    for i, (number, command) in enumerate(runs):
        # The tool must be the program, not a part of a file's name.
        starts = re.search(rf"(?:^|[|&;]\s*|\benv\s+(?:\S+=\S+\s+)*|%pc_bin/){TOOL}", command)
        if not starts or re.search(CHECK, command):
            continue
        later = " ".join(c for _, c in runs[i + 1:])
        if not any(name in later for name in written_by(command)):
            yield f"{path}:{number}: {command.strip()}  [proves only that nothing crashed]"


def main():
    paths = [p for p in tree.files(sys.argv[1], ".mlir", ".test")
             if "Inputs" not in p.parts]
    tree.report([q for p in paths for q in problems_of(p)], f"{len(paths)} tests")


main()
