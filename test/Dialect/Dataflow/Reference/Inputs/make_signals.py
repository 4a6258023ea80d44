# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes an ONNX model of signals of 9 words in two channels: two convolutions along
them, with a pad on one side, strides and dilations, maxima and means between them,
and a product.

usage: make_signals.py OUTPUT
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.RandomState(7)
parameters = []


def layer(kind, value, name, shape, **attributes):
    weight = random.standard_normal(shape) * (0.8 / np.sqrt(np.prod(shape[1:])))
    for part, array in (("weight", weight), ("bias", random.standard_normal(shape[0]) * 0.2)):
        parameters.append(numpy_helper.from_array(array.astype(np.float32), f"{name}.{part}"))
    return helper.make_node(kind, [value, f"{name}.weight", f"{name}.bias"], [name], name=name,
                            **attributes)


nodes = [layer("Conv", "x", "edges", (3, 2, 3), pads=[2, 0]),
         helper.make_node("Tanh", ["edges"], ["bent"], name="bent"),
         helper.make_node("MaxPool", ["bent"], ["most"], name="most", kernel_shape=[2], strides=[1],
                          pads=[0, 1]),
         layer("Conv", "most", "parts", (2, 3, 2), strides=[2], dilations=[2]),
         helper.make_node("AveragePool", ["parts"], ["mean"], name="mean", kernel_shape=[2], strides=[2]),
         helper.make_node("Flatten", ["mean"], ["flat"], name="flat"),
         layer("Gemm", "flat", "classify", (2, 4), transB=1)]
graph = helper.make_graph(
    nodes, "signals", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 2, 9])],
    [helper.make_tensor_value_info("classify", TensorProto.FLOAT, ["N", 2])], initializer=parameters)
model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
