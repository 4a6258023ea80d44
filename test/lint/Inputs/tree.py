# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What every lint of the tree shares: which files it sees, how it reports."""

import pathlib
import re
import sys

SKIPPED = {".git", "build", "__pycache__"}


def files(root, *suffixes):
    """The files below `root`, sorted, with one of `suffixes` (any, if none)."""
    def walk(folder):
        for path in sorted(folder.iterdir()):
            if path.is_symlink() or path.name in SKIPPED:
                continue
            if path.is_dir():
                yield from walk(path)
            elif not suffixes or path.suffix in suffixes:
                yield path
    root = pathlib.Path(root)
    return walk(root) if root.is_dir() else iter(())


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def kebab(name):
    """BuildGraph, LowerVJP, CheckLocality -> build-graph, lower-vjp, ..."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|\d+", name)
    return "-".join(words).lower()


def report(problems, what):
    """Prints the problems and ends the program; prints what was looked at when
    there are none, so that a lint that saw nothing can be told from a good one."""
    for problem in problems:
        print(problem)
    if not problems:
        print(f"no problems in {what}")
    sys.exit(1 if problems else 0)
