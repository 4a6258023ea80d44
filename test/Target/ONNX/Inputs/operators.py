# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Operators against PyTorch: values and gradients, in f64.

  operators.py --pc-run PC_RUN [--only REGEX] [--flip]

Each case is a model of one node, its inputs, and the same function in PyTorch.
Outputs and gradients by all float inputs must be within 1e-9 (relative L2: the
algorithm, not round-off); cotangents are random. --flip negates the reference
gradients, which must be noticed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

CASES = {}
rng = np.random.default_rng(0)


def case(function):
    CASES[function.__name__] = function
    return function


def floats(*shape):
    return rng.standard_normal(shape)


def node(op, inputs, outputs, domain="", **attributes):
    return helper.make_node(op, inputs, outputs, op, domain=domain, **attributes)


#===-----------------------------------------------------------------------===#
# Attention
#===-----------------------------------------------------------------------===#

@case
def attention_hides_a_whole_row():
    """No key is left for the first query: zeros, and no NaN in any gradient."""
    mask = np.array([[False, False, False], [True, False, True]])
    inputs = {"q": floats(1, 4, 2, 3), "k": floats(1, 2, 3, 3), "v": floats(1, 2, 3, 5),
              "mask": mask}

    def reference(q, k, v, mask):
        k, v = (x.repeat_interleave(2, dim=1) for x in (k, v))
        scores = torch.tanh(q @ k.transpose(2, 3) / 3 ** 0.5 / 2) * 2
        weights = torch.exp(scores) * mask
        return weights / weights.sum(-1, keepdim=True).clamp(min=1e-300) @ v
    return node("Attention", list(inputs), ["y"], softcap=2.0), inputs, reference, 24


@case
def tensor_scatter_wraps():
    inputs = {"cache": floats(2, 4, 3), "update": floats(2, 3, 3), "at": np.array([2, 0])}

    def reference(cache, update, at):
        result = cache.clone()
        for batch in range(2):
            for i in range(3):
                result[batch, (at[batch] + i) % 4] = update[batch, i]
        return result
    return (node("TensorScatter", list(inputs), ["y"], mode="circular"), inputs,
            reference, 24)


#===-----------------------------------------------------------------------===#
# Determinants and pools
#===-----------------------------------------------------------------------===#

def expand_by_minors(x):
    """A polynomial, whatever the rank."""
    if x.shape[-1] == 1:
        return x[..., 0, 0]
    total = 0
    for j in range(x.shape[-1]):
        rest = torch.cat([x[..., 1:, :j], x[..., 1:, j + 1:]], -1)
        total = total + (-1) ** j * x[..., 0, j] * expand_by_minors(rest)
    return total


@case
def det_of_singular_matrices():
    """Of rank n - 1 the gradient is not zero, of rank n - 2 it is."""
    x = np.round(floats(3, 4, 4) * 64) / 64  # sums of these are exact
    x[0, 3] = x[0, 1] + x[0, 2]
    x[1, 3] = x[1, 2] = x[1, 1]
    return node("Det", ["x"], ["y"]), {"x": x}, expand_by_minors, 11


@case
def det_of_larger_matrices():
    return node("Det", ["x"], ["y"]), {"x": floats(3, 9, 9)}, lambda x: torch.linalg.det(x), 22


@case
def max_pool_with_a_wide_kernel():
    def reference(x):
        padded = torch.nn.functional.pad(x, (100, 100), value=-np.inf)
        return torch.nn.functional.max_pool1d(padded, 300, 7)
    return (node("MaxPool", ["x"], ["y"], kernel_shape=[300], strides=[7], pads=[100, 100]),
            {"x": floats(1, 2, 4000)}, reference, 12)


@case
def average_pool_with_a_wide_kernel():
    def reference(x):
        return torch.nn.functional.avg_pool1d(x, 31, 3, 15, count_include_pad=False)
    return (node("AveragePool", ["x"], ["y"], kernel_shape=[31], strides=[3], pads=[15, 15]),
            {"x": floats(1, 1, 100)}, reference, 22)


