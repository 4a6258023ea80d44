# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models on unusual elements, with what numpy makes of the same data:
elements.py DIR GROUP writes a suite for conformance.py."""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from conformance import decode_float

suite = sys.argv[1]


def type_of(array):
    return onnx.helper.np_dtype_to_tensor_dtype(array.dtype) if hasattr(
        onnx.helper, "np_dtype_to_tensor_dtype") else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype]


def save(path, array, name):
    with open(path, "wb") as file:
        file.write(numpy_helper.from_array(np.asarray(array), name).SerializeToString())


def write(name, op, inputs, outputs, opset=18, gradients=None, **attributes):
    """One node on `inputs`, whose results must be `outputs`; with cotangents of
    one, the gradients of the inputs, in order."""
    folder = os.path.join(suite, name, "test_data_set_0")
    os.makedirs(folder)
    ports = {}
    for role, arrays in (("input", inputs), ("output", outputs)):
        arrays = [np.asarray(array) for array in arrays]
        ports[role] = [helper.make_tensor_value_info(f"{role}{i}", type_of(a), a.shape)
                       for i, a in enumerate(arrays)]
        for i, array in enumerate(arrays):
            save(os.path.join(folder, f"{role}_{i}.pb"), array, f"{role}{i}")
    if gradients is not None:
        grad = os.path.join(suite, name, "grad")
        os.makedirs(grad)
        for i, array in enumerate(outputs):
            save(os.path.join(grad, f"cotangent_{i}.pb"), np.ones(np.shape(array)), f"output{i}")
        for i, array in enumerate(gradients):
            save(os.path.join(grad, f"grad_{i}.pb"), np.asarray(array, np.float64), f"input{i}")
    node = helper.make_node(op, [p.name for p in ports["input"]],
                            [p.name for p in ports["output"]], name, **attributes)
    graph = helper.make_graph([node], "g", ports["input"], ports["output"])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    onnx.save(model, os.path.join(suite, name, "model.onnx"))


def unsigned():
    """Numbers with the highest bit set: read as signed ones they are negative."""
    for dtype in (np.uint8, np.uint16, np.uint32, np.uint64):
        bits = np.iinfo(dtype).bits
        top = 2 ** bits - 1
        x = np.array([top, top - 1, 2 ** (bits - 1), 7, 0], dtype)
        y = np.array([2, top, 3, top, 5], dtype)
        name = np.dtype(dtype).name
        write(f"div_{name}", "Div", [x, y], [x // y])
        write(f"mod_{name}", "Mod", [x, y], [x % y])
        write(f"max_{name}", "Max", [x, y], [np.maximum(x, y)])
        write(f"min_{name}", "Min", [x, y], [np.minimum(x, y)])
        write(f"less_{name}", "Less", [x, y], [x < y])
        write(f"greater_equal_{name}", "GreaterOrEqual", [x, y], [x >= y])
        write(f"sub_{name}", "Sub", [x, y], [x - y])
        write(f"to_float_{name}", "Cast", [x], [x.astype(np.float64)], to=TensorProto.DOUBLE)
        write(f"to_int64_{name}", "Cast", [x], [x.astype(np.int64)], to=TensorProto.INT64)
        write(f"reduce_max_{name}", "ReduceMax", [x], [x.max(keepdims=True)])
        write(f"reduce_min_{name}", "ReduceMin", [x], [x.min(keepdims=True)])
        write(f"argmax_{name}", "ArgMax", [y], [np.array([1], np.int64)])
        write(f"not_{name}", "BitwiseNot", [x], [~x])
        shift = np.array([1, bits - 1, bits, bits + 1, 200], dtype)  # numpy says 0 too
        write(f"left_{name}", "BitShift", [x, shift],
              [np.array([top - 1, 0, 0, 0, 0], dtype)], direction="LEFT")
        write(f"right_{name}", "BitShift", [x, shift],
              [np.array([top >> 1, 1, 0, 0, 0], dtype)], direction="RIGHT")
        f = np.array([0.0, 1.9, 200.0, 255.0], np.float32)
        write(f"from_float_{name}", "Cast", [f], [f.astype(dtype)],
              to=type_of(np.zeros((), dtype)))
        small = np.array([-1, -128, 5], np.int8)
        write(f"from_int8_{name}", "Cast", [small], [small.astype(dtype)],
              to=type_of(np.zeros((), dtype)))


def empty():
    """Tensors without elements."""
    f, i64, zero, one = np.float32, np.int64, np.zeros, np.ones
    axis = np.array([1], i64)
    write("add", "Add", [zero((0, 3), f), zero((1, 3), f)], [zero((0, 3), f)],
          gradients=[zero((0, 3)), zero((1, 3))])
    write("matmul_inner", "MatMul", [zero((2, 0), f), zero((0, 3), f)], [zero((2, 3), f)],
          gradients=[zero((2, 0)), zero((0, 3))])
    write("matmul_outer", "MatMul", [zero((0, 2), f), one((2, 3), f)], [zero((0, 3), f)],
          gradients=[zero((0, 2)), zero((2, 3))])
    write("matmul_stack", "MatMul", [zero((0, 2, 4), f), one((4, 3), f)], [zero((0, 2, 3), f)])
    write("gemm", "Gemm", [zero((2, 0), f), zero((0, 3), f), one(3, f)], [one((2, 3), f)],
          gradients=[zero((2, 0)), zero((0, 3)), 2 * one(3)])
    write("conv", "Conv", [zero((0, 2, 5, 5), f), one((3, 2, 3, 3), f)], [zero((0, 3, 3, 3), f)],
          gradients=[zero((0, 2, 5, 5)), zero((3, 2, 3, 3))])
    write("average_pool", "AveragePool", [zero((0, 2, 5, 5), f)], [zero((0, 2, 3, 3), f)],
          gradients=[zero((0, 2, 5, 5))], kernel_shape=[3, 3])
    write("max_pool", "MaxPool", [zero((0, 2, 5, 5), f)], [zero((0, 2, 3, 3), f)],
          gradients=[zero((0, 2, 5, 5))], kernel_shape=[3, 3])
    write("resize", "Resize", [zero((0, 1, 2, 2), f), zero(0, f), np.array([1, 1, 2, 2], f)],
          [zero((0, 1, 4, 4), f)])
    write("lstm", "LSTM", [zero((2, 0, 3), f), one((1, 8, 3), f), one((1, 8, 2), f)],
          [zero((2, 1, 0, 2), f)], hidden_size=2)
    write("concat", "Concat", [zero((0, 3), f), one((2, 3), f)], [one((2, 3), f)], axis=0,
          gradients=[zero((0, 3)), one((2, 3))])
    write("concat_last", "Concat", [one((2, 3), f), zero((0, 3), f)], [one((2, 3), f)], axis=0)
    write("concat_empty", "Concat", [zero((0, 3), f), zero((0, 2), f)], [zero((0, 5), f)], axis=1)
    write("pad", "Pad", [zero((0, 3), f), np.array([2, 0, 0, 0], i64)], [zero((2, 3), f)],
          gradients=[zero((0, 3))])
    write("slice", "Slice", [one((4, 3), f), np.array([4], i64), np.array([4], i64)],
          [zero((0, 3), f)], gradients=[zero((4, 3))])
    write("split", "Split", [one(2, f), np.array([2, 0], i64)], [one(2, f), zero(0, f)],
          gradients=[one(2)])
    write("gather", "Gather", [one((4, 3), f), zero(0, i64)], [zero((0, 3), f)],
          gradients=[zero((4, 3))])
    write("scatter", "ScatterND", [one((2, 3), f), zero((0, 1), i64), zero((0, 3), f)],
          [one((2, 3), f)])
    write("top_k", "TopK", [zero((0, 4), f), np.array([2], i64)],
          [zero((0, 2), f), zero((0, 2), i64)])
    write("softmax", "Softmax", [zero((3, 0), f)], [zero((3, 0), f)], gradients=[zero((3, 0))])
    write("reshape", "Reshape", [zero((0, 3), f), np.array([3, 0], i64)], [zero((3, 0), f)],
          allowzero=1)
    write("transpose", "Transpose", [zero((0, 3, 2), f)], [zero((2, 3, 0), f)])
    write("sum", "ReduceSum", [zero((2, 0, 3), f), axis], [zero((2, 1, 3), f)])
    write("product", "ReduceProd", [zero((2, 0), f), axis], [one((2, 1), f)])
    write("maximum", "ReduceMax", [zero((2, 0), f), axis], [np.full((2, 1), -np.inf, f)])
    write("minimum_uint8", "ReduceMin", [zero((2, 0), np.uint8), axis],
          [np.full((2, 1), 255, np.uint8)])
    write("any", "ReduceMax", [zero((2, 0), bool), axis], [zero((2, 1), bool)])
    write("mean", "ReduceMean", [zero((2, 0), f), axis], [np.full((2, 1), np.nan, f)])


def narrow():
    """Every byte as a float of 8 bits and back: decoding is exact, and encoding
    finds the same byte again."""
    for kind in (17, 18, 19, 20):
        largest = {17: 448, 18: 240, 19: 57344, 20: 57344}[kind]
        codes = np.array([decode_float(kind, code) for code in range(256)])
        finite = codes[np.isfinite(codes)]
        for dtype in (np.float16, np.float32, np.float64):
            name = f"{kind}_{np.dtype(dtype).name}"
            chain(f"all_{name}", finite.astype(dtype), kind, finite.astype(dtype))
            # Half way between neighbours the even code is chosen.
            ordered = np.unique(np.abs(finite))
            middle = (ordered[:-1] + ordered[1:]) / 2
            even = ordered[(np.arange(len(ordered) - 1) + 1) // 2 * 2]
            chain(f"ties_{name}", middle.astype(dtype), kind, even.astype(dtype))
        beyond = np.array([1e30, -1e30, np.inf, -np.inf, np.nan], np.float32)
        chain(f"beyond_{kind}", beyond, kind,
              np.array([largest, -largest, largest, -largest, np.nan], np.float32))
    # What two roundings, f64 to f32 to 8 bits, would get wrong.
    chain("once_17", np.array([1.0625 + 2.0 ** -40, 1.0625 - 2.0 ** -40]), 17,
          np.array([1.125, 1.0]))


def chain(name, values, kind, expected):
    """Cast to `kind` and back."""
    folder = os.path.join(suite, name, "test_data_set_0")
    os.makedirs(folder)
    save(os.path.join(folder, "input_0.pb"), values, "x")
    save(os.path.join(folder, "output_0.pb"), expected, "y")
    there = helper.make_node("Cast", ["x"], ["h"], "there", to=kind)
    back = helper.make_node("Cast", ["h"], ["y"], "back", to=type_of(values))
    graph = helper.make_graph(
        [there, back], "g", [helper.make_tensor_value_info("x", type_of(values), values.shape)],
        [helper.make_tensor_value_info("y", type_of(values), values.shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 8
    onnx.save(model, os.path.join(suite, name, "model.onnx"))


def quantized():
    """QuantizeLinear has no gradient: DequantizeLinear has that of its scale."""
    q = np.array([[3, 130], [128, 255]], np.uint8)
    scale, zero = np.array(0.5, np.float32), np.array(128, np.uint8)
    steps = q.astype(np.float64) - 128
    write("dequantize", "DequantizeLinear", [q, scale, zero], [(steps * 0.5).astype(np.float32)])
    grad = os.path.join(suite, "dequantize", "grad")
    os.makedirs(grad)
    save(os.path.join(grad, "cotangent_0.pb"), np.ones((2, 2)), "output0")
    save(os.path.join(grad, "grad_0.pb"), np.array(steps.sum()), "input1")
    write("dequantize_int8", "DequantizeLinear", [np.array([-3, 4], np.int8), scale],
          [np.array([-1.5, 2.0], np.float32)])
    grad = os.path.join(suite, "dequantize_int8", "grad")
    os.makedirs(grad)
    save(os.path.join(grad, "cotangent_0.pb"), np.ones(2), "output0")
    save(os.path.join(grad, "grad_0.pb"), np.array(1.0), "input1")


globals()[sys.argv[2]]()
