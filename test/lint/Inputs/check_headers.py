# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Form of the sources: licence line, length, include guard, nothing unfinished.

usage: check_headers.py ROOT
"""

import pathlib
import re
import sys

import tree

LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
LONGEST = 600
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def guard_of(inside):
    return re.sub(r"[^A-Z0-9]", "_", inside.upper())


def problems_of(path, root):
    lines = tree.read(path).splitlines()
    if not any(LICENCE in line for line in lines[:3]):
        yield f"{path}:1: expected the licence line among the first three"
    inside = path.relative_to(root)
    if inside.parts[0] not in ("lib", "include", "tools"):
        return
    if len(lines) > LONGEST:
        yield f"{path}: {len(lines)} lines, at most {LONGEST} are allowed"
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished: {line.strip()}"
    if inside.parts[0] == "include" and path.suffix == ".h":
        guard = guard_of(inside.relative_to("include").as_posix())
        if f"#ifndef {guard}" not in lines:
            yield f"{path}: expected the include guard {guard}"


def main():
    root = pathlib.Path(sys.argv[1])
    seen = list(tree.files(root, ".cpp", ".h", ".c", ".td", ".py", ".def"))
    seen += [p for p in tree.files(root / "scripts") if p.suffix == ""]
    tree.report([q for p in seen for q in problems_of(p, root)], f"{len(seen)} sources")


main()
