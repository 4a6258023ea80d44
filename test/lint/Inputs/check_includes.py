# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the includes of pc against the table of who may include whom.

usage: check_includes.py ROOT TABLE
A line of TABLE is `part <- part, part` (`*`: everything). A part is a path
below lib/ or include/pc/, or a folder of tools/; the longest that fits counts.
Every part may include itself and Support. `!mlir` forbids MLIR and LLVM.
"""

import pathlib
import re
import sys

import tree


def read_table(path):
    table = {}
    for line in tree.read(pathlib.Path(path)).splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        part, _, allowed = line.partition("<-")
        table[part.strip()] = [word.strip() for word in allowed.split(",") if word.strip()]
    return table


def part_of(path, table):
    """The part that `path`, relative to lib/ or include/pc/, belongs to."""
    parts = path.split(".")[0].split("/")
    for length in range(len(parts), 0, -1):
        if "/".join(parts[:length]) in table:
            return "/".join(parts[:length])
    return None


def sources(root):
    for base in ("lib", "include/pc", "tools"):
        for path in tree.files(root / base, ".cpp", ".h", ".td", ".c"):
            inside = path.relative_to(root / base).as_posix()
            yield path, ("tools/" + inside if base == "tools" else inside)


def problems_of(path, inside, table):
    part = part_of(inside, table)
    if part is None:
        yield f"{path}: no part in the table"
        return
    allowed = table[part]
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        match = re.match(r'\s*#?\s*include\s+["<]([^">]+)[">]', line)
        if not match:
            continue
        name = match[1]
        if "!mlir" in allowed and re.match(r"(mlir|llvm)/", name):
            yield f"{path}:{number}: {part} must not include {name}"
        if not name.startswith("pc/") or "*" in allowed:
            continue
        other = part_of(name[len("pc/"):], table)
        if other is None:
            yield f"{path}:{number}: {name} is in no part of the table"
        elif other not in (part, "Support") and not any(
                other == a or other.startswith(a + "/") for a in allowed):
            yield f"{path}:{number}: {part} must not include {name} (of {other})"


def main():
    root, table = pathlib.Path(sys.argv[1]), read_table(sys.argv[2])
    seen = list(sources(root))
    tree.report([q for path, inside in seen for q in problems_of(path, inside, table)],
                f"{len(seen)} sources")


main()
