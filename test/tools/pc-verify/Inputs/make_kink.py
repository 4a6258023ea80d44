# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes an ONNX model whose activities are below the last place of fixed<18,14>: in
exact numbers a relu lets half of them through, in a circuit of such words none, whose
gradients are then zero. No bound of first order knows of that.

usage: make_kink.py OUTPUT
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def parameter(name, numbers):
    return numpy_helper.from_array(np.array(numbers, np.float32), name)


nodes = [helper.make_node("Gemm", ["x", "w"], ["h"], name="h", transB=1),
         helper.make_node("Gemm", ["h", "u"], ["g"], name="g", transB=1),
         helper.make_node("Relu", ["g"], ["r"], name="r"),
         helper.make_node("Gemm", ["r", "v"], ["y"], name="y", transB=1)]
graph = helper.make_graph(
    nodes, "kink", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1])],
    initializer=[parameter("w", [[2.0 ** -7], [-(2.0 ** -7)]]),
                 parameter("u", [[2.0 ** -9, 0.0], [0.0, 2.0 ** -9]]), parameter("v", [[1.0, -1.5]])])
model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
