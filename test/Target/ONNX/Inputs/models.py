# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small models for the import tests: models.py NAME FILE."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def value(name, shape, dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def initializer(name, array, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(array, dtype), name)


def node(op, inputs, outputs, name="", **attributes):
    return helper.make_node(op, inputs, outputs, name, **attributes)


def model(nodes, inputs, outputs, initializers=(), opset=17, ir=8):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = ir
    return made


def mlp():
    """Two layers, symbolic batch, one of the nodes without a name."""
    return model(
        [node("Gemm", ["x", "w1", "b1"], ["h"], "fc1", transB=1),
         node("Relu", ["h"], ["r"]),
         node("MatMul", ["r", "w2"], ["y"], "fc2")],
        [value("x", ["batch", 3])], [value("y", ["batch", 2])],
        [initializer("w1", np.ones((4, 3))), initializer("b1", np.arange(4)),
         initializer("w2", np.ones((4, 2)))])


def old_initializers():
    """IR 3: initializers are listed as inputs too."""
    made = mlp()
    made.ir_version = 3
    for tensor in made.graph.initializer:
        made.graph.input.append(value(tensor.name, tensor.dims))
    return made


def unsorted():
    made = mlp()
    nodes = list(made.graph.node)
    del made.graph.node[:]
    made.graph.node.extend(reversed(nodes))
    return made


def cyclic():
    return model([node("Add", ["x", "b"], ["a"], "first"),
                  node("Relu", ["a"], ["b"], "second"),
                  node("Relu", ["b"], ["y"], "behind")],
                 [value("x", [2])], [value("y", [2])])


def duplicate():
    return model([node("Relu", ["x"], ["y"], "one"), node("Tanh", ["x"], ["y"], "two")],
                 [value("x", [2])], [value("y", [2])])


def undefined():
    return model([node("Add", ["x", "nowhere"], ["y"], "sum")],
                 [value("x", [2])], [value("y", [2])])


def no_output():
    return model([node("Relu", ["x"], ["h"])], [value("x", [2])], [value("y", [2])])


def mismatch():
    return model([node("MatMul", ["x", "w"], ["y"], "product")],
                 [value("x", [2, 3])], [value("y", [2, 2])],
                 [initializer("w", np.ones((4, 2)))])


def wrong_output_shape():
    return model([node("Relu", ["x"], ["y"])], [value("x", [2, 3])], [value("y", [3, 2])])


def conflicting_dims():
    return model([node("Relu", ["x"], ["y"])], [value("x", ["n"])], [value("y", [3])])


def huge():
    return model([node("Relu", ["x"], ["y"])],
                 [value("x", [1 << 40, 1 << 40])], [value("y", None)])


def huge_product():
    """Each operand is small, their joint shape is not."""
    return model([node("Add", ["x", "z"], ["y"], "outer")],
                 [value("x", [1 << 20, 1]), value("z", [1, 1 << 20])], [value("y", None)])


def missing_operand(op):
    return model([node(op, [""], ["y"], "lonely")], [value("x", [2])], [value("y", None)])


def mute_node(op):
    """A node that nothing can read."""
    return model([node(op, ["x"], [], "mute"), node("Relu", ["x"], ["y"], "use")],
                 [value("x", [2])], [value("y", [2])])


def lonely_constant(op):
    """A constant where the operator needs two operands: nothing to evaluate."""
    return model([node(op, ["c"], ["s"], "lonely"), node("Add", ["x", "s"], ["y"], "use")],
                 [value("x", [2])], [value("y", None)], [initializer("c", [1, 2])])


def huge_padding():
    """Operand and result are small, what lies between is not."""
    return model([node("AveragePool", ["x"], ["y"], "pool", kernel_shape=[1, 1],
                       pads=[1 << 20, 1 << 20, 1 << 20, 1 << 20],
                       strides=[1 << 21, 1 << 21])],
                 [value("x", [1, 1, 2, 2])], [value("y", None)])


def unsupported():
    """Two operators that are not there, one of them twice."""
    return model([node("Frobnicate", ["x"], ["a"], "f1"),
                  node("Frobnicate", ["a"], ["b"], "f2"),
                  node("Bernoulli", ["x"], ["c"], "drawn"),
                  node("Relu", ["c"], ["y"])],
                 [value("x", [2])], [value("y", [2])])


