# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds the bench of an emitted circuit through Verilator.

usage: build_circuit.py FOLDER [--library]
A word of Verilator's under -Wall is a failure. The bench is FOLDER/obj/bench;
with --library FOLDER/obj/circuit.so is built in its place.
"""

import pathlib
import subprocess
import sys

RUNTIME = "/usr/share/verilator/include"
CXX = ["ccache", "clang++-22", "-std=c++17", "-O1", "-w", "-I", RUNTIME, "-I", f"{RUNTIME}/vltstd"]


def call(command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout, end="")
    if done.returncode:
        sys.exit(f"build_circuit.py: failed: {' '.join(map(str, command))}")


def main():
    folder = pathlib.Path(sys.argv[1])
    work = folder / "obj"
    call(["verilator", "-Wall", "--cc", "--x-initial", "unique", "-O3", "--top-module", "top",
          "--Mdir", work, "-f", folder / "files.f"])
    # One file: each alone reads the same headers again.
    generated = work / "all.cpp"
    generated.write_text("".join(f'#include "{path.name}"\n' for path in sorted(work.glob("Vtop*.cpp"))))
    is_library = sys.argv[2:] == ["--library"]
    flags = [*CXX, "-fPIC", "-fvisibility=hidden"] if is_library else CXX
    objects = []
    for source in [folder / ("library.cpp" if is_library else "tb.cpp"), generated, f"{RUNTIME}/verilated.cpp",
                   f"{RUNTIME}/verilated_threads.cpp"]:
        objects.append(work / (pathlib.Path(source).stem + ".o"))
        call([*flags, "-I", work, "-I", folder, "-c", source, "-o", objects[-1]])
    result = ["-shared", "-o", work / "circuit.so"] if is_library else ["-o", work / "bench"]
    call(["clang++-22", *objects, *result, "-lpthread", "-latomic"])


main()
