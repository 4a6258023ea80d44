#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a small convolutional network for square images, as ONNX.

usage: examples/make_convnet.py OUTPUT [--channels 4[,CHANNELS]...] [--kernel 3] [--pool max|mean]
                                [--size 8] [--classes 10] [--seed 0]
Convolutions with pads on all sides, relu behind each of them, maxima of 2 x 2
behind the first, and a product that tells the classes apart.
"""

import argparse

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("--channels", default="4", help="of each convolution")
    parser.add_argument("--kernel", type=int, default=3)
    parser.add_argument("--pool", choices=["max", "mean"], default="max")
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

    nodes, value, before = [], "x", 1
    for depth, channels in enumerate(map(int, args.channels.split(","))):
        name, bent = f"edges{depth or ''}", f"bent{depth or ''}"
        pads = [args.kernel // 2] * 2 + [(args.kernel - 1) // 2] * 2
        nodes += [layer("Conv", value, name, (channels, before, args.kernel, args.kernel), pads=pads),
                  helper.make_node("Relu", [name], [bent], name=bent)]
        value, before = bent, channels
        if not depth:
            kind = {"max": "MaxPool", "mean": "AveragePool"}[args.pool]
            nodes.append(helper.make_node(kind, [value], ["most"], name="most", kernel_shape=[2, 2],
                                          strides=[2, 2]))
            value = "most"
    nodes += [helper.make_node("Flatten", [value], ["flat"], name="flat"),
              layer("Gemm", "flat", "classify", (args.classes, (args.size // 2) ** 2 * before), transB=1)]
    graph = helper.make_graph(
        nodes, "convnet", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, args.size, args.size])],
        [helper.make_tensor_value_info("classify", TensorProto.FLOAT, ["N", args.classes])],
        initializer=parameters)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, args.output)


main()
