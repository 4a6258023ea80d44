# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds a hardware unit with its bench through Verilator, and runs it.

usage: simulate.py RTL_DIR BENCH.cpp WORK_DIR MODULE[:UNIT,..] [NAME=VALUE]... [-- ARGUMENTS]...
NAME=VALUE is a parameter of the module and a macro of the bench. Several groups
of arguments, each after its own `--`, are several runs. A word of Verilator's
about the module under -Wall is a failure. A module that is not in the library
lies beside the bench.
"""

import pathlib
import subprocess
import sys

CXX = ["ccache", "clang++-22", "-std=c++17", "-O1", "-w", "-I", "/usr/share/verilator/include",
       "-I", "/usr/share/verilator/include/vltstd"]
RUNTIME = "/usr/share/verilator/include"


def call(command, **options):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)
    print(done.stdout, end="")
    if done.returncode:
        sys.exit(f"simulate.py: failed: {' '.join(map(str, command))}")


def main():
    rtl, bench, work = map(pathlib.Path, sys.argv[1:4])
    module, _, more = sys.argv[4].partition(":")
    rest = sys.argv[5:]
    runs = []
    while "--" in rest:
        at = len(rest) - 1 - rest[::-1].index("--")
        runs.insert(0, rest[at + 1:])
        rest = rest[:at]
    library = more.split(",") if more else []
    sources = [path if (path := rtl / f"{name}.sv").exists() else bench.parent / path.name
               for name in [module, *library]]
    work.mkdir(parents=True, exist_ok=True)
    call(["verilator", "-Wall", "--cc", "--x-initial", "unique", "-O3", "--top-module", module,
          "--Mdir", work, *[f"-G{setting}" for setting in rest], *sources])
    # One file: each alone reads the same headers again.
    generated = work / "all.cpp"
    generated.write_text("".join(f'#include "{path.name}"\n'
                                 for path in sorted(work.glob(f"V{module}*.cpp"))))
    objects = []
    for source in [bench, generated, f"{RUNTIME}/verilated.cpp",
                   f"{RUNTIME}/verilated_threads.cpp"]:
        objects.append(work / (pathlib.Path(source).stem + ".o"))
        call([*CXX, "-I", work, *[f"-D{setting}" for setting in rest], "-c", source,
              "-o", objects[-1]])
    call(["clang++-22", *objects, "-o", work / "bench", "-lpthread", "-latomic"])
    for arguments in runs or [[]]:
        call([work / "bench", *arguments, "+verilator+rand+reset+2"])


main()