def new_opset():
    return model([node("Relu", ["x"], ["y"], "r")], [value("x", [2])], [value("y", [2])],
                 opset=999)


def string_input():
    return model([node("Identity", ["x"], ["y"])],
                 [value("x", [2], TensorProto.STRING)], [value("y", [2], TensorProto.STRING)])


def unsigned():
    """What differs between signed and unsigned integers."""
    byte = TensorProto.UINT8
    return model([node("Div", ["x", "y"], ["q"], "quotient"),
                  node("ReduceMax", ["q"], ["m"], "largest"),
                  node("Cast", ["m"], ["f"], "float", to=FLOAT),
                  node("Cast", ["f"], ["i"], "integer", to=byte),
                  node("Less", ["q", "i"], ["c"], "less")],
                 [value("x", [4], byte), value("y", [4], byte)],
                 [value("q", [4], byte), value("c", [4], TensorProto.BOOL)])


def quantized():
    byte = TensorProto.UINT8
    return model([node("QuantizeLinear", ["x", "s", "z"], ["q"], "quantize"),
                  node("DequantizeLinear", ["q", "s", "z"], ["y"], "dequantize")],
                 [value("x", [2, 3])], [value("q", [2, 3], byte), value("y", [2, 3])],
                 [initializer("s", 0.5), initializer("z", 128, np.uint8)])


def quantized_floats():
    """Through a float of 8 bits."""
    return model([node("QuantizeLinear", ["x", "s"], ["q"], "quantize", output_dtype=17),
                  node("DequantizeLinear", ["q", "s"], ["y"], "dequantize")],
                 [value("x", [2])], [value("y", [2])], [initializer("s", 0.5)], opset=23)


def quantized_product():
    """Of two quantised matrices, and the integers of one of them, transposed."""
    return model([node("QuantizeLinear", ["x", "s", "z"], ["a"], "left"),
                  node("QuantizeLinear", ["w", "s", "z"], ["b"], "right"),
                  node("Transpose", ["b"], ["t"], "turn"),
                  node("QLinearMatMul", ["a", "s", "z", "t", "s", "z", "s", "z"], ["c"], "product"),
                  node("DequantizeLinear", ["c", "s", "z"], ["y"], "dequantize")],
                 [value("x", [2, 3])], [value("y", [2, 4])],
                 [initializer("w", np.ones((4, 3))), initializer("s", 0.5),
                  initializer("z", 0, np.int8)])


def integer_sum():
    """A sum in integers, which has no derivative."""
    return model([node("QuantizeLinear", ["w", "s", "z"], ["b"], "quantize"),
                  node("MatMulInteger", ["x", "b"], ["i"], "product"),
                  node("Add", ["i", "i"], ["j"], "add"),
                  node("Cast", ["j"], ["y"], "cast", to=FLOAT)],
                 [value("x", [2, 3], TensorProto.UINT8)], [value("y", [2, 4])],
                 [initializer("w", np.ones((3, 4))), initializer("s", 0.5),
                  initializer("z", 0, np.int8)])


def signed_shift():
    return model([node("BitShift", ["x", "x"], ["y"], "s", direction="LEFT")],
                 [value("x", [2], TensorProto.INT32)], [value("y", [2], TensorProto.INT32)])


def narrow_bitcast():
    return model([node("BitCast", ["x"], ["y"], "b", to=TensorProto.UINT8)],
                 [value("x", [2])], [value("y", [2], TensorProto.UINT8)], opset=26)


def wrong_attribute():
    return model([node("Softmax", ["x"], ["y"], "s", axis=1.5)],
                 [value("x", [2, 2])], [value("y", [2, 2])])


def mistyped_constant():
    made = constant_weights()
    made.graph.node[0].attribute[0].type = onnx.AttributeProto.INT
    return made


