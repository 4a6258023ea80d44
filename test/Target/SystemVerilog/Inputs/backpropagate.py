# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Backpropagation in f32, word by word, of a chain of products and relu, in the
order of sums that docs/Dataflow.md states, against the gradients of a circuit.

usage: backpropagate.py MODEL.onnx SIMULATION BATCH [--backward]

The first batch; no word may differ. With --backward rows are summed from the last
one on: another rounding, which has to be seen.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper

ZERO, TWO = np.float32(0), np.float32(2)


def add_up(start, terms):
    for term in terms:
        start = np.float32(start + term)
    return start


def main():
    graph, folder, batch = onnx.load(sys.argv[1]).graph, pathlib.Path(sys.argv[2]), int(sys.argv[3])
    rows = (lambda d: range(len(d) - 1, -1, -1)) if "--backward" in sys.argv else (lambda d: range(len(d)))
    weights = {p.name: numpy_helper.to_array(p) for p in graph.initializer}
    sums = {name: np.zeros_like(value) for name, value in weights.items()}

    def read(name):
        words = np.loadtxt(folder / "in" / f"{name}.txt", dtype=np.int64).astype(np.int32)
        return words.view(np.float32)
    images, targets = read(graph.input[0].name), read("target")
    columns = graph.input[0].type.tensor_type.shape.dim[1].dim_value
    for sample in range(batch):
        seen, x = [], images[sample * columns:(sample + 1) * columns]
        for node in graph.node:
            seen.append(x)
            if node.op_type == "Relu":
                x = np.maximum(x, ZERO)
            else:
                w, b = (weights[name] for name in node.input[1:])
                x = np.array([add_up(b[m], w[m] * x) for m in range(len(w))])
        d = TWO * (x - targets[sample * len(x):(sample + 1) * len(x)])
        for node, x in zip(reversed(graph.node), reversed(seen)):
            if node.op_type == "Relu":
                d = np.where(x > 0, d, ZERO)
                continue
            w, b = node.input[1:]
            sums[w] += np.outer(d, x)
            sums[b] += d
            d = np.array([add_up(ZERO, [weights[w][m, n] * d[m] for m in rows(d)]) for n in range(len(x))])
    for line in (folder / "gradients.txt").read_text().splitlines():
        name, number, *values = line.split()
        if number != "0":
            continue
        found = np.array([float(value) for value in values], np.float32)
        if not np.array_equal(found, sums[name].reshape(-1)):
            sys.exit(f"{name}: {found} in the circuit, but {sums[name].reshape(-1)}")
    print(f"the gradients of {len(sums)} parameters are those of backpropagation, to the bit")


main()
