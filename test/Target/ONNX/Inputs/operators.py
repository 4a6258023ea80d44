# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Operators against PyTorch: values and gradients, in f64.

  operators.py --pc-run PC_RUN [--only REGEX] [--flip]

Each case is a model of one node, its inputs, and the same function in PyTorch.
Outputs and gradients by all float inputs must be within 1e-9 (relative L2: the
algorithm, not round-off); cotangents are random. --flip negates the reference
gradients, which must be noticed.
"""

import argparse
import itertools
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
# Samples of images
#===-----------------------------------------------------------------------===#

def grid_sample(mode, padding, aligned, image, grid):
    attributes = {"mode": mode, "padding_mode": padding, "align_corners": int(aligned)}
    torch_mode = {"linear": "bilinear", "cubic": "bicubic", "nearest": "nearest"}[mode]
    inputs = {"x": floats(*image), "grid": 1.3 * floats(*grid)}

    def reference(x, grid):
        return torch.nn.functional.grid_sample(x, grid, torch_mode, padding, aligned)
    return node("GridSample", ["x", "grid"], ["y"], **attributes), inputs, reference, 22


@case
def grid_sample_cubic():
    return grid_sample("cubic", "zeros", False, (2, 3, 4, 5), (2, 3, 2, 2))


@case
def grid_sample_cubic_at_the_border():
    return grid_sample("cubic", "border", False, (2, 3, 4, 5), (2, 3, 2, 2))


@case
def grid_sample_cubic_at_the_border_of_corners():
    return grid_sample("cubic", "border", True, (2, 1, 4, 5), (2, 3, 2, 2))


@case
def grid_sample_cubic_reflects():
    """Narrow enough that neighbours are reflected several times."""
    return grid_sample("cubic", "reflection", False, (1, 2, 2, 3), (1, 4, 3, 2))


@case
def grid_sample_cubic_reflects_at_corners():
    return grid_sample("cubic", "reflection", True, (1, 2, 2, 3), (1, 4, 3, 2))


@case
def grid_sample_cubic_of_one_pixel():
    return grid_sample("cubic", "reflection", True, (1, 2, 1, 3), (1, 2, 3, 2))


@case
def grid_sample_reflects():
    return grid_sample("linear", "reflection", False, (2, 3, 4, 5), (2, 3, 2, 2))


@case
def grid_sample_reflects_at_corners():
    return grid_sample("linear", "reflection", True, (2, 3, 4, 5), (2, 3, 2, 2))


@case
def grid_sample_of_a_volume():
    return grid_sample("linear", "border", True, (1, 2, 3, 4, 5), (1, 2, 3, 2, 3))


@case
def affine_grid():
    def reference(theta, size):
        return torch.nn.functional.affine_grid(theta, size.tolist(), align_corners=True)
    return (node("AffineGrid", ["theta", "size"], ["y"], align_corners=1),
            {"theta": floats(2, 2, 3), "size": np.array([2, 1, 3, 4])}, reference, 20)


@case
def deform_conv():
    inputs = {"x": floats(2, 4, 6, 5), "w": floats(6, 2, 3, 2), "offset": floats(2, 24, 3, 3),
              "b": floats(6), "mask": floats(2, 12, 3, 3)}

    def reference(x, w, offset, b, mask):
        rows, columns = torch.meshgrid(torch.arange(3) * 2 - 1, torch.arange(3) * 2 - 1,
                                       indexing="ij")
        taps = []
        for channel in range(4):
            for tap in range(6):
                at = channel // 2 * 6 + tap
                y = rows + tap // 2 + offset[:, 2 * at]
                x_ = columns + tap % 2 * 2 + offset[:, 2 * at + 1]
                grid = torch.stack([2 * x_ / 4 - 1, 2 * y / 5 - 1], -1)
                sample = torch.nn.functional.grid_sample(x[:, channel:channel + 1], grid,
                                                         align_corners=True)
                taps.append(sample[:, 0] * mask[:, at])
        taps = torch.stack(taps, 1).reshape(2, 2, 12, 3, 3)
        out = torch.einsum("ngkhw,gfk->ngfhw", taps, w.reshape(2, 3, 12))
        return out.reshape(2, 6, 3, 3) + b[:, None, None]
    return (node("DeformConv", list(inputs), ["y"], group=2, offset_group=2, strides=[2, 2],
                 pads=[1, 1, 1, 1], dilations=[1, 2]), inputs, reference, 22)


@case
def roi_align():
    inputs = {"x": floats(2, 3, 7, 8), "which": np.array([1, 0, 1]),
              "rois": np.array([[0.3, 1.1, 5.2, 4.7], [-2.2, 0.6, 3.1, 9.4], [1, 2, 1.3, 2.2]])}

    def reference(x, which, rois):
        def shares(low, high, cells, size):
            low, high = low / 2 - 0.5, high / 2 - 0.5
            steps = (torch.arange(cells * 2, dtype=torch.float64) + 0.5) / 2 / cells
            places = low[:, None] + (high - low)[:, None] * steps
            is_near = (places >= -1) & (places <= size)
            gaps = places.clamp(0, size - 1)[..., None] - torch.arange(size)
            tents = (1 - gaps.abs()).clamp(min=0) * is_near[..., None]
            return tents.reshape(len(low), cells, 2, size).mean(2)
        ys = shares(rois[:, 1], rois[:, 3], 3, 7)
        xs = shares(rois[:, 0], rois[:, 2], 4, 8)
        return torch.einsum("rchw,rih,rjw->rcij", x[which], ys, xs)
    return (node("RoiAlign", ["x", "rois", "which"], ["y"], output_height=3, output_width=4,
                 sampling_ratio=2, spatial_scale=0.5),
            {k: inputs[k] for k in ("x", "rois", "which")}, reference, 22)


@case
def roi_align_takes_the_largest():
    """Of the products of neighbours and shares; the regions are one pixel wide at least."""
    rois = np.array([[0.31, 1.13, 5.27, 4.79], [-2.23, 0.67, 3.19, 6.41], [1.07, 2.03, 1.3, 2.2]])
    inputs = {"x": floats(2, 3, 7, 8), "rois": rois, "which": np.array([1, 0, 1])}

    def locate(low, high, cells, cell, sample, size):
        extent = (high - low).clamp(min=1)
        place = low + (cell + (sample + 0.5) / 2) * extent / cells
        held = place.clamp(0, size - 1)
        pixels = [int(held.floor())]
        pixels += [pixels[0] + 1] if pixels[0] + 1 < size else []
        is_near = bool(-1 <= place <= size)
        return [(pixel, (1 - (held - pixel).abs()) * is_near) for pixel in pixels]

    def reference(x, rois, which):
        result = []
        for roi, image in zip(rois, which):
            for row, column in itertools.product(range(3), range(4)):
                parts = []
                for i, j in itertools.product(range(2), range(2)):
                    ys = locate(roi[1], roi[3], 3, row, i, 7)
                    xs = locate(roi[0], roi[2], 4, column, j, 8)
                    parts += [x[image, :, y, at] * share * other
                              for (y, share), (at, other) in itertools.product(ys, xs)]
                result.append(torch.stack(parts).max(0).values)
        return torch.stack(result).reshape(3, 3, 4, 3).permute(0, 3, 1, 2)
    return (node("RoiAlign", list(inputs), ["y"], output_height=3, output_width=4, mode="max",
                 sampling_ratio=2, coordinate_transformation_mode="output_half_pixel"),
            inputs, reference, 22)


#===-----------------------------------------------------------------------===#
# Trees
#===-----------------------------------------------------------------------===#

@case
def tree_ensemble():
    """Two trees, one of them a leaf alone, a set, and a value that is missing."""
    def tensor(values, dtype=np.float64):
        return numpy_helper.from_array(np.asarray(values, dtype))
    x = np.array([[0.5, 2], [0.5, 3], [1.5, 2], [np.nan, 7], [1.5, 9]])
    made = node("TreeEnsemble", ["x"], ["y"], domain="ai.onnx.ml", n_targets=2,
                aggregate_function=0, tree_roots=[0, 2], nodes_featureids=[0, 1, 0],
                nodes_modes=tensor([0, 6, 0], np.uint8), nodes_splits=tensor([1, 0, 0]),
                nodes_missing_value_tracks_true=[1, 0, 0], membership_values=tensor(
                    [2, 7, np.nan]),
                nodes_truenodeids=[1, 0, 3], nodes_falsenodeids=[2, 1, 3],
                nodes_trueleafs=[0, 1, 1], nodes_falseleafs=[1, 1, 1],
                leaf_targetids=[0, 1, 0, 1], leaf_weights=tensor([0.1, 0.2, 0.3, 10]))

    def reference(x):
        rows = [[0.1, 10], [0, 10.2], [0.3, 10], [0.1, 10], [0.3, 10]]
        return torch.tensor(rows, dtype=torch.float64) / 2 + 0 * torch.nan_to_num(x)
    return made, {"x": x}, reference, 20


#===-----------------------------------------------------------------------===#
# Transforms
#===-----------------------------------------------------------------------===#

@case
def dft_of_real_numbers():
    def reference(x, length, axis):
        return torch.view_as_real(torch.fft.rfft(x[..., 0], 9, dim=1))
    return (node("DFT", ["x", "length", "axis"], ["y"], onesided=1),
            {"x": floats(2, 7, 3, 1), "length": np.array(9), "axis": np.array(1)}, reference, 20)


@case
def dft_inverse():
    def reference(x, length, axis):
        return torch.view_as_real(torch.fft.ifft(torch.view_as_complex(x), dim=2))
    return (node("DFT", ["x", "length", "axis"], ["y"], inverse=1),
            {"x": floats(2, 3, 6, 2), "length": np.array(6), "axis": np.array(-2)}, reference, 20)


@case
def dft_of_half_a_spectrum():
    def reference(x, length, axis):
        return torch.fft.irfft(torch.view_as_complex(x), 7, dim=1)[..., None]
    return (node("DFT", ["x", "length", "axis"], ["y"], inverse=1, onesided=1),
            {"x": floats(2, 4, 3, 2), "length": np.array(7), "axis": np.array(1)}, reference, 20)


@case
def stft():
    def reference(signal, step, window):
        frames = signal[..., 0].unfold(1, 8, 3) * window
        return torch.view_as_real(torch.fft.rfft(frames))
    return (node("STFT", ["signal", "step", "window"], ["y"]),
            {"signal": floats(2, 30, 1), "step": np.array(3), "window": floats(8)}, reference, 17)


#===-----------------------------------------------------------------------===#
# Selections, running products, scattered updates
#===-----------------------------------------------------------------------===#

@case
def cumulative_product_with_zeros():
    x = floats(3, 5)
    x[1, 2] = x[2, 1] = x[2, 3] = 0
    return (node("CumProd", ["x", "axis"], ["y"]), {"x": x, "axis": np.array(1)},
            lambda x, axis: torch.cumprod(x, 1), 26)


def scatter(reduction, torch_name):
    inputs = {"x": floats(4, 3), "at": np.array([[0, 1, 3], [0, 1, 2], [0, 3, 2]]),
              "u": floats(3, 3)}
    return (node("ScatterElements", ["x", "at", "u"], ["y"], axis=0, reduction=reduction),
            inputs, lambda x, at, u: x.scatter_reduce(0, at, u, torch_name), 18)


@case
def scatter_products():
    return scatter("mul", "prod")


@case
def scatter_maxima():
    return scatter("max", "amax")


@case
def scatter_to_a_part():
    inputs = {"x": floats(4, 3), "at": np.array([[1, 0]]), "u": floats(1, 2)}
    return (node("ScatterElements", list(inputs), ["y"]), inputs,
            lambda x, at, u: x.scatter(0, at, u), 18)


@case
def scatter_nd_minima():
    inputs = {"x": floats(4, 3), "at": np.array([[2], [0], [2]]), "u": floats(3, 3)}

    def reference(x, at, u):
        return x.scatter_reduce(0, at.expand(3, 3), u, "amin")
    return node("ScatterND", list(inputs), ["y"], reduction="min"), inputs, reference, 18


@case
def compress():
    keep = np.array([True, False, True, True, False])
    return (node("Compress", ["x", "keep"], ["y"], axis=1), {"x": floats(2, 5), "keep": keep},
            lambda x, keep: x[:, keep], 11)


@case
def center_crop_pad():
    def reference(x, shape):
        return torch.nn.functional.pad(x[1:5], (1, 2))
    return (node("CenterCropPad", ["x", "shape"], ["y"]),
            {"x": floats(7, 4), "shape": np.array([4, 7])}, reference, 18)


@case
def reverse_sequence():
    def reference(x, lengths):
        rows = [torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(x, lengths)]
        return torch.stack(rows)
    return (node("ReverseSequence", ["x", "lengths"], ["y"], batch_axis=0, time_axis=1),
            {"x": floats(3, 4, 2), "lengths": np.array([1, 4, 3])}, reference, 10)


@case
def col2im():
    def reference(x, image, block):
        return torch.nn.functional.fold(x, (5, 6), (2, 3), (2, 1), (1, 2), (1, 2))
    return (node("Col2Im", ["x", "image", "block"], ["y"], dilations=[2, 1], pads=[1, 2, 1, 2],
                 strides=[1, 2]),
            {"x": floats(2, 12, 20), "image": np.array([5, 6]), "block": np.array([2, 3])},
            reference, 18)


@case
def max_pool_and_back():
    """Windows overlap, so that places repeat."""
    x = floats(1, 2, 7)
    at = torch.nn.functional.max_pool1d(torch.tensor(x), 3, 2, return_indices=True)[1]
    at = at + torch.tensor([0, 7]).reshape(1, 2, 1)

    def reference(y, at):
        flat = torch.zeros(14, dtype=y.dtype)
        for i, place in enumerate(at.flatten()):
            flat = torch.where(torch.arange(14) == place, y.flatten()[i], flat)
        return flat.reshape(1, 2, 7)
    return (node("MaxUnpool", ["y", "at"], ["z"], kernel_shape=[3], strides=[2]),
            {"y": floats(1, 2, 3), "at": at.numpy()}, reference, 22)


@case
def unique():
    x = np.array([[2.0, 1, 1], [0.5, 3, 3], [0.5, 3, 3]])
    return (node("Unique", ["x"], ["y", "first", "inverse", "counts"], axis=0), {"x": x},
            lambda x: (x[[1, 0]], torch.tensor([1, 0]), torch.tensor([1, 0, 0]),
                       torch.tensor([2, 1])), 11)


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
        opsets.append(helper.make_opsetid(made.domain, 5 if made.domain == "ai.onnx.ml" else 1))
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