def shape_arithmetic():
    """A Flatten spelled as Shape, Gather, Unsqueeze, Concat, Reshape."""
    return model(
        [node("Shape", ["x"], ["s"]), node("Gather", ["s", "zero"], ["n"]),
         node("Unsqueeze", ["n", "axes"], ["n1"]),
         node("Concat", ["n1", "rest"], ["shape"], axis=0),
         node("Reshape", ["x", "shape"], ["y"], "flat")],
        [value("x", [2, 3, 4])], [value("y", [2, 12])],
        [initializer("zero", 0, np.int64), initializer("axes", [0], np.int64),
         initializer("rest", [-1], np.int64)])


def shared():
    """One matrix, used as it is and through Identity and Transpose."""
    return model(
        [node("Identity", ["w"], ["w1"]), node("Transpose", ["w"], ["w2"]),
         node("MatMul", ["x", "w"], ["a"]), node("MatMul", ["a", "w1"], ["b"]),
         node("MatMul", ["b", "w2"], ["y"])],
        [value("x", [1, 2])], [value("y", [1, 2])], [initializer("w", np.eye(2))])


def constant_weights():
    """Constant nodes: one holds weights, the other is part of a formula."""
    def constant(name, array):
        return node("Constant", [], [name], value=numpy_helper.from_array(
            np.asarray(array, np.float32), name))
    return model(
        [constant("w", np.ones((2, 2))), constant("half", 0.5),
         node("Transpose", ["w"], ["wt"]), node("MatMul", ["x", "wt"], ["a"]),
         node("Mul", ["a", "half"], ["y"])],
        [value("x", [1, 2])], [value("y", [1, 2])])


def frozen():
    """Exponents and scalars are parameters that are not learned."""
    return model(
        [node("Pow", ["x", "p"], ["a"]), node("Mul", ["a", "scale"], ["b"]),
         node("Add", ["b", "bias"], ["y"])],
        [value("x", [2])], [value("y", [2])],
        [initializer("p", [2, 3]), initializer("scale", 2), initializer("bias", [1, 2])])


def fed_weights():
    """The weights of the first layer are an input, those of the second are not."""
    return model(
        [node("MatMul", ["x", "w1"], ["h"]), node("Tanh", ["h"], ["t"]),
         node("MatMul", ["t", "w2"], ["y"])],
        [value("x", ["batch", 2]), value("w1", [2, 3])], [value("y", ["batch", 2])],
        [initializer("w2", [[1, -1], [2, 0.5], [-0.5, 1]])])


def legacy_broadcast():
    return model([node("Add", ["x", "b"], ["y"], broadcast=1, axis=1)],
                 [value("x", [2, 3, 4])], [value("y", [2, 3, 4])],
                 [initializer("b", [1, 2, 3])], opset=6)


def typed_data():
    """Elements in float_data and int64_data instead of raw_data."""
    return model([node("Mul", ["x", "w"], ["a"]), node("Reshape", ["a", "s"], ["y"])],
                 [value("x", [2])], [value("y", [2, 1])],
                 [helper.make_tensor("w", FLOAT, [2], [3.0, 4.0]),
                  helper.make_tensor("s", INT64, [2], [2, 1])])


def short_data():
    made = typed_data()
    made.graph.initializer[0].dims[0] = 3
    return made


def external(location, offset=None, length=None):
    made = typed_data()
    tensor = made.graph.initializer[0]
    del tensor.float_data[:]
    tensor.data_location = TensorProto.EXTERNAL
    for key, entry in (("location", location), ("offset", offset), ("length", length)):
        if entry is not None:
            tensor.external_data.add(key=key, value=str(entry))
    return made


def nested(depth):
    """If in If in If ..."""
    branch = helper.make_graph([node("Relu", ["x"], ["o0"])], "leaf", [], [value("o0", [2])])
    for level in range(1, depth + 1):
        name = f"o{level}"
        inner = node("If", ["c"], [name], then_branch=branch, else_branch=helper.make_graph(
            [node("Relu", ["x"], [f"e{level}"])], "e", [], [value(f"e{level}", [2])]))
        branch = helper.make_graph([inner], f"g{level}", [], [value(name, [2])])
    made = model(list(branch.node), [value("x", [2]), value("c", [], TensorProto.BOOL)],
                 [value(f"o{depth}", [2])])
    return made


