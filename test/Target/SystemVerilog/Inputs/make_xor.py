# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the stimuli of a circuit that learns XOR: 200 batches of its 4 rows.

usage: make_xor.py NET.mlir FOLDER FRACTION_BITS
"""

import pathlib
import re
import sys


def main():
    net, folder, one = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), 1 << int(sys.argv[3])
    names = re.search(r'inputs \["(\w+)", "(\w+)"\]', net.read_text(encoding="utf-8")).groups()
    rows = [(a, b) for a in (-1, 1) for b in (-1, 1)] * 200
    words = ([word for row in rows for word in row], [1 if a != b else -1 for a, b in rows])
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in zip(names, words):
        (folder / f"{name}.txt").write_text("".join(f"{value * one}\n" for value in values),
                                            encoding="utf-8")


main()
