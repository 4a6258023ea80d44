# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loops and gradients inside of models against PyTorch: loops.py NAME --pc-run BIN FOLDER.

Each model runs unrolled, a copy of the body for each iteration, and rolled, one loop inside of a
vertex. Values and gradients of both, in f64, are those of PyTorch's autograd."""

import argparse
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import torch
from onnx import numpy_helper

import models


def bounded_loop(start):
    """The reference, and the values of the inputs."""
    def forward(x, start, w, limit):
        v, goes, count = x, float(start) < limit, 0
        while goes and count < 6:
            v, count = v * w + x, count + 1
            goes = float(v.sum()) < limit
        return [v]
    return models.bounded_loop(), forward, {"x": [0.75, -0.5], "start": start}


def scan():
    def forward(h, x, u):
        states = []
        for t in reversed(range(x.shape[1])):
            h = torch.tanh(h * u + x[:, t])
            states.append(h)
        return [h, torch.stack(states[::-1], 1)]
    return models.scan(), forward, {"h": [0.5, -1], "x": np.linspace(-1, 1, 8).reshape(2, 4)}


def old_scan():
    def forward(h, x, u):
        states = []
        for t in reversed(range(x.shape[1])):
            h = torch.tanh(h * u + x[:, t])
            states.append(h)
        return [h, torch.stack(states, 1)]
    return models.scan(8), forward, {"h": [[0.5, -1], [1, 2]],
                                     "x": np.linspace(-1, 1, 16).reshape(2, 4, 2)}


def sequence_branches(condition):
    def forward(x, c):
        return [torch.cat([torch.tanh(x), torch.exp(x)] if c else [torch.sin(x), torch.cos(x)])]
    return models.sequence_branches(), forward, {"x": [0.5, -1], "c": bool(condition)}


def gradient():
    """Gradients of a gradient are derivatives of second order."""
    def forward(x, other, w):
        s = torch.tanh(x * w).sum()
        return [s, *torch.autograd.grad(s, [x, w], create_graph=True)]
    return models.gradient(), forward, {"x": [0.5, -1, 0.25], "other": [0, 0, 0]}


CASES = {"gradient": gradient, "loop": lambda: bounded_loop(1.0), "no-loop": lambda: bounded_loop(11.0), "scan": scan,
         "old-scan": old_scan, "then": lambda: sequence_branches(True),
         "else": lambda: sequence_branches(False)}


def write(path, array):
    path.write_bytes(numpy_helper.from_array(array).SerializeToString())


def read(path):
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return tensor.name, numpy_helper.to_array(tensor)


def collect_initializers(graph):
    found = {t.name: numpy_helper.to_array(t) for t in graph.initializer if t.data_type == 1}
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                found.update(collect_initializers(attribute.g))
    return found


def get_reference(forward, inputs, parameters, cotangents):
    values = {name: torch.tensor(np.asarray(array, np.float64), requires_grad=True)
              for name, array in {**inputs, **parameters}.items() if array.dtype != bool}
    values.update({name: array for name, array in inputs.items() if array.dtype == bool})
    outputs = forward(**values)
    total = sum((o * torch.tensor(c)).sum() for o, c in zip(outputs, cotangents(outputs)))
    if total.requires_grad:
        total.backward()
    gradients = {name: np.zeros(value.shape) if value.grad is None else value.grad.numpy()
                 for name, value in values.items() if isinstance(value, torch.Tensor)}
    return [o.detach().numpy() for o in outputs], gradients


def get_cotangents(outputs):
    return [np.cos(np.arange(o.numel()) + i).reshape(o.shape) for i, o in enumerate(outputs)]


def check(what, got, expected):
    # 1e-12: sums of a few terms in f64.
    if got.shape != expected.shape or not np.allclose(got, expected, rtol=1e-12, atol=1e-12):
        sys.exit(f"{what}: got {got}, expected {expected}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=CASES)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pc-run", default="pc-run")
    options = parser.parse_args()
    model, forward, inputs = CASES[options.name]()
    inputs = {name: np.asarray(array) if isinstance(array, bool)
              else np.asarray(array, np.float32) for name, array in inputs.items()}
    data = options.folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    (options.folder / "model.onnx").write_bytes(model.SerializeToString())
    parameters = collect_initializers(model.graph)
    outputs, gradients = get_reference(forward, inputs, parameters, get_cotangents)
    for i, port in enumerate(model.graph.input):
        write(data / f"input_{i}.pb", inputs[port.name])
    for i, cotangent in enumerate(get_cotangents([torch.tensor(o) for o in outputs])):
        write(data / f"cotangent_{i}.pb", cotangent)
    for unroll in (256, 0):
        out = options.folder / f"out{unroll}"
        subprocess.run([options.pc_run, options.folder / "model.onnx", "--data", data, "--out", out,
                        "--grad", "--float=f64", f"--unroll={unroll}"], check=True)
        for i, expected in enumerate(outputs):
            check(f"unroll={unroll}: output {i}", read(out / f"output_{i}.pb")[1], expected)
        found = dict(read(path) for path in out.glob("grad_*.pb"))
        for name, expected in gradients.items():
            check(f"unroll={unroll}: gradient of {name}",
                  found.get(name, np.zeros(expected.shape)), expected)
    print(f"{options.name}: {len(outputs)} outputs and {len(gradients)} gradients agree")


main()
