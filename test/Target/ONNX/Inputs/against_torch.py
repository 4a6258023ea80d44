# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Values and gradients of small models, in f64, against PyTorch's autograd:
NAME --pc-run BIN FOLDER for the scripts that have the models."""

import argparse
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import torch
from onnx import numpy_helper


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
              for name, array in {**inputs, **parameters}.items() if array.dtype == np.float32}
    values.update({name: array for name, array in inputs.items() if array.dtype != np.float32})
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


def main(cases, forms):
    """`cases` has functions by name, each of which makes a model, the same in PyTorch, and inputs; all
    are run with each list of flags in `forms`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=cases)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pc-run", default="pc-run")
    options = parser.parse_args()
    model, forward, inputs = cases[options.name]()
    inputs = {name: np.asarray(array) if np.asarray(array).dtype in (bool, np.int32)
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
    for form in forms:
        out = options.folder / f"out{''.join(form)}"
        subprocess.run([options.pc_run, options.folder / "model.onnx", "--data", data, "--out", out,
                        "--grad", "--float=f64", *form], check=True)
        for i, expected in enumerate(outputs):
            check(f"{' '.join(form)}: output {i}", read(out / f"output_{i}.pb")[1], expected)
        found = dict(read(path) for path in out.glob("grad_*.pb"))
        for name, expected in gradients.items():
            check(f"{' '.join(form)}: gradient of {name}",
                  found.get(name, np.zeros(expected.shape)), expected)
    print(f"{options.name}: {len(outputs)} outputs and {len(gradients)} gradients agree")
