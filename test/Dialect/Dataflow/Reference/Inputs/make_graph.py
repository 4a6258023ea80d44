# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a random ONNX graph of products, sums, products of activities, functions,
means and parameters by themselves, with branches and skips.

usage: make_graph.py SEED OUTPUT [--images] [--plain]
Every vertex is read by somebody; activities have 4 words, inputs 5, outputs 2.
With --images products are convolutions: activities are images of 2 x 3 words in
2 channels, inputs 3 x 4 words in as many; some convolutions see each channel by itself, in
two groups, and there are maxima too. Seeds that follow
one another have more and more vertices, from two on. Relu reads no products: they can
touch zero without crossing it, and at a kink no bound of first order holds. With --plain
there are neither means nor such parameters, relu reads anything, and the number of vertices is
drawn, inputs have one channel and convolutions one group: for tests of one network.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def main():
    seed, output, images = int(sys.argv[1]), sys.argv[2], "--images" in sys.argv[3:]
    plain = "--plain" in sys.argv[3:]
    random = np.random.RandomState(seed)
    nodes, parameters, values, unread, touching = [], [], [], [], set()

    def gemm(value, rows, columns):
        name = f"v{len(nodes)}"
        weight = random.standard_normal((rows, columns)) * (0.8 / np.sqrt(columns))
        bias = random.standard_normal(rows) * 0.2
        parameters.extend([
            numpy_helper.from_array(weight.astype(np.float32), f"{name}.weight"),
            numpy_helper.from_array(bias.astype(np.float32), f"{name}.bias")])
        add("Gemm", [value, f"{name}.weight", f"{name}.bias"], transB=1)

    def product(value, first=False):
        if not images:
            return gemm(value, 4, 5 if first else 4)
        name, group = f"v{len(nodes)}", 1 if plain else random.choice([1, 2])
        channels = 1 if plain and first else 2 // group
        weight = random.standard_normal((2, channels, 2, 2)) * (0.8 / np.sqrt(4 * channels))
        parameters.extend([
            numpy_helper.from_array(weight.astype(np.float32), f"{name}.weight"),
            numpy_helper.from_array((random.standard_normal(2) * 0.2).astype(np.float32), f"{name}.bias")])
        pads = [0, 0, 0, 0] if first else [[1, 1, 0, 0], [0, 1, 1, 0]][random.randint(2)]
        return add("Conv", [value, f"{name}.weight", f"{name}.bias"], pads=pads, group=group)

    def add(kind, inputs, **attributes):
        name = f"v{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        for value in inputs:
            if value in unread:
                unread.remove(value)
        if kind == "Mul" or (kind == "MaxPool" and inputs[0] in touching):
            touching.add(name)
        values.append(name)
        unread.append(name)

    def pick():
        """Rather what came last, so that graphs get deep."""
        return values[-1 - min(len(values) - 1, int(random.exponential(1.5)))]

    def centre(value):
        """Without its mean, of a channel of an image."""
        add("ReduceMean", [value], axes=[2, 3] if images else [1], keepdims=1)
        add("Sub", [value, values.pop()])  # nobody else reads the mean

    def adjust(value):
        """By a parameter by itself, which each word of a channel reads."""
        name, kind = f"v{len(nodes)}.own", random.choice(["Mul", "Add"])
        own = (kind == "Mul") + random.standard_normal((2, 1, 1) if images else (4,)) * 0.2
        parameters.append(numpy_helper.from_array(own.astype(np.float32), name))
        add(kind, [value, name])

    steps = 1 if plain else seed % (5 if images else 9)
    product("x", first=True)
    if steps and random.rand() < 0.5:
        product("x", first=True)
    kinds = ["Gemm", "Tanh", "Relu", "Sigmoid", "Add", "Mul", "centre", "adjust"]
    if plain:
        steps, kinds = random.randint(1, 5) if images else random.randint(2, 8), kinds[:-2]
    for _ in range(steps):
        kind = random.choice([*kinds, "Gemm", "MaxPool"] if images else kinds)
        if kind == "Gemm":
            product(pick())
        elif kind == "centre":
            centre(pick())
        elif kind == "adjust":
            adjust(pick())
        elif kind == "MaxPool":
            add(kind, [pick()], kernel_shape=[2, 2], pads=[0, 1, 1, 0])
        elif kind in ("Add", "Mul"):
            left, right = pick(), pick()
            if left == right:
                add("Tanh", [left])
            else:
                add(kind, [left, right])
        else:
            value = pick()
            add("Tanh" if kind == "Relu" and value in touching and not plain else kind, [value])
    while len(unread) > 1:
        add("Add", unread[:2])
    if images:
        add("Flatten", [unread[0]])
    gemm(unread[0], 2, 12 if images else 4)
    graph = helper.make_graph(
        nodes, "random", [helper.make_tensor_value_info("x", TensorProto.FLOAT,
                                                     ["N", 1 if plain else 2, 3, 4] if images else ["N", 5])],
        [helper.make_tensor_value_info(values[-1], TensorProto.FLOAT, ["N", 2])],
        initializer=parameters)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, output)


main()
