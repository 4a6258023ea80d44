# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a random ONNX graph of products, sums, products of activities and
functions, with branches and skips.

usage: make_graph.py SEED OUTPUT
Every vertex is read by somebody; activities have 4 words, inputs 5, outputs 2.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def main():
    seed, output = int(sys.argv[1]), sys.argv[2]
    random = np.random.RandomState(seed)
    nodes, parameters, values, unread = [], [], [], []

    def gemm(value, rows, columns):
        name = f"v{len(nodes)}"
        weight = random.standard_normal((rows, columns)) * (0.8 / np.sqrt(columns))
        bias = random.standard_normal(rows) * 0.2
        parameters.extend([
            numpy_helper.from_array(weight.astype(np.float32), f"{name}.weight"),
            numpy_helper.from_array(bias.astype(np.float32), f"{name}.bias")])
        add("Gemm", [value, f"{name}.weight", f"{name}.bias"], transB=1)

    def add(kind, inputs, **attributes):
        name = f"v{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        for value in inputs:
            if value in unread:
                unread.remove(value)
        values.append(name)
        unread.append(name)

    def pick():
        """Rather what came last, so that graphs get deep."""
        return values[-1 - min(len(values) - 1, int(random.exponential(1.5)))]

    gemm("x", 4, 5)
    if random.rand() < 0.5:
        gemm("x", 4, 5)
    for _ in range(random.randint(2, 8)):
        kind = random.choice(["Gemm", "Tanh", "Relu", "Sigmoid", "Add", "Mul"])
        if kind == "Gemm":
            gemm(pick(), 4, 4)
        elif kind in ("Add", "Mul"):
            left, right = pick(), pick()
            if left == right:
                add("Tanh", [left])
            else:
                add(kind, [left, right])
        else:
            add(kind, [pick()])
    while len(unread) > 1:
        add("Add", unread[:2])
    gemm(unread[0], 2, 4)
    graph = helper.make_graph(
        nodes, "random", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 5])],
        [helper.make_tensor_value_info(values[-1], TensorProto.FLOAT, ["N", 2])],
        initializer=parameters)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, output)


main()
