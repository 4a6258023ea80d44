#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a small convolutional network for square images, as ONNX.

usage: examples/make_convnet.py OUTPUT [--channels 4] [--size 8] [--classes 10] [--seed 0]
A convolution of 3 x 3 with pads, relu, maxima of 2 x 2, and a product that tells
the classes apart.
"""

import argparse

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--size", type=int, default=8, help="of an image, even")
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    random = np.random.RandomState(args.seed)
    parameters = []

    def layer(kind, value, name, shape, **attributes):
        weight = random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
        for part, array in (("weight", weight), ("bias", np.zeros(shape[0]))):
            parameters.append(numpy_helper.from_array(array.astype(np.float32), f"{name}.{part}"))
        return helper.make_node(kind, [value, f"{name}.weight", f"{name}.bias"], [name], name=name,
                                **attributes)

    nodes = [layer("Conv", "x", "edges", (args.channels, 1, 3, 3), pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["edges"], ["bent"], name="bent"),
             helper.make_node("MaxPool", ["bent"], ["most"], name="most", kernel_shape=[2, 2], strides=[2, 2]),
             helper.make_node("Flatten", ["most"], ["flat"], name="flat"),
             layer("Gemm", "flat", "classify", (args.classes, (args.size // 2) ** 2 * args.channels), transB=1)]
    graph = helper.make_graph(
        nodes, "convnet", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, args.size, args.size])],
        [helper.make_tensor_value_info("classify", TensorProto.FLOAT, ["N", args.classes])],
        initializer=parameters)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, args.output)


main()
