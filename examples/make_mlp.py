#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes an untrained multi-layer perceptron as an ONNX model.

    examples/make_mlp.py 64-128-64-10 examples/digits/digits.onnx
    examples/make_mlp.py 784-256-10 mnist.onnx --flatten 1,28,28

The batch is the symbolic dimension N. The same arguments give the same bytes.
"""

import argparse
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def make_mlp(sizes, activation, seed, image_shape):
    """Input `image`, one Gemm and one activation for each layer but the last,
    output `logits`. `image_shape` adds a Flatten in front; without it the
    image is already flat."""
    # RandomState: its stream is frozen, that of newer generators may change.
    random = np.random.RandomState(seed)
    nodes, parameters = [], []
    value = "image"
    if image_shape:
        nodes.append(helper.make_node("Flatten", [value], ["pixels"], name="flatten"))
        value = "pixels"
    # The variance that keeps activities in scale: He for relu, Xavier for tanh.
    gain = {"Relu": 2.0, "Tanh": 1.0}[activation]
    for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:]), 1):
        last = i == len(sizes) - 1
        layer = "classify" if last else f"hidden{i}"
        weight = random.standard_normal((fan_out, fan_in)) * np.sqrt(gain / fan_in)
        parameters += [
            numpy_helper.from_array(weight.astype(np.float32), f"{layer}.weight"),
            numpy_helper.from_array(np.zeros(fan_out, np.float32), f"{layer}.bias"),
        ]
        result = "logits" if last else f"{layer}.sum"
        nodes.append(helper.make_node(
            "Gemm", [value, f"{layer}.weight", f"{layer}.bias"], [result],
            name=layer, transB=1))
        if not last:
            value = f"{layer}.activity"
            nodes.append(helper.make_node(
                activation, [result], [value], name=f"{layer}.{activation.lower()}"))
    shape = ["N", *(image_shape or [sizes[0]])]
    graph = helper.make_graph(
        nodes, "mlp",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", sizes[-1]])],
        initializer=parameters)
    return helper.make_model(graph, producer_name="pc examples", ir_version=8,
                             opset_imports=[helper.make_opsetid("", 13)])


def numbers(separator):
    return lambda text: [int(word) for word in text.split(separator)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=numbers("-"), help="units of each layer, 64-128-64-10")
    parser.add_argument("output", help="the file to write")
    parser.add_argument("--activation", choices=["Relu", "Tanh"], default="Relu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--flatten", type=numbers(","), metavar="C,H,W",
                        help="take images of this shape and flatten them first")
    args = parser.parse_args()
    if len(args.sizes) < 2:
        parser.error("expected at least an input and an output size")
    if args.flatten and np.prod(args.flatten) != args.sizes[0]:
        parser.error(f"images of {args.flatten} do not have {args.sizes[0]} pixels")
    model = make_mlp(args.sizes, args.activation, args.seed, args.flatten)
    onnx.checker.check_model(model)
    temporary = args.output + ".new"
    onnx.save(model, temporary)
    os.replace(temporary, args.output)


if __name__ == "__main__":
    main()
