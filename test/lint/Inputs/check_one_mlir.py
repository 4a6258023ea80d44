# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each binary reaches MLIR through its shared library and holds no copy.

usage: check_one_mlir.py LLVM_NM [--dynamic] BINARY...
Two copies have two sets of type identities; such a tool may pass every test
and still be wrong. A binary that defines MLIRContext's constructor holds one.
"""

import subprocess
import sys

import tree

CONSTRUCTOR = " T mlir::MLIRContext::MLIRContext("


def main():
    nm, *rest = sys.argv[1:]
    options = ["-C"] + ["-D" for word in rest if word == "--dynamic"]
    binaries = [word for word in rest if not word.startswith("--")]
    problems = []
    for binary in binaries:
        # Scripts and other files in the folder have no symbols at all.
        with open(binary, "rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        symbols = subprocess.run([nm, *options, binary], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout
        if CONSTRUCTOR in symbols:
            problems.append(f"{binary}: holds a copy of MLIR")
    tree.report(problems, f"{len(binaries)} binaries")


main()