def convolutions():
    """One of each form: padded and strided, grouped, one-dimensional, transposed."""
    return model(
        [node("Conv", ["x", "w", "b"], ["a"], "plain", pads=[1, 1, 1, 1], strides=[2, 2]),
         node("Conv", ["a", "g"], ["c"], "grouped", group=2),
         node("Reshape", ["c", "shape"], ["s"]),
         node("Conv", ["s", "l"], ["d"], "line", auto_pad="SAME_UPPER"),
         node("ConvTranspose", ["a", "t"], ["e"], "transposed", strides=[2, 2])],
        [value("x", [1, 2, 8, 8])], [value("d", [1, 1, 4]), value("e", [1, 3, 9, 9])],
        [initializer("w", np.ones((4, 2, 3, 3))), initializer("b", np.ones(4)),
         initializer("g", np.ones((4, 2, 3, 3))), initializer("l", np.ones((1, 4, 3))),
         initializer("t", np.ones((4, 3, 3, 3))), initializer("shape", [1, 4, 4], np.int64)])


def bad_convolution():
    return model([node("Conv", ["x", "w"], ["y"], "conv")],
                 [value("x", [1, 3, 8, 8])], [value("y", None)],
                 [initializer("w", np.ones((4, 2, 3, 3)))])


def pools():
    """A pool whose windows differ at the border, and one of maxima."""
    return model(
        [node("MaxPool", ["x"], ["m"], "max", kernel_shape=[2, 2], pads=[1, 0, 0, 0],
              strides=[2, 2]),
         node("AveragePool", ["x"], ["a"], "mean", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
         node("GlobalAveragePool", ["a"], ["g"], "global")],
        [value("x", [1, 1, 5, 4])], [value("m", [1, 1, 3, 2]), value("g", [1, 1, 1, 1])])


def rows():
    """GatherND and ScatterND."""
    return model(
        [node("GatherND", ["x", "at"], ["picked"], "pick"),
         node("ScatterND", ["x", "at", "picked"], ["y"], "put")],
        [value("x", [3, 4])], [value("y", [3, 4])],
        [initializer("at", [[2], [0]], np.int64)])


def embedding():
    """Rows of a table, and a label of each, or none."""
    return model(
        [node("Gather", ["table", "words"], ["x"], "look_up"),
         node("SoftmaxCrossEntropyLoss", ["x", "labels"], ["loss"], "loss", ignore_index=-1)],
        [value("words", [3], INT64), value("labels", [3], INT64)], [value("loss", [])],
        [initializer("table", np.arange(20).reshape(5, 4))])


def partial_scatter():
    return model([node("ScatterElements", ["x", "at", "u"], ["y"], "put")],
                 [value("x", [4, 3]), value("at", [2, 2], INT64), value("u", [2, 2])],
                 [value("y", [4, 3])])


def sequences():
    """What goes into a sequence comes out of it."""
    return model(
        [node("SequenceEmpty", [], ["none"]), node("Tanh", ["x"], ["t"]),
         node("SequenceInsert", ["none", "x"], ["one"]),
         node("SequenceInsert", ["one", "t", "first"], ["two"]),
         node("SequenceAt", ["two", "last"], ["y"]),
         node("ConcatFromSequence", ["two"], ["z"], axis=0)],
        [value("x", [2])], [value("y", [2]), value("z", [4])],
        [initializer("first", 0, np.int64), initializer("last", -1, np.int64)])


def sequence_of(name, shape=None, dtype=FLOAT):
    tensor = helper.make_tensor_type_proto(dtype, shape)
    return helper.make_value_info(name, helper.make_sequence_type_proto(tensor))


def optional_of(name, shape=None, dtype=FLOAT):
    tensor = helper.make_tensor_type_proto(dtype, shape)
    return helper.make_value_info(name, helper.make_optional_type_proto(tensor))


def sequence_border(wrong=0):
    """Sequences and optionals as inputs and outputs: each element of `s` times `w` under
    tanh, and `o` behind them where there is one. The first of all is `z`."""
    body = helper.make_graph([node("Mul", ["e", "f"], ["m"], "times"),
                              node("Tanh", ["m"], ["t"], "tanh")], "body",
                             [value("e", ["k"]), value("f", [1])], [value("t", ["k"])])
    then = helper.make_graph([node("OptionalGetElement", ["o"], ["g"]),
                              node("SequenceInsert", ["mapped", "g"], ["longer"])], "then", [],
                             [sequence_of("longer")])
    otherwise = helper.make_graph([node("Identity", ["mapped"], ["same"])], "otherwise", [],
                                  [sequence_of("same")])
    return model(
        [node("SequenceMap", ["s", "w"], ["mapped"], "map", body=body),
         node("OptionalHasElement", ["o"], ["has"]),
         node("If", ["has"], ["all"], "choice", then_branch=then, else_branch=otherwise),
         node("SequenceAt", ["all", "first"], ["head"]), node("Optional", ["head"], ["z"]),
         node("SequenceErase", ["all", "first"], ["y"])],
        [sequence_of("s", ["k"]), optional_of("o", [2])],
        [optional_of("y") if wrong else sequence_of("y"), optional_of("z")],
        [initializer("w", [2]), initializer("first", 0, np.int64)], opset=18)


def sequence_identity():
    """Values that pass: a sequence, an optional tensor and an optional sequence."""
    tensor = helper.make_tensor_type_proto(FLOAT, [2])
    maybe = helper.make_optional_type_proto(helper.make_sequence_type_proto(tensor))
    names = ("s", "o", "q")
    return model([node("Identity", [name], [name + "_same"]) for name in names],
                 [sequence_of("s", [2]), optional_of("o", [2]), helper.make_value_info("q", maybe)],
                 [sequence_of("s_same", [2]), optional_of("o_same", [2]),
                  helper.make_value_info("q_same", maybe)], opset=18)


def sequence_refused():
    """What has no place in a function of known shapes, and what is no such value."""
    tensor = helper.make_tensor_type_proto(FLOAT, [2])
    nested = helper.make_sequence_type_proto(helper.make_sequence_type_proto(tensor))
    text = helper.make_tensor_type_proto(TensorProto.STRING, [2])
    return model([node("SequenceLength", ["x"], ["n"], "length")],
                 [helper.make_value_info("x", nested),
                  helper.make_value_info("t", helper.make_sequence_type_proto(text))],
                 [value("n", [], INT64)])


def sequence_position():
    """The element at a place that is data."""
    return model([node("SequenceAt", ["s", "i"], ["y"], "at")],
                 [sequence_of("s", [2]), value("i", [], INT64)], [value("y", [2])])


def no_element():
    return model([node("OptionalGetElement", ["o"], ["y"], "get")],
                 [optional_of("o", [2])], [value("y", [2])], opset=18)


def growing_sequence():
    """A loop that appends, and its condition is data."""
    body = helper.make_graph(
        [node("Identity", ["c"], ["goes"]), node("SequenceInsert", ["s", "x"], ["more"])], "body",
        [value("i", [], INT64), value("c", [], TensorProto.BOOL), sequence_of("s")],
        [value("goes", [], TensorProto.BOOL), sequence_of("more")])
    return model([node("SequenceEmpty", [], ["none"]),
                  node("Loop", ["n", "c", "none"], ["y"], "grow", body=body)],
                 [value("x", [2]), value("c", [], TensorProto.BOOL)], [sequence_of("y")],
                 [initializer("n", 3, np.int64)])


def batch_normalization():
    return model([node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], "bn")],
                 [value("x", [2, 3, 4])], [value("y", [2, 3, 4])],
                 [initializer(name, np.ones(3)) for name in "sbmv"])


