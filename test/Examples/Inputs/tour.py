# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the commands of a page and compares what they print with what it says.

usage: tour.py PAGE SOURCE_ROOT BIN [--write]
A ```console block holds `$ command` lines, each followed by its output. Numbers
may differ, since they depend on the machine; words, and the order of lines, may
not. A line `...` stands for any lines. --write puts the real output into PAGE.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"```console\n(.*?)```", re.S)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
LONGEST = 8  # lines at the start of a long output that --write keeps


def prepare(folder, root, binaries):
    """The places that the commands name, and nothing else, in an empty folder."""
    (folder / "examples").symlink_to(root / "examples")
    (folder / "build" / "release").mkdir(parents=True)
    (folder / "build" / "release" / "bin").symlink_to(binaries)


def run(command, folder):
    done = subprocess.run(command, shell=True, cwd=folder, text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return [line.rstrip() for line in done.stdout.splitlines()]


def steps(block):
    """(command, printed lines) of one block."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        yield command, lines


def same(expected, found):
    def plain(line):
        # The number of ulps is cut off at a limit, `> 1e6`.
        return " ".join(NUMBER.sub("#", line).replace("> #", "#").split())
    pattern = "\n".join(r"(?:.*\n)*?.*" if line == "..." else re.escape(plain(line))
                        for line in expected)
    return re.fullmatch(pattern, "\n".join(map(plain, found))) is not None


def shorten(lines):
    return lines if len(lines) <= 22 else [*lines[:LONGEST], "...", *lines[-4:]]


def main():
    page, root, binaries = (pathlib.Path(p).resolve() for p in sys.argv[1:4])
    bad = 0

    def visit(match):
        nonlocal bad
        text = ""
        for command, expected in steps(match[1]):
            found = run(command, folder)
            if not same(expected, found):
                bad += 1
                print(f"$ {command}", *found, sep="\n")
            text += "\n".join([f"$ {command}", *shorten(found)]) + "\n"
        return f"```console\n{text}```"

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(folder, root, binaries)
        new = BLOCK.sub(visit, page.read_text(encoding="utf-8"))
    if "--write" in sys.argv:
        page.write_text(new, encoding="utf-8")
        return 0
    print(f"{bad} commands of the page print something else")
    return 1 if bad else 0


sys.exit(main())
