# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes an ONNX model of images of 5 x 6 words: two convolutions, with pads on
some sides and with dilations, a function and maxima between them, then means and
a product.

usage: make_images.py OUTPUT
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


nodes = [layer("Conv", "x", "edges", (4, 1, 3, 2), pads=[1, 1, 0, 0]),
         helper.make_node("Tanh", ["edges"], ["bent"], name="bent"),
         helper.make_node("MaxPool", ["bent"], ["most"], name="most", kernel_shape=[2, 3], strides=[1, 1],
                          pads=[0, 0, 1, 0]),
         layer("Conv", "most", "parts", (2, 4, 2, 2), strides=[1, 2], dilations=[1, 1]),
         helper.make_node("AveragePool", ["parts"], ["mean"], name="mean", kernel_shape=[3, 1]),
         helper.make_node("Flatten", ["mean"], ["flat"], name="flat"),
         layer("Gemm", "flat", "classify", (2, 4), transB=1)]
graph = helper.make_graph(
    nodes, "images", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 5, 6])],
    [helper.make_tensor_value_info("classify", TensorProto.FLOAT, ["N", 2])], initializer=parameters)
model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