def branches(known=0):
    """If on an input, or on a constant."""
    def branch(op, name):
        return helper.make_graph([node(op, ["x"], [name], op)], name, [],
                                 [value(name, [2])])
    nodes = [node("If", ["c"], ["y"], "choice", then_branch=branch("Tanh", "t"),
                  else_branch=branch("Exp", "e"))]
    condition = [numpy_helper.from_array(np.array(True), "c")] if known else []
    inputs = [value("x", [2])] + ([] if known else [value("c", [], TensorProto.BOOL)])
    return model(nodes, inputs, [value("y", [2])], condition)


def loop():
    """Three times x <- x * x, collecting what comes out."""
    body = helper.make_graph(
        [node("Mul", ["v", "v"], ["w"], "square"), node("Identity", ["go"], ["goes"])],
        "body", [value("i", [], INT64), value("go", [], TensorProto.BOOL), value("v", [2])],
        [value("goes", [], TensorProto.BOOL), value("w", [2]), value("w", [2])])
    return model([node("Loop", ["trips", "", "x"], ["y", "all"], "loop", body=body)],
                 [value("x", [2])], [value("y", [2]), value("all", [3, 2])],
                 [initializer("trips", 3, np.int64)])


def bounded_loop(bound=6, collects=0):
    """At most `bound` times v <- v * w + x, while the sum of v is below 10: that is data."""
    def scalar(name, array, dtype=np.float32):
        return initializer(name, array, dtype)
    body = helper.make_graph(
        [node("Mul", ["v", "w"], ["p"], "scale"), node("Add", ["p", "x"], ["next"], "shift"),
         node("ReduceSum", ["next"], ["sum"], "sum", keepdims=0),
         node("Less", ["sum", "limit"], ["goes"], "test")],
        "body", [value("i", [], INT64), value("go", [], TensorProto.BOOL), value("v", [2])],
        [value("goes", [], TensorProto.BOOL), value("next", [2])]
        + ([value("next", [2])] if collects else []),
        [scalar("w", [1.5, 0.5])])
    bounds = [initializer("bound", bound, np.int64)] if bound else []
    outputs = ["y", "all"] if collects else ["y"]
    return model(
        [node("Less", ["start", "limit"], ["first"], "first"),
         node("Loop", ["bound" if bound else "", "first", "x"], outputs, "loop", body=body)],
        [value("x", [2]), value("start", [])], [value(name, None) for name in outputs],
        bounds + [scalar("limit", 10)])


