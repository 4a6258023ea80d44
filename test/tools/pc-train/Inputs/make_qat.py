#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""make_qat.py FILE: a net for the digits, prepared for learning while it is
quantised: weights are rounded to multiples of a scale for each output, what
runs between the layers to 8 bits. Scales are constants."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(0)
tensors, nodes = [], []


def tensor(name, array):
    tensors.append(numpy_helper.from_array(np.asarray(array), name))
    return name


def constant(name, array):
    value = numpy_helper.from_array(np.asarray(array), name)
    nodes.append(helper.make_node("Constant", [], [name], f"make_{name}", value=value))
    return name


def quantize(name, scale, zero, **attributes):
    """There and back again."""
    places = [constant(f"{name}_scale", scale), constant(f"{name}_zero", zero)]
    nodes.append(helper.make_node("QuantizeLinear", [name] + places, [f"{name}_q"],
                                  f"quantize_{name}", **attributes))
    nodes.append(helper.make_node("DequantizeLinear", [f"{name}_q"] + places, [f"{name}_d"],
                                  f"dequantize_{name}", **attributes))
    return f"{name}_d"


def layer(number, x, inputs, outputs):
    bound = 1 / np.sqrt(inputs)
    weight = tensor(f"w{number}", rng.uniform(-bound, bound, (outputs, inputs)).astype(np.float32))
    bias = tensor(f"b{number}", np.zeros(outputs, np.float32))
    # Steps of a sixteenth: most weights start at one of five values.
    weight = quantize(weight, np.full(outputs, 1 / 16, np.float32),
                      np.zeros(outputs, np.int8), axis=0)
    nodes.append(helper.make_node("Gemm", [x, weight, bias], [f"y{number}"], f"layer{number}",
                                  transB=1))
    return f"y{number}"


x = quantize("x", np.float32(1 / 255), np.uint8(0))
nodes.append(helper.make_node("Relu", [layer(1, x, 64, 32)], ["h"], "relu"))
layer(2, quantize("h", np.float32(1 / 32), np.uint8(0)), 32, 10)
graph = helper.make_graph(
    nodes, "qat", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 64])],
    [helper.make_tensor_value_info("y2", TensorProto.FLOAT, ["batch", 10])], tensors)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
model.ir_version = 8
onnx.save(model, sys.argv[1])
