# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Data of dataflow.test, and what came of it.

usage: dataflow.py make FOLDER | dataflow.py compare EXPECTED FOUND LIMIT
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def write(path, rows):
    path.write_bytes(numpy_helper.from_array(np.asarray(rows, np.float32)).SerializeToString())


def read(folder, pattern):
    tensors = [onnx.TensorProto.FromString(path.read_bytes()) for path in pathlib.Path(folder).glob(pattern)]
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in tensors}


def make(folder):
    folder.mkdir()
    write(folder / "input_0.pb", [[1, -1], [0.5, 0.25]])
    write(folder / "cotangent_0.pb", [[1, 0.5], [-1, 0.25]])


def compare(expected, found, limit):
    names = []
    for pattern in ("output_*.pb", "grad_*.pb"):
        wanted, given = read(expected, pattern), read(found, pattern)
        for name, value in given.items():
            if np.abs(value - wanted[name]).max() > limit:
                sys.exit(f"{name} is off by {np.abs(value - wanted[name]).max():g}")
        names.append(" ".join(sorted(given)) or "none")
    print(f"output: {names[0]}, gradients: {names[1]}, all close")


if sys.argv[1] == "make":
    make(pathlib.Path(sys.argv[2]))
else:
    compare(sys.argv[2], sys.argv[3], float(sys.argv[4]))
