# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes an ONNX model of images of 4 x 5 words in four channels: a convolution in two
groups with pads on two sides, a function, a depthwise convolution of two results for
each channel (of images with strides), one of single words that joins the channels, and a product.

usage: make_grouped.py OUTPUT [--signals]
With --signals the images are signals of 9 words.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.RandomState(11)
parameters = []
signals = "--signals" in sys.argv


def layer(kind, value, name, shape, **attributes):
    weight = random.standard_normal(shape) * (0.8 / np.sqrt(np.prod(shape[1:])))
    for part, array in (("weight", weight), ("bias", random.standard_normal(shape[0]) * 0.2)):
        parameters.append(numpy_helper.from_array(array.astype(np.float32), f"{name}.{part}"))
    return helper.make_node(kind, [value, f"{name}.weight", f"{name}.bias"], [name], name=name,
                            **attributes)


def pick(*both):
    """Of images, or of signals."""
    return list(both[-1:] if signals else both)


nodes = [layer("Conv", "x", "parts", (4, 2, *pick(2, 3)), group=2, pads=[1, 0] if signals else [1, 1, 0, 1]),
         helper.make_node("Tanh", ["parts"], ["bent"], name="bent"),
         layer("Conv", "bent", "each", (8, 1, *pick(2, 2)), group=4, strides=[1] if signals else [2, 2]),
         layer("Conv", "each", "joined", (2, 8, *pick(1, 1))),
         helper.make_node("Flatten", ["joined"], ["flat"], name="flat"),
         layer("Gemm", "flat", "classify", (2, 14 if signals else 8), transB=1)]
shape = ["N", 4, 9] if signals else ["N", 4, 4, 5]
graph = helper.make_graph(
    nodes, "grouped", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
    [helper.make_tensor_value_info("classify", TensorProto.FLOAT, ["N", 2])], initializer=parameters)
model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
