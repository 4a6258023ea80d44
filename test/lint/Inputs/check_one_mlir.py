# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each tool has one MLIR, and what runs without it has none.

usage: check_one_mlir.py [--none] BINARY...
A tool holds MLIR itself or reaches it through the shared libraries. Two copies have
two sets of type identities; such a tool may pass every test and still be wrong.
With --none a binary may not even need the shared libraries.
"""

import subprocess
import sys

import tree

CONSTRUCTOR = " T mlir::MLIRContext::MLIRContext("
SHARED = ("libMLIR", "libLLVM")


def run(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def is_elf(path):
    with open(path, "rb") as file:  # scripts and other files have no symbols at all
        return file.read(4) == b"\x7fELF"


def main():
    none = sys.argv[1] == "--none"
    binaries = [path for path in sys.argv[1 + none:] if is_elf(path)]
    problems = []
    for path in binaries:
        symbols = run("llvm-nm", "-C", "--quiet", path) + run("llvm-nm", "-CD", "--quiet", path)
        holds = CONSTRUCTOR in symbols
        needs = any(line.strip().startswith(SHARED) for line in
                    run("llvm-readelf", "--needed-libs", path).splitlines())
        if none and (holds or needs):
            problems.append(f"{path}: needs MLIR")
        elif holds and needs:
            problems.append(f"{path}: holds MLIR and is linked to another copy")
    tree.report(problems, f"{len(binaries)} binaries")


main()
