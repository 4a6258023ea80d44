# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plants faults in the units of a circuit and says what finds them.

usage: mutate_circuit.py CIRCUIT.mlir WORDS FOLDER

WORDS is what the reference wrote. The circuit as it is has to give these words
with queues withheld at random; each mutant has to give others, or to stop.
"""

import pathlib
import shutil
import subprocess
import sys

from random_circuits import build, run

# Name, unit, what is there, what is put in its place.
MUTANTS = [
    ("weights go uphill", "df_lane", "(word4) - NW", "(word4) + NW"),
    ("products are cut off, not rounded", "df_round", "assign up = a[SHIFT-1]", "assign up = 1'b0 & a[SHIFT-1]"),
    ("rows of weights are swapped", "df_linear", "      addr <= '0;", "      addr <= TW'(NS % TILES);"),
    ("the last output of a fork is skipped", "df_fork", "assign in_ready = &(done | out_ready);",
     "assign in_ready = &(done[NOUT-2:0] | out_ready[NOUT-2:0]);"),
    ("a queue gives the second word first", "df_fifo", "assign out_data = mem[rp];",
     "assign out_data = mem[(cnt > (AW + 1)'(1)) ? ((rp == LAST) ? '0 : rp + 1'b1) : rp];"),
    ("a queue drops a word when it is full", "df_fifo", "assign in_ready = cnt != (AW + 1)'(DEPTH);",
     "assign in_ready = 1'b1;"),
]


def look(bench, number, words):
    """What differs, or nothing."""
    done = subprocess.run([bench, str(number), words, "4", "5", "40", "+verilator+rand+reset+2"],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return done.stdout.splitlines()[-1].split(";")[0]
    files = [words / "taps.txt", words / "weights.txt", *sorted((words / "out").iterdir())]
    return " ".join(f.name for f in files if f.read_text() != (words / "rtl" / f.name).read_text())


def main():
    circuit, words, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
    designs = [folder / "original", *(folder / f"mutant{k}" for k in range(len(MUTANTS)))]
    for design in designs:
        run("pc-translate", "--to-systemverilog", circuit, "--stalls", "-o", design / "rtl")
    for design, (name, unit, old, new) in zip(designs[1:], MUTANTS):
        path = design / "rtl" / f"{unit}.sv"
        text = path.read_text()
        if text.count(old) != 1:
            sys.exit(f"{name}: expected one `{old}` in {unit}.sv, found {text.count(old)}")
        path.write_text(text.replace(old, new))
    bench = build(designs, folder / "bench", warnings=False)
    names = ["nothing is planted", *(name for name, *_ in MUTANTS)]
    missed = 0
    for number, name in enumerate(names):
        shutil.rmtree(words / "rtl", ignore_errors=True)
        found = look(bench, number, words)
        print(f"{name}: {found or 'no difference'}")
        missed += bool(found) == (number == 0)
    sys.exit(bool(missed))


main()
