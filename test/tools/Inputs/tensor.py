#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tensors in files, for tests of the tools.

    tensor.py write FILE DTYPE SHAPE VALUES [NAME]   VALUES: 1,2,3 or ramp
    tensor.py sequence FILE VALUES...                one f32 vector from each
    tensor.py show FILE...
    tensor.py compare FOLDER REFERENCE PREFIX TOLERANCE [--by-name]
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def read(path):
    tensor = onnx.TensorProto()
    tensor.ParseFromString(pathlib.Path(path).read_bytes())
    return tensor.name, numpy_helper.to_array(tensor)


def write(path, dtype, shape, values, name=""):
    """`shape` is 2x3, or empty for rank 0."""
    sizes = [int(size) for size in shape.split("x") if size]
    count = int(np.prod(sizes))
    numbers = (np.arange(count) / count if values == "ramp"
               else np.array([float(value) for value in values.split(",")]))
    array = numbers.astype(dtype).reshape(sizes)
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_bytes(
        numpy_helper.from_array(array, name).SerializeToString())


def write_sequence(path, *tensors):
    made = onnx.SequenceProto(elem_type=onnx.SequenceProto.TENSOR)
    for values in tensors:
        array = np.array([float(value) for value in values.split(",")], np.float32)
        made.tensor_values.append(numpy_helper.from_array(array))
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_bytes(made.SerializeToString())


def show(paths):
    for path in paths:
        name, array = read(path)
        shape = "x".join(map(str, array.shape)) or "scalar"
        values = " ".join(f"{value:.9g}" for value in array.ravel()[:16])
        print(f"{pathlib.Path(path).name} `{name}` {shape} {array.dtype}: {values}")


def relative(value, reference):
    value, reference = value.astype(np.float64), reference.astype(np.float64)
    scale = np.linalg.norm(reference)
    error = np.linalg.norm(value.ravel() - reference.ravel())
    return error if scale == 0 else error / scale


def compare(folder, reference, prefix, tolerance, by_name):
    """Every file of the reference has its equal; what the reference lacks is
    zero. Without names the files are matched by number."""
    def collect(where):
        files = sorted(pathlib.Path(where).glob(f"{prefix}_*.pb"))
        return {read(f)[0] if by_name else f.name: read(f)[1] for f in files}
    values, references = collect(folder), collect(reference)
    if not references:
        sys.exit(f"no {prefix}_*.pb in {reference}")
    worst = 0.0
    for key in references.keys() | values.keys():
        if key not in values:
            sys.exit(f"missing: {key}")
        value = values[key]
        expected = references.get(key, np.zeros_like(value))
        if value.size != expected.size:
            sys.exit(f"{key}: expected {expected.shape}, found {value.shape}")
        error = relative(value, expected)
        worst = max(worst, error)
        if not error <= tolerance:
            sys.exit(f"{key}: relative error {error:.3g} above {tolerance:g}")
    print(f"{len(references)} {prefix} files agree, within {tolerance:g}")


def main():
    command, *rest = sys.argv[1:]
    if command == "write":
        write(*rest)
    elif command == "sequence":
        write_sequence(*rest)
    elif command == "show":
        show(rest)
    elif command == "compare":
        by_name = "--by-name" in rest
        folder, reference, prefix, tolerance = [r for r in rest if r != "--by-name"]
        compare(folder, reference, prefix, float(tolerance), by_name)
    else:
        sys.exit(__doc__)


main()
