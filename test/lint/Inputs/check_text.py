# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Words that no tracked file may hold, and links that must lead somewhere.

usage: check_text.py ROOT
Paths of one machine and hosts of package registries make a tree that only
works where it was written. A relative link of a page, and a path of this tree
in `code`, must exist.
"""

import pathlib
import re
import sys

import tree

MACHINE = re.compile(r"(?<![\w.])/(?:home|root|work|farm|mnt|Users)/\w|"
                     r"\bdeb[.]debian[.]org|\bregistry[.]npmjs|\bpypi[.]org|/tmp/\w+/")
TEXT = {".md", ".txt", ".py", ".cpp", ".h", ".c", ".td", ".mlir", ".test", ".json",
        ".cmake", ".in", ".def", ""}
FOLDERS = "include|lib|tools|test|docs|scripts|examples|cmake|python|benchmarks"


def bad_words(path):
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        match = MACHINE.search(line)
        if match:
            yield f"{path}:{number}: a path of one machine or a registry: {match[0]}"


def dead_links(path, root):
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
            if "://" not in target and not (path.parent / target).exists():
                yield f"{path}:{number}: dead link {target}"
        for target in re.findall(rf"`((?:{FOLDERS})/[\w./-]+)`", line):
            if not (root / target).exists():
                yield f"{path}:{number}: no such path: {target}"


def main():
    root = pathlib.Path(sys.argv[1])
    seen = [p for p in tree.files(root) if p.suffix in TEXT and p.name != "LICENSE"]
    problems = [q for p in seen for q in bad_words(p)]
    for page in seen:
        if page.suffix == ".md":
            problems += dead_links(page, root)
    tree.report(problems, f"{len(seen)} files")


main()
