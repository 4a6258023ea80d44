#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""make_lenet.py FILE: an untrained LeNet for 28x28 pictures, with average pools
and tanh as in LeCun et al. 1998."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.RandomState(0)
nodes, parameters, value = [], [], "image"


def add(op, name, *shapes, **attributes):
    """A node with parameters of these shapes; its fan-in scales the first."""
    global value
    names = [f"{name}.{what}" for what, _ in zip(("weight", "bias"), shapes)]
    for parameter, shape in zip(names, shapes):
        scale = len(shape) > 1 and np.prod(shape[1:]) ** -0.5
        array = (random.standard_normal(shape) * scale).astype(np.float32)
        parameters.append(numpy_helper.from_array(array, parameter))
    nodes.append(helper.make_node(op, [value, *names], [name + ".out"], name=name, **attributes))
    value = name + ".out"


add("Conv", "conv1", (6, 1, 5, 5), (6,), pads=[2, 2, 2, 2])
add("Tanh", "tanh1")
add("AveragePool", "pool1", kernel_shape=[2, 2], strides=[2, 2])
add("Conv", "conv2", (16, 6, 5, 5), (16,))
add("Tanh", "tanh2")
add("AveragePool", "pool2", kernel_shape=[2, 2], strides=[2, 2])
add("Flatten", "flatten")
add("Gemm", "fc1", (120, 400), (120,), transB=1)
add("Tanh", "tanh3")
add("Gemm", "fc2", (84, 120), (84,), transB=1)
add("Tanh", "tanh4")
add("Gemm", "fc3", (10, 84), (10,), transB=1)
graph = helper.make_graph(
    nodes, "lenet",
    [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 28, 28])],
    [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["N", 10])], initializer=parameters)
model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