#===-----------------------------------------------------------------------===#
# The runner
#===-----------------------------------------------------------------------===#

def save(path, name, array):
    with open(path, "wb") as file:
        file.write(numpy_helper.from_array(np.asarray(array), name).SerializeToString())


def load(path):
    tensor = onnx.TensorProto()
    with open(path, "rb") as file:
        tensor.ParseFromString(file.read())
    return tensor.name, numpy_helper.to_array(tensor)


def make_model(made, inputs, outputs, opset):
    def info(name, array):
        kind = helper.np_dtype_to_tensor_dtype(array.dtype) if hasattr(
            helper, "np_dtype_to_tensor_dtype") else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype]
        return helper.make_tensor_value_info(name, kind, array.shape)
    graph = helper.make_graph(
        [made], "g", [info(name, array) for name, array in inputs.items()],
        [info(name, array) for name, array in outputs.items()])
    opsets = [helper.make_opsetid("", opset)]
    if made.domain:
        opsets.append(helper.make_opsetid(made.domain, 1))
    return helper.make_model(graph, opset_imports=opsets)


def compare(what, found, expected):
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return [f"{what}: expected {expected.dtype}{expected.shape}, "
                f"got {found.dtype}{found.shape}"]
    scale = max(np.linalg.norm(expected.astype(np.float64).ravel()), 1e-300)
    gap = np.linalg.norm((found.astype(np.float64) - expected).ravel()) / scale
    return [] if gap <= 1e-9 else [f"{what}: relative distance {gap:.3g}"]


def run(pc_run, function, sign):
    made, inputs, reference, opset = function()
    tensors = {k: torch.tensor(v, requires_grad=v.dtype == np.float64)
               for k, v in inputs.items()}
    results = reference(**tensors)
    results = results if isinstance(results, (list, tuple)) else [results]
    names = [output for output in made.output if output]
    expected = {k: v.detach().numpy() for k, v in zip(names, results)}
    cotangents = {k: floats(*v.shape) for k, v in expected.items() if v.dtype == np.float64}
    total = sum((torch.tensor(cotangents[k]) * v).sum()
                for k, v in zip(names, results) if k in cotangents)
    if cotangents:
        total.backward()
    with tempfile.TemporaryDirectory() as work:
        data, out = os.path.join(work, "data"), os.path.join(work, "out")
        os.mkdir(data)
        path = os.path.join(work, "model.onnx")
        onnx.save(make_model(made, inputs, expected, opset), path)
        for i, (key, array) in enumerate(inputs.items()):
            save(os.path.join(data, f"input_{i}.pb"), key, array)
        for i, key in enumerate(names):
            if key in cotangents:
                save(os.path.join(data, f"cotangent_{i}.pb"), key, cotangents[key])
        command = [pc_run, path, "--data", data, "--out", out]
        command += ["--grad", "--schedule=fixed-exact"] if cotangents else []
        process = subprocess.run(command, capture_output=True, text=True)
        if process.returncode:
            return [process.stderr.strip()]
        failures = []
        for i, key in enumerate(names):
            found = load(os.path.join(out, f"output_{i}.pb"))[1]
            failures += compare(key, found, expected[key])
        found = dict(load(os.path.join(out, file)) for file in os.listdir(out)
                     if file.startswith("grad_"))
        for key, tensor in tensors.items():
            if not tensor.requires_grad or not cotangents:
                continue
            gradient = np.zeros(tensor.shape)
            if tensor.grad is not None:
                gradient = sign * tensor.grad.numpy()
            if key in found:
                failures += compare(f"gradient of {key}", found[key], gradient)
            elif np.any(gradient):
                failures.append(f"no gradient of {key}")
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pc-run", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--flip", action="store_true")
    options = parser.parse_args()
    failed = 0
    chosen = {name: f for name, f in CASES.items() if re.search(options.only, name)}
    for name, function in chosen.items():
        failures = run(options.pc_run, function, -1 if options.flip else 1)
        failed += bool(failures)
        print(f"{name}: {'; '.join(failures) or 'fine'}")
    print(f"{len(chosen) - failed} of {len(chosen)} fine")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
