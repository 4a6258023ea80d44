# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Quantised models and their straight-through gradients, by PyTorch.

  straight_through.py DIR GROUP

writes a suite for conformance.py. Group `kernels` has what torch itself calls
fake quantisation, values and gradients in f32 from its own kernels. Group
`surrogates` has the other operators, as graphs in f64 in which round(x) is
x + r with a constant r = round(x) - x, so that autograd needs no rule for it.
Group `no-clip` is wrong on purpose: nothing saturates.
"""

import itertools
import os
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from conformance import decode_float, save_tensor

CASES = {}
F32 = np.float32
rng = np.random.default_rng(7)


def case(function):
    CASES[function.__name__] = function
    return function


def floats(*shape, scale=1.0):
    """Off the ties of rounding, where f32 and f64 may choose differently."""
    steps = rng.uniform(-1, 1, shape) * scale
    return (np.floor(steps) + 0.5 + (steps - np.floor(steps) - 0.5) * 0.96 + 0.49).astype(F32)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), outputs.split()[0], **attributes)


def round_through(x):
    return x + (torch.round(x) - x).detach()


def clip(x, low, high):
    return x if sys.argv[2] == "no-clip" else torch.clamp(x, low, high)


def quantize(x, scale, zero=0, low=0, high=255):
    return clip(round_through(x / scale) + zero, low, high)


#===-----------------------------------------------------------------------===#
# Kernels of torch
#===-----------------------------------------------------------------------===#

def there_and_back(**attributes):
    return [node("QuantizeLinear", "x s z", "q", **attributes),
            node("DequantizeLinear", "q s z", "y", **attributes)]


@case
def kernel_per_tensor():
    """A third of the elements saturate."""
    def reference(x):
        return torch.fake_quantize_per_tensor_affine(x, 0.25, 100, 0, 255)
    return (there_and_back(), {"x": floats(4, 50, scale=180) / 4},
            {"z": np.uint8(100), "s": F32(0.25)}, reference)


@case
def kernel_per_channel():
    scales, zeros = np.array([0.5, 0.125, 2.0], F32), np.array([-3, 0, 7], np.int8)

    def reference(x):
        return torch.fake_quantize_per_channel_affine(
            x, torch.tensor(scales), torch.tensor(zeros, dtype=torch.int32), 1, -128, 127)
    x = floats(2, 3, 40, scale=180) * scales.reshape(3, 1)
    return there_and_back(axis=1), {"x": x}, {"z": zeros, "s": scales}, reference


@case
def kernel_learnable_scale():
    def reference(x, s):
        return torch._fake_quantize_learnable_per_tensor_affine(
            x, s.reshape(1), torch.tensor([20.0]), 0, 255, 1.0)
    return (there_and_back(), {"x": floats(5, 40, scale=180) * F32(0.5), "s": F32(0.5)},
            {"z": np.uint8(20)}, reference)


@case
def kernel_learnable_scales():
    scales, zeros = np.array([0.5, 0.125, 2.0], F32), np.array([-3, 0, 7], np.int8)

    def reference(x, s):
        return torch._fake_quantize_learnable_per_channel_affine(
            x, s, torch.tensor(zeros, dtype=torch.float32), 0, -128, 127, 1.0)
    x = floats(3, 40, scale=180) * scales.reshape(3, 1)
    return there_and_back(axis=0), {"x": x, "s": scales}, {"z": zeros}, reference


#===-----------------------------------------------------------------------===#
# Quantised and back
#===-----------------------------------------------------------------------===#

@case
def integers_of_every_width():
    """Elements of 2 to 16 bits, each in a sum of its own."""
    kinds = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-2 ** 15, 2 ** 15 - 1),
             "uint16": (0, 2 ** 16 - 1), "int4": (-8, 7), "uint4": (0, 15)}
    nodes = []
    for name in kinds:
        kind = getattr(TensorProto, name.upper(), {"int4": 22, "uint4": 21}.get(name))
        nodes += [node("QuantizeLinear", "x s", f"q_{name}", output_dtype=kind),
                  node("DequantizeLinear", f"q_{name} s", f"y_{name}")]
    nodes.append(node("Concat", " ".join(f"y_{name}" for name in kinds), "y", axis=0))

    def reference(x, s):
        return torch.cat([quantize(x, s, 0, *kinds[name]) * s for name in kinds])
    return nodes, {"x": floats(1, 60, scale=7e4) * F32(0.5), "s": F32(0.5)}, {}, reference, 21


@case
def blocks():
    """A scale for each block of two rows; the last block has one."""
    scales = rng.uniform(0.5, 1.5, (3, 4)).astype(F32)

    def reference(x, s):
        all_scales = s.repeat_interleave(2, 0)[:5]
        return quantize(x, all_scales, 0, -128, 127) * all_scales
    x = floats(5, 4, scale=180) * np.repeat(scales, 2, 0)[:5]
    return (there_and_back(axis=0, block_size=2), {"x": x, "s": scales},
            {"z": np.zeros((3, 4), np.int8)}, reference, 21)


@case
def floats_of_8_bits():
    """Rounded to a float: its derivative is that of the clipped number. E4M3."""
    codes = np.array([decode_float(17, code) for code in range(0x7f)])

    def reference(x, s):
        steps = x / s
        nearest = codes[np.abs(np.abs(steps.detach().numpy())[..., None] - codes).argmin(-1)]
        nearest = torch.tensor(np.copysign(nearest, steps.detach().numpy()))
        inside = clip(steps, -448, 448)
        return (inside + (nearest - inside).detach()) * s
    nodes = [node("QuantizeLinear", "x s", "q", output_dtype=17),
             node("DequantizeLinear", "q s", "y")]
    x = (rng.standard_normal((4, 30)) * 300).astype(F32)
    x[0, :4] = [0.004, -0.0004, -0.0, 1000]
    return nodes, {"x": x, "s": F32(0.75)}, {}, reference, 23


@case
def dynamic():
    """The scale and the zero point are functions of the data."""
    def reference(x):
        low, high = x.min().clamp(max=0), x.max().clamp(min=0)
        scale = (high - low) / 255
        zero = quantize(-low, scale)
        return (clip(round_through(x / scale) + zero, 0, 255) - zero) * scale
    nodes = [node("DynamicQuantizeLinear", "x", "q s z"), node("DequantizeLinear", "q s z", "y")]
    return nodes, {"x": rng.uniform(-1, 3, (5, 6)).astype(F32)}, {}, reference


@case
def quantized_again():
    """What comes from integers becomes integers of another scale."""
    def reference(x, s, t):
        y = (quantize(x, s, 10) - 10) * s
        return (quantize(y, t, 5) - 5) * t
    nodes = [node("QuantizeLinear", "x s z", "q"), node("DequantizeLinear", "q s z", "d"),
             node("QuantizeLinear", "d t u", "p"), node("DequantizeLinear", "p t u", "y")]
    return (nodes, {"x": floats(4, 9, scale=200) * F32(0.25), "s": F32(0.25), "t": F32(0.3)},
            {"z": np.uint8(10), "u": np.uint8(5)}, reference)


@case
def moved_while_quantized():
    """Integers are reshaped, transposed, joined, padded, pooled and chosen from."""
    def reference(x, s):
        q = quantize(x, s, 3, -128, 127).reshape(1, 2, 4, 4).transpose(2, 3)
        q = torch.cat([q, torch.full((1, 1, 4, 4), 9.0, dtype=q.dtype)], 1)
        q = torch.nn.functional.pad(q, (1, 0, 1, 0), value=-5.0)
        q = torch.nn.functional.max_pool2d(q, 2, 1)[:, :, 1:, :][:, [2, 0, 1, 0]]
        q = torch.relu(q)
        q = torch.where(torch.tensor([True, False, True, True]), q, torch.tensor(4.0).to(q))
        return (q - 3) * s
    nodes = [node("QuantizeLinear", "x s z", "q"), node("Reshape", "q shape", "r"),
             node("Transpose", "r", "t", perm=[0, 1, 3, 2]), node("Concat", "t more", "c", axis=1),
             node("Pad", "c pads value", "p"),
             node("MaxPool", "p", "m", kernel_shape=[2, 2]),
             node("Slice", "m one many two", "l"), node("Gather", "l places", "g", axis=1),
             node("Relu", "g", "u"), node("Where", "choice u four", "w"),
             node("DequantizeLinear", "w s z", "y")]
    known = {"z": np.int8(3), "shape": np.array([1, 2, 4, 4]),
             "more": np.full((1, 1, 4, 4), 9, np.int8),
             "pads": np.array([0, 0, 1, 1, 0, 0, 0, 0]), "value": np.int8(-5),
             "one": np.array([1]), "many": np.array([9]), "two": np.array([2]),
             "places": np.array([2, 0, 1, 0]), "choice": np.array([True, False, True, True]),
             "four": np.int8(4)}
    return (nodes, {"x": floats(4, 8, scale=150) * F32(0.5), "s": F32(0.5)}, known, reference,
            18)


#===-----------------------------------------------------------------------===#
# Products
#===-----------------------------------------------------------------------===#

def factors(rows, inner, columns, zero=128):
    return ({"x": floats(rows, inner, scale=140), "w": floats(inner, columns, scale=140)},
            {"s": F32(1.0), "z": np.uint8(zero), "u": np.int8(0)})


@case
def products():
    """300 terms: more than f32 sums exactly, were they all of the largest size."""
    inputs, known = factors(3, 300, 4)
    known["t"], known["v"] = F32(700), np.uint8(120)

    def reference(x, w):
        product = (quantize(x, 1, 128) - 128) @ quantize(w, 1, 0, -128, 127)
        return (quantize(product, 700, 120) - 120) * 700
    nodes = [node("QuantizeLinear", "x s z", "a"), node("QuantizeLinear", "w s u", "b"),
             node("QLinearMatMul", "a s z b s u t v", "c"), node("DequantizeLinear", "c t v", "y")]
    return nodes, inputs, known, reference


@case
def products_by_scales():
    """The scales are leaves as well, that of the second factor for each column."""
    inputs = {"x": floats(3, 20, scale=140), "sx": F32(1), "w": floats(20, 4, scale=140),
              "sw": np.array([1, 2, 0.5, 1], F32), "sy": F32(300)}
    inputs["w"] *= inputs["sw"]

    def reference(x, sx, w, sw, sy):
        product = (quantize(x, sx, 128) - 128) @ quantize(w, sw, 0, -128, 127)
        return (quantize(product * (sx * sw / sy), 1, 120) - 120) * sy
    nodes = [node("QuantizeLinear", "x sx z", "a"), node("QuantizeLinear", "w sw u", "b"),
             node("QLinearMatMul", "a sx z b sw u sy v", "c"),
             node("DequantizeLinear", "c sy v", "y")]
    return (nodes, inputs, {"z": np.uint8(128), "u": np.zeros(4, np.int8), "v": np.uint8(120)},
            reference)


@case
def integer_products():
    """As an export with dynamic quantisation has them."""
    inputs, known = factors(3, 30, 4)
    known = {"t": F32(0.25), "u": np.int8(0), "s": F32(1)}

    def reference(x, w):
        low, high = x.min().clamp(max=0), x.max().clamp(min=0)
        scale = (high - low) / 255
        zero = quantize(-low, scale)
        q = clip(round_through(x / scale) + zero, 0, 255)
        return (q - zero) @ quantize(w, 1, 0, -128, 127) * (scale * 0.25)
    nodes = [node("DynamicQuantizeLinear", "x", "a sa za"), node("QuantizeLinear", "w s u", "b"),
             node("MatMulInteger", "a b za u", "i"), node("Cast", "i", "f", to=TensorProto.FLOAT),
             node("Mul", "sa t", "m"), node("Mul", "f m", "y")]
    return nodes, inputs, known, reference


@case
def products_from_integers():
    inputs, known = factors(3, 30, 4)
    known["t"] = F32(0.25)

    def reference(x, w):
        return (quantize(x, 1, 128) - 128) @ quantize(w, 1, 0, -128, 127) * 0.25
    nodes = [node("QuantizeLinear", "x s z", "a"), node("QuantizeLinear", "w s u", "b"),
             node("MatMulInteger", "a b z u", "i"), node("Transpose", "i", "r", perm=[1, 0]),
             node("Transpose", "r", "o", perm=[1, 0]), node("DequantizeLinear", "o t", "y")]
    return nodes, inputs, known, reference


def convolve(image, filters):
    return torch.nn.functional.conv2d(image, filters, stride=2, padding=1)


@case
def convolutions():
    inputs = {"x": floats(2, 3, 6, 6, scale=140), "w": floats(4, 3, 3, 3, scale=140)}
    known = {"s": F32(1), "z": np.uint8(128), "u": np.int8(0), "t": F32(600),
             "v": np.uint8(130), "b": np.array([1000, -20000, 7, 0], np.int32)}

    def reference(x, w):
        image = quantize(x, 1, 128) - 128
        result = convolve(image, quantize(w, 1, 0, -128, 127))
        result = result + torch.tensor(known["b"]).reshape(4, 1, 1)
        return (quantize(result, 600, 130) - 130) * 600
    nodes = [node("QuantizeLinear", "x s z", "a"), node("QuantizeLinear", "w s u", "f"),
             node("QLinearConv", "a s z f s u t v b", "c", strides=[2, 2], pads=[1, 1, 1, 1]),
             node("DequantizeLinear", "c t v", "y")]
    return nodes, inputs, known, reference


@case
def integer_convolutions():
    inputs = {"x": floats(1, 2, 5, 5, scale=140), "w": floats(3, 2, 3, 3, scale=140)}
    known = {"s": F32(1), "z": np.uint8(128), "u": np.int8(0)}

    def reference(x, w):
        image = quantize(x, 1, 128) - 128
        return convolve(image, quantize(w, 1, 0, -128, 127))
    nodes = [node("QuantizeLinear", "x s z", "a"), node("QuantizeLinear", "w s u", "f"),
             node("ConvInteger", "a f z", "c", strides=[2, 2], pads=[1, 1, 1, 1]),
             node("Cast", "c", "y", to=TensorProto.FLOAT)]
    return nodes, inputs, known, reference


#===-----------------------------------------------------------------------===#
# Writing
#===-----------------------------------------------------------------------===#

def write(folder, dtype, nodes, inputs, known, reference, opset=17):
    leaves = {k: torch.tensor(v, dtype=dtype, requires_grad=True) for k, v in inputs.items()}
    result = reference(**leaves)
    cotangent = rng.integers(-16, 17, result.shape) / 16
    (result * torch.tensor(cotangent)).sum().backward()
    data, grad = os.path.join(folder, "test_data_set_0"), os.path.join(folder, "grad")
    os.makedirs(data)
    os.makedirs(grad)
    for i, (name, array) in enumerate(inputs.items()):
        save_tensor(os.path.join(data, f"input_{i}.pb"), name, array)
        save_tensor(os.path.join(grad, f"grad_{i}.pb"), name,
                    leaves[name].grad.numpy().astype(np.float64))
    save_tensor(os.path.join(data, "output_0.pb"), "y", result.detach().numpy().astype(F32))
    save_tensor(os.path.join(grad, "cotangent_0.pb"), "y", cotangent)
    constants = [numpy_helper.from_array(np.asarray(array), name) for name, array in known.items()]
    graph = helper.make_graph(
        [helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in constants] +
        nodes, "g", [helper.make_tensor_value_info(name, TensorProto.FLOAT, np.shape(array))
                     for name, array in inputs.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, result.shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    onnx.save(model, os.path.join(folder, "model.onnx"))


def main():
    isKernels = sys.argv[2] == "kernels"
    for name, function in CASES.items():
        if name.startswith("kernel") == isKernels:
            write(os.path.join(sys.argv[1], name), torch.float32 if isKernels else torch.float64,
                  *function())


if __name__ == "__main__":
    main()
