# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a model of two branches, and words that it can learn.

usage: make_halves.py OUTPUT.onnx [--without-left]
       make_halves.py --words FOLDER SAMPLES FRACTION
x -> left1 -> left2 (tanh) -> left3 \\
                                     sum -> out
x -> right1 -> right2 (tanh) -> right3 /
Without its left half the sum reads an input `z` in place of it.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

INPUTS, HIDDEN, OUTPUTS = 3, 6, 2


def make_model(output, has_left):
    random = np.random.RandomState(4)
    nodes, parameters = [], []

    def gemm(name, value, rows, columns, keeps=True):
        weight = random.standard_normal((rows, columns)) * (0.8 / np.sqrt(columns))
        bias = random.standard_normal(rows) * 0.2
        if keeps:
            parameters.extend([
                numpy_helper.from_array(weight.astype(np.float32), f"{name}.weight"),
                numpy_helper.from_array(bias.astype(np.float32), f"{name}.bias")])
            nodes.append(helper.make_node(
                "Gemm", [value, f"{name}.weight", f"{name}.bias"], [name], name=name, transB=1))

    for side, keeps in (("left", has_left), ("right", True)):
        gemm(f"{side}1", "x", HIDDEN, INPUTS, keeps)
        if keeps:
            nodes.append(helper.make_node("Tanh", [f"{side}1"], [f"{side}2"], name=f"{side}2"))
        gemm(f"{side}3", f"{side}2", HIDDEN, HIDDEN, keeps)
    nodes.append(helper.make_node("Add", ["left3" if has_left else "z", "right3"], ["sum"],
                                  name="sum"))
    gemm("out", "sum", OUTPUTS, HIDDEN)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", INPUTS])]
    if not has_left:
        inputs.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, ["N", HIDDEN]))
    graph = helper.make_graph(
        nodes, "halves", inputs,
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["N", OUTPUTS])],
        initializer=parameters)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, output)


def make_words(folder, samples, fraction):
    random = np.random.RandomState(7)
    x = random.uniform(-1, 1, (samples, INPUTS))
    t = np.stack([1.2 * x[:, 0] - 0.8 * x[:, 1], np.tanh(2 * x[:, 2]) + 0.5 * x[:, 0]], axis=1)
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in (("x", x), ("target", t), ("z", np.zeros((samples, HIDDEN)))):
        words = np.rint(np.ldexp(values, fraction)).astype(int).reshape(-1)
        (folder / f"{name}.txt").write_text("".join(f"{word}\n" for word in words))


def main():
    if sys.argv[1] == "--words":
        make_words(pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        make_model(sys.argv[1], "--without-left" not in sys.argv)


main()
