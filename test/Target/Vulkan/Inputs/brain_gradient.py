# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The gradient of a perceptron in bf16 on a device of Vulkan.

    brain_gradient.py [--plant] RUN FOLDER

It has the bits of the CPU's, and is near the one of NumPy in f64 for the same parameters; kernels
with cooperative matrices, emulated, whose sums are in another order where they reduce as trees, are
near it as well. With --plant a bit of one gradient of the device is changed."""

import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

plant = sys.argv[1] == "--plant"
run, folder = sys.argv[1 + plant:]
folder = pathlib.Path(folder)
ROWS, INPUTS, HIDDEN, OUTPUTS = 24, 40, 33, 12
# Half a unit of bf16 is 2^-9 of a number; sums of 24 terms in bf16 lose up to a few units.
TOLERANCE = 2e-2
random = np.random.default_rng(1)
values = {}


def brain(name, *shape, scale=1.0):
    """A tensor of bf16, whose numbers `values` has in f64."""
    bits = (random.standard_normal(shape) * scale).astype(np.float32).view(np.uint32)
    bits = bits + 0x7fff + (bits >> 16 & 1) >> 16
    values[name] = (bits << 16).view(np.float32).astype(np.float64)
    return helper.make_tensor(name, TensorProto.BFLOAT16, shape, bits.astype("<u2").tobytes(), raw=True)


def write_model():
    parameters = [brain("w0", INPUTS, HIDDEN, scale=0.2), brain("b0", HIDDEN, scale=0.2),
                  brain("w1", HIDDEN, OUTPUTS, scale=0.2), brain("b1", OUTPUTS, scale=0.2)]
    nodes = [helper.make_node("MatMul", ["x", "w0"], ["a"]), helper.make_node("Add", ["a", "b0"], ["c"]),
             helper.make_node("Tanh", ["c"], ["h"]), helper.make_node("MatMul", ["h", "w1"], ["d"]),
             helper.make_node("Add", ["d", "b1"], ["y"])]
    port = lambda name, size: helper.make_tensor_value_info(name, TensorProto.BFLOAT16, [ROWS, size])
    graph = helper.make_graph(nodes, "brain", [port("x", INPUTS)], [port("y", OUTPUTS)], parameters)
    (folder / "in").mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "model.onnx")
    for name, file, size in [("x", "input_0", INPUTS), ("g", "cotangent_0", OUTPUTS)]:
        (folder / "in" / f"{file}.pb").write_bytes(brain(name, ROWS, size).SerializeToString())


def get_gradients():
    """In f64, in the order of the arguments: x, then the parameters."""
    v = values
    h = np.tanh(v["x"] @ v["w0"] + v["b0"])
    c = v["g"] @ v["w1"].T * (1 - h * h)
    return [c @ v["w0"].T, v["x"].T @ c, c.sum(0), h.T @ v["g"], v["g"].sum(0)]


def measure(name, *options):
    out = folder / name
    subprocess.run([run, folder / "model.onnx", "--data", folder / "in", "--out", out, "--grad", *options], check=True)
    files = [onnx.TensorProto.FromString((out / f"grad_{i}.pb").read_bytes()) for i in range(5)]
    return [np.frombuffer(file.raw_data, "<u2") for file in files]


write_model()
cpu = measure("cpu")
device = measure("device", "--target=vulkan")
emulated = measure("emulated", "--target=vulkan", "--device-profile=emulated")
if plant:
    device[1] = device[1] ^ (np.arange(device[1].size) == 7).astype(np.uint16)
    emulated[2] = emulated[2] ^ (np.arange(emulated[2].size) == 7).astype(np.uint16) << 5
print(sum(int((a != b).sum()) for a, b in zip(cpu, device)), "numbers are not the CPU's")
for name, gradients in [("cpu", cpu), ("device", device), ("emulated", emulated)]:
    errors = []
    for bits, exact in zip(gradients, get_gradients()):
        found = (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
        errors.append(np.abs(found - exact.ravel()).max() / np.abs(exact).max())
    print(f"{name}: {sum(error < TOLERANCE for error in errors)} of 5 gradients are near those in f64")
