#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks a trained perceptron from outside: without pc, then against pc-run.

    examples/check_trained.py trained.onnx --data examples/digits/digits.csv.gz \\
        --pc-run build/release/bin/pc-run --at-least 0.96

Reads the file with the onnx package, computes the logits with PyTorch (with
numpy where PyTorch is not installed), prints the accuracy, and compares the
logits with those of pc-run on the same images.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

try:
    import torch as backend
except ImportError:
    backend = np

# Two orders of summing a few hundred float32 products, in a few layers.
TOLERANCE = 1e-5


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def gemm(x, weight, bias=0, *, transB=0):
    return x @ (weight.T if transB else weight) + bias


OPERATORS = {
    "Gemm": gemm,
    "Relu": lambda x: x * (x > 0),
    "Tanh": lambda x: backend.tanh(x),
    "Flatten": lambda x: x.reshape(x.shape[0], -1),
}


def evaluate(model, image):
    values = {t.name: backend.asarray(numpy_helper.to_array(t).copy())
              for t in model.graph.initializer}
    values[model.graph.input[0].name] = backend.asarray(image)
    for node in model.graph.node:
        if node.op_type not in OPERATORS:
            raise SystemExit(f"expected one of {', '.join(OPERATORS)}, but node "
                             f"'{node.name}' is {node.op_type}")
        operands = [values[name] for name in node.input]
        values[node.output[0]] = OPERATORS[node.op_type](*operands, **attributes(node))
    return np.asarray(values[model.graph.output[0].name])


def run_pc(pc_run, path, image):
    with tempfile.TemporaryDirectory() as folder:
        tensor = numpy_helper.from_array(image, "image")
        pathlib.Path(folder, "input_0.pb").write_bytes(tensor.SerializeToString())
        subprocess.run([pc_run, path, "--data", folder, "--out", folder], check=True)
        result = onnx.TensorProto.FromString(pathlib.Path(folder, "output_0.pb").read_bytes())
    return numpy_helper.to_array(result)


def load_images(args, model):
    rows = np.loadtxt(args.data, delimiter=",", dtype=np.float32)
    labels = rows[:, -1].astype(int)
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim[1:]]
    return (rows[:, :-1] * np.float32(args.scale)).reshape(-1, *shape), labels


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--data", required=True, help="rows of pixels, the label last (csv, csv.gz)")
    parser.add_argument("--scale", type=float, default=1 / 16, help="factor for pixels")
    parser.add_argument("--pc-run", help="compare with the outputs of this pc-run")
    parser.add_argument("--at-least", type=float, default=0.0, help="accuracy to ask for")
    return parser.parse_args()


def main():
    args = parse_arguments()
    model = onnx.load(args.model)
    onnx.checker.check_model(model)
    image, label = load_images(args, model)
    logits = evaluate(model, image)
    accuracy = np.mean(logits.argmax(1) == label)
    print(f"{os.path.basename(args.model)} in {backend.__name__}: accuracy "
          f"{accuracy:.4f} on all {len(label)} images")
    good = accuracy >= args.at_least
    if not good:
        print(f"expected an accuracy of at least {args.at_least}", file=sys.stderr)
    if args.pc_run:
        error = np.abs(run_pc(args.pc_run, args.model, image) - logits).max() / np.abs(logits).max()
        print(f"pc-run gives the same logits: largest difference {error:.1e} of the largest logit"
              if error <= TOLERANCE else
              f"expected the logits of pc-run within {TOLERANCE}, but they differ by {error:.1e}")
        good = good and error <= TOLERANCE
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
