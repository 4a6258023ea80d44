# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes an ONNX model whose vertices sum over axes, transpose, repeat operands and
read parameters by themselves; rows are multiplied by a matrix and by each other,
and greatest words and means are taken of whole channels.

usage: make_rearranged.py OUTPUT
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.RandomState(5)
parameters = []


def parameter(name, shape, scale=0.5, around=0.0):
    array = around + random.standard_normal(shape) * scale
    parameters.append(numpy_helper.from_array(array.astype(np.float32), name))
    return name


def node(kind, name, *inputs, **attributes):
    return helper.make_node(kind, list(inputs), [name], name=name, **attributes)


def classify(name, value, columns):
    return node("Gemm", name, value, parameter(f"{name}.weight", (2, columns)), parameter(f"{name}.bias", (2,), 0.1),
                transB=1)


nodes = [node("Conv", "edges", "x", parameter("edges.weight", (2, 1, 2, 3))),
         node("Add", "moved", "edges", parameter("shift", (2, 1, 1), 0.2)),
         node("Tanh", "bent", "moved"),
         node("Transpose", "turned", "bent", perm=[0, 2, 3, 1]),
         node("ReduceMean", "means", "turned", axes=[2], keepdims=1),
         node("Sub", "centred", "turned", "means"),
         node("Mul", "scaled", "centred", parameter("gain", (2,), 0.2, around=1.0)),
         node("ReduceSum", "rows", "scaled", axes=[1], keepdims=0),
         node("MatMul", "mixed", "rows", parameter("mix", (2, 2))),
         node("Transpose", "columns", "mixed", perm=[0, 2, 1]),
         node("MatMul", "pairs", "mixed", "columns"),
         node("Flatten", "flat", "pairs"),
         classify("first", "flat", 9),
         node("GlobalMaxPool", "most", "bent"), node("Flatten", "most_words", "most"),
         classify("second", "most_words", 2),
         node("GlobalAveragePool", "mean", "bent"), node("Flatten", "mean_words", "mean"),
         classify("third", "mean_words", 2),
         node("Add", "two", "first", "second"), node("Add", "classify", "two", "third")]
graph = helper.make_graph(
    nodes, "rearranged", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 4, 5])],
    [helper.make_tensor_value_info("classify", TensorProto.FLOAT, ["N", 2])], initializer=parameters)
model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 11)])
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