def scan(opset=17, steps=4):
    """h <- tanh(h * u + s) backward over a sequence, with a weight of the body."""
    body = helper.make_graph(
        [node("Mul", ["h", "u"], ["p"], "scale"), node("Add", ["p", "s"], ["q"], "shift"),
         node("Tanh", ["q"], ["next"], "squash")],
        "body", [value("h", [2]), value("s", [2])], [value("next", [2]), value("next", [2])],
        [initializer("u", [0.5, -0.25])])
    if opset < 9:
        return model(
            [node("Scan", ["", "h", "x"], ["last", "all"], "scan", body=body, num_scan_inputs=1,
                  directions=[1])],
            [value("h", [2, 2]), value("x", [2, 4, 2])],
            [value("last", [2, 2]), value("all", [2, 4, 2])], opset=8, ir=7)
    return model(
        [node("Scan", ["h", "x"], ["last", "all"], "scan", body=body, num_scan_inputs=1,
              scan_input_axes=[1], scan_input_directions=[1], scan_output_axes=[-1],
              scan_output_directions=[1])],
        [value("h", [2]), value("x", [2, steps])], [value("last", [2]), value("all", [2, steps])])


def sequence_branches():
    """Branches that make sequences of one form."""
    def branch(ops, name):
        return helper.make_graph(
            [node(op, ["x"], [f"{name}{i}"], op) for i, op in enumerate(ops)]
            + [node("SequenceConstruct", [f"{name}{i}" for i in range(len(ops))], [name])],
            name, [], [helper.make_tensor_sequence_value_info(name, FLOAT, [2])])
    return model(
        [node("If", ["c"], ["s"], "choice", then_branch=branch(["Tanh", "Exp"], "t"),
              else_branch=branch(["Sin", "Cos"], "e")),
         node("ConcatFromSequence", ["s"], ["y"], axis=0)],
        [value("x", [2]), value("c", [], TensorProto.BOOL)], [value("y", [4])])


