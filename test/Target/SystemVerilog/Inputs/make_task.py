# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the stimuli of a circuit that learns a table: batches of all its rows.

usage: make_task.py xor|parabola NET.mlir FOLDER FRACTION_BITS BATCHES
"""

import pathlib
import re
import sys

TASKS = {  # rows of inputs, and the target of each
    "xor": [((a, b), 1 if a != b else -1) for a in (-1, 1) for b in (-1, 1)],
    "parabola": [((k / 4,), k * k / 8 - 1) for k in range(-4, 4)],
}


def main():
    task, net, folder, fraction, batches = sys.argv[1:]
    text = pathlib.Path(net).read_text(encoding="utf-8")
    names = re.search(r'inputs \["(\w+)", "(\w+)"\]', text).groups()
    rows = TASKS[task] * int(batches)
    numbers = ([number for inputs, _ in rows for number in inputs], [target for _, target in rows])
    path = pathlib.Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    for name, values in zip(names, numbers):
        (path / f"{name}.txt").write_text("".join(f"{round(value * 2 ** int(fraction))}\n" for value in values),
                                          encoding="utf-8")


main()