def recurrent(kind, directions=1, steps=4, **attributes):
    """RNN, GRU or LSTM with every operand: 2 samples, 3 inputs, 2 hidden."""
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    draw = np.random.default_rng(gates)
    first = attributes.get("layout", 0)
    state = [2, directions, 2] if first else [directions, 2, 2]
    inputs = [value("x", [2, steps, 3] if first else [steps, 2, 3]), value("lengths", [2], TensorProto.INT32),
              value("h", state)]
    names = ["x", "w", "r", "b", "lengths", "h"]
    weights = {"w": (directions, 2 * gates, 3), "r": (directions, 2 * gates, 2),
               "b": (directions, 4 * gates)}
    outputs = ["y", "last"]
    if kind == "LSTM":
        inputs.append(value("c", state))
        names += ["c", "p"]
        weights["p"] = (directions, 6)
        outputs.append("memory")
    return model([node(kind, names, outputs, "cell", hidden_size=2, **attributes)], inputs,
                 [value(name, None) for name in outputs],
                 [initializer(name, draw.normal(size=shape)) for name, shape in weights.items()])


def gradient(at="x"):
    """The gradient of sum(tanh(x * w)), in front of what it differentiates."""
    made = model(
        [helper.make_node("Gradient", [at, "w"], ["dx", "dw"], "slope", xs=["x", "w"], y="s",
                          domain="ai.onnx.preview.training"),
         node("Mul", ["x", "w"], ["p"], "product"), node("Tanh", ["p"], ["t"], "squash"),
         node("ReduceSum", ["t"], ["s"], "sum", keepdims=0)],
        [value("x", [3]), value("other", [3])],
        [value("s", []), value("dx", [3]), value("dw", [3])], [initializer("w", [1, -0.5, 2])])
    made.opset_import.append(helper.make_opsetid("ai.onnx.preview.training", 1))
    return made


def bad_branch():
    """Wrong in a branch, and unsupported in front of that."""
    def branch(nodes):
        return helper.make_graph(nodes, "b", [], [value("o", [2])])
    return model(
        [node("If", ["c"], ["y"], "choice",
              then_branch=branch([node("Frobnicate", ["x"], ["f"], "odd"),
                                  node("Add", ["x"], ["o"], "lonely")]),
              else_branch=branch([node("Relu", ["x"], ["o"], "relu")]))],
        [value("x", [2]), value("c", [], TensorProto.BOOL)], [value("y", [2])])


def functions(recursive=0):
    """A function that calls another; an attribute is handed on."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    leaky = helper.make_node("LeakyRelu", ["a"], ["b"], "leak")
    reference = leaky.attribute.add()
    reference.name, reference.ref_attr_name = "alpha", "slope"
    reference.type = onnx.AttributeProto.FLOAT
    inner = helper.make_function("own", "Inner", ["a"], ["b"], [leaky], opsets, ["slope"])
    callee = "Outer" if recursive else "Inner"
    outer = helper.make_function(
        "own", "Outer", ["p"], ["q"],
        [helper.make_node(callee, ["p"], ["h"], "call", domain="own",
                          **({} if recursive else {"slope": 0.25})),
         helper.make_node("Tanh", ["h"], ["q"], "tanh")], opsets)
    made = model([helper.make_node("Outer", ["x"], ["y"], "top", domain="own")],
                 [value("x", [2])], [value("y", [2])])
    made.opset_import.append(helper.make_opsetid("own", 1))
    made.functions.extend([inner, outer])
    return made


def attention(mask="bool", **attributes):
    """Two queries for each key, a mask, causal; or a mask of another shape."""
    kind = TensorProto.BOOL if mask == "bool" else FLOAT
    return model([node("Attention", ["q", "k", "v", "m"], ["y"], "heads", is_causal=1,
                       **attributes)],
                 [value("q", [1, 4, 2, 8]), value("k", [1, 2, 3, 8]), value("v", [1, 2, 3, 8]),
                  value("m", [5, 3] if mask == "tall" else [2, 3], kind)],
                 [value("y", [1, 4, 2, 8])], opset=24)


def unequal_heads():
    return model([node("Attention", ["q", "k", "k"], ["y"], "heads")],
                 [value("q", [1, 3, 2, 8]), value("k", [1, 2, 3, 8])], [value("y", None)],
                 opset=24)


def tree(second=2, targets=2):
    """A tree of three nodes and four leaves; `second` is the right one."""
    def tensor(values):
        return numpy_helper.from_array(np.asarray(values, np.float32))
    modes = numpy_helper.from_array(np.array([0, 0, 4], np.uint8))
    made = model([helper.make_node(
        "TreeEnsemble", ["x"], ["y"], "forest", domain="ai.onnx.ml", n_targets=targets,
        aggregate_function=1, tree_roots=[0], nodes_featureids=[0, 1, 1], nodes_modes=modes,
        nodes_splits=tensor([3, 1, 4]), nodes_truenodeids=[1, 0, 1],
        nodes_falsenodeids=[second, 2, 3], nodes_trueleafs=[0, 1, 1],
        nodes_falseleafs=[0, 1, 1], leaf_targetids=[0, 1, 0, 1],
        leaf_weights=tensor([5, 12, -12, 7]))],
        [value("x", [3, 2])], [value("y", [3, 2])])
    made.opset_import.append(helper.make_opsetid("ai.onnx.ml", 5))
    return made


def halves(op, *shapes, **attributes):
    """One node on f16; shapes as in 2x3."""
    inputs = [value(f"x{i}", [int(size) for size in str(shape).split("x")], TensorProto.FLOAT16)
              for i, shape in enumerate(shapes)]
    if op == "AveragePool":
        attributes = {"kernel_shape": [2]}
    if op == "Einsum":
        attributes = {"equation": "ij,jk->ik"}
    return model([node(op, [v.name for v in inputs], ["y"], "one", **attributes)], inputs,
                 [value("y", None, TensorProto.FLOAT16)], opset=27)


def unknown_domain():
    made = model([helper.make_node("Relu", ["x"], ["y"], "r", domain="ai.onnx.preview"),
                  helper.make_node("Relu", ["x"], ["z"], "s", domain="com.example")],
                 [value("x", [2])], [value("y", [2]), value("z", [2])])
    made.opset_import.extend([helper.make_opsetid("ai.onnx.preview", 1),
                              helper.make_opsetid("com.example", 1)])
    return made


def cubic_samples(padding, aligned):
    """Places that are learned."""
    return model([node("Tanh", ["image"], ["h"], "tanh"),
                  node("GridSample", ["h", "grid"], ["y"], "grid", mode="bicubic",
                       padding_mode=padding, align_corners=aligned)],
                 [value("image", [1, 1, 3, 4])], [value("y", [1, 1, 2, 3])],
                 [initializer("grid", np.linspace(-1.37, 1.41, 12).reshape(1, 2, 3, 2))])


def data_dependent():
    """Results of a size that nobody knows."""
    return model(
        [node("NonZero", ["x"], ["a"], "where"), node("Unique", ["x"], ["b"], "once"),
         node("NonMaxSuppression", ["boxes", "scores"], ["c"], "boxes"),
         node("Compress", ["x", "keep"], ["d"], "part"),
         node("RoiAlign", ["image", "rois", "which"], ["e"], "align",
              sampling_ratio=0)],
        [value("x", [4]), value("keep", [4], TensorProto.BOOL), value("boxes", [1, 3, 4]),
         value("scores", [1, 1, 3]), value("image", [1, 1, 4, 4]), value("rois", [2, 4]),
         value("which", [2], INT64)],
        [value(name, None, FLOAT if name in "bde" else INT64) for name in "abcde"])


def optionals():
    """Something and nothing, asked whether they are there."""
    return model([node("Optional", ["x"], ["a"], "something"),
                  node("OptionalHasElement", ["a"], ["yes"]),
                  node("OptionalHasElement", [""], ["no"]),
                  node("OptionalGetElement", ["a"], ["h"]), node("Tanh", ["h"], ["y"], "t")],
                 [value("x", [2])],
                 [value("y", [2]), value("yes", [], TensorProto.BOOL),
                  value("no", [], TensorProto.BOOL)], opset=18)


def data_shape():
    """The shape is an input."""
    return model([node("Reshape", ["x", "s"], ["y"], "shaped")],
                 [value("x", [2, 3]), value("s", [1], INT64)], [value("y", None)])


if __name__ == "__main__":
    made = globals()[sys.argv[1]](*(int(a) if a.isdigit() else a for a in sys.argv[3:]))
    with open(sys.argv[2], "wb") as file:
        file.write(made.SerializeToString())
