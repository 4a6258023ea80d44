# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the gradients of a circuit against exact ones, within its bound.

usage: check_gradients.py MODEL.onnx CIRCUIT SIMULATION [--loss mse|cross-entropy]
The oracle knows no derivative: it is the forward function in float64, and
central differences of it. With --strict it is the energy of the strict schedule,
the loss and half of the squared errors, and activities go down central
differences of it before those of the parameters are taken. Parameters and inputs
are the words of the circuit, so that their own rounding is no part of the error.
"""

import argparse
import math
import pathlib
import re

import numpy as np
import onnx
from onnx import helper


def windows(x, node, kernel, fill):
    """What the window of `node` shows: sample, channel, position, place in the window."""
    known = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    rank = len(kernel)
    steps, gaps = known.get("strides", [1] * rank), known.get("dilations", [1] * rank)
    pads = known.get("pads", [0] * 2 * rank)
    x = np.pad(x, [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:])], constant_values=fill)
    reach = [(k - 1) * gap + 1 for k, gap in zip(kernel, gaps)]
    shown = np.lib.stride_tricks.sliding_window_view(x, reach, axis=tuple(range(2, 2 + rank)))
    return shown[(slice(None), slice(None), *(slice(None, None, n) for n in [*steps, *gaps]))]


def convolve(node, x, w, b=np.zeros(1)):
    groups = next((helper.get_attribute_value(a) for a in node.attribute if a.name == "group"), 1)
    shown = windows(x, node, w.shape[2:], 0.0)
    shown = shown.reshape(len(x), groups, -1, *shown.shape[2:])
    filters = w.reshape(groups, -1, *w.shape[1:])
    y = np.einsum("ngcwj,gocj->ngow" if x.ndim == 3 else "ngchwij,gocij->ngohw", shown, filters)
    return y.reshape(len(x), len(w), *y.shape[3:]) + b.reshape(-1, *[1] * (x.ndim - 2))


def reduce(node, x, function):
    known = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    return function(x, axis=tuple(known["axes"]), keepdims=bool(known["keepdims"]))


def transpose(node, x):
    return np.transpose(x, helper.get_attribute_value(node.attribute[0]))


def pool(node, x, fill, reduce):
    """Without pads where it is a mean, whose divisor is the size of the window."""
    kernel = [helper.get_attribute_value(a) for a in node.attribute if a.name == "kernel_shape"][0]
    return reduce(windows(x, node, kernel, fill), axis=tuple(range(-len(kernel), 0)))


FUNCTIONS = {
    "Gemm": lambda _, a, w, b: a @ w.T + b,
    "Tanh": lambda _, a: np.tanh(a),
    "Relu": lambda _, a: np.maximum(a, 0),
    "Sigmoid": lambda _, a: 1 / (1 + np.exp(-a)),
    "Add": lambda _, a, b: a + b,
    "Sub": lambda _, a, b: a - b,
    "Mul": lambda _, a, b: a * b,
    "MatMul": lambda _, a, b: a @ b,
    "Transpose": transpose,
    "ReduceSum": lambda node, a: reduce(node, a, np.sum),
    "ReduceMean": lambda node, a: reduce(node, a, np.mean),
    "GlobalMaxPool": lambda _, a: a.max(axis=(2, 3), keepdims=True),
    "GlobalAveragePool": lambda _, a: a.mean(axis=(2, 3), keepdims=True),
    "Conv": convolve,
    "MaxPool": lambda node, a: pool(node, a, -np.inf, np.max),
    "AveragePool": lambda node, a: pool(node, a, 0.0, np.mean),
    "Flatten": lambda _, a: a.reshape(len(a), -1),
}


VIEWS = ("Flatten", "Transpose")  # part of the vertex that reads them


def norms_of(a):
    """The squares of each sample."""
    return (a.reshape(len(a), -1) ** 2).sum(axis=1)


def forward(graph, parameters, x, activities=()):
    """The model in float64, and half of the squared error of each activity."""
    values, energy = {graph.input[0].name: x, **parameters}, 0.0
    for node in graph.node:
        name = node.output[0]
        values[name] = FUNCTIONS[node.op_type](node, *(values[v] for v in node.input))
        if name in activities:
            energy = energy + norms_of(activities[name] - values[name]) / 2
            values[name] = activities[name]
    return values, energy


def losses_of(kind, y, t):
    """Of each sample."""
    if kind == "cross-entropy":
        y = y - y.max(axis=1, keepdims=True)
        return np.log(np.exp(y).sum(axis=1)) - y[np.arange(len(y)), t[:, 0]]
    return norms_of(y - t.reshape(y.shape))


def relax(activities, energies, step, iterations):
    """All activities at once down their energy, `energies` of each sample."""
    for _ in range(iterations):
        slopes = {}
        for name, value in activities.items():
            slopes[name] = np.zeros_like(value)
            words, slope = (a.reshape(len(a), -1) for a in (value, slopes[name]))
            for k in range(words.shape[1]):
                old = words[:, k].copy()
                words[:, k] = old + 1e-6
                up = energies()
                words[:, k] = old - 1e-6
                slope[:, k] = (up - energies()) / 2e-6
                words[:, k] = old
        for name, slope in slopes.items():
            activities[name] -= step * slope


def share(graph, parameter, step, iterations):
    """How much of its error has reached a vertex of a chain: P(Bin(T, step) >= edges)."""
    place = [i for i, node in enumerate(graph.node) if parameter in node.input][0]
    edges = len(graph.node) - 1 - place
    return 1 - sum(math.comb(iterations, k) * step**k * (1 - step)**(iterations - k)
                   for k in range(edges))


def decoder_of(circuit):
    """The numbers of words: fixed-point, or the bits of floats."""
    fixed = re.search(r"fixed<\d+, (\d+)>", circuit)
    if fixed:
        return lambda words: np.asarray(words) * 2.0 ** -int(fixed[1])
    return lambda words: np.asarray(words).astype(np.int32).view(np.float32).astype(np.float64)


def read_lines(path):
    """Rows of `name number value ...` as {number: {name: values}}."""
    result = {}
    for line in path.read_text().splitlines():
        name, number, *values = line.split()
        result.setdefault(int(number), {})[name] = np.array([float(v) for v in values])
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("circuit")
    parser.add_argument("simulation", type=pathlib.Path)
    parser.add_argument("--loss", default="mse")
    parser.add_argument("--scale", type=float, default=1.0, help="of the loss")
    parser.add_argument("--limit", type=float, default=64, help="of the median of bound / error")
    parser.add_argument("--strict", type=float, metavar="STEP", help="of activities that move")
    parser.add_argument("--step", type=float, default=1.0, help="of a chain that is not exact yet")
    args = parser.parse_args()
    circuit = pathlib.Path(args.circuit).read_text()
    decode = decoder_of(circuit)
    batch = int(re.search(r"batch\((\d+)\)", circuit)[1])
    names = re.findall(r'inputs \["(\w+)", "(\w+)"\]', circuit)[0]
    words, shapes, transposed = {}, {}, set()
    for name, rest in re.findall(r"pcflow\.weights @([\w.]+) \{(.*)\}", circuit):
        words[name] = np.array([float(w) for w in
                                re.search(r"array<i64: ([^>]*)>", rest)[1].split(",")])
        shape = [int(n) for n in re.search(r": tensor<([\dx]+)xf32>", rest)[1].split("x")]
        shapes[name] = shape
        if "transposed" in rest:  # in the memory, not in the model
            transposed.add(name)
            shapes[name] = shape[::-1]
    data = {name: np.loadtxt(args.simulation / "in" / f"{name}.txt") for name in names}
    gradients = read_lines(args.simulation / "gradients.txt")
    bounds = read_lines(args.simulation / "bounds.txt")
    weights = read_lines(args.simulation / "weights.txt")
    x = decode(data[names[0]])
    count = len(gradients) * batch
    graph = onnx.load(args.model).graph
    x = x.reshape(count, *[d.dim_value for d in graph.input[0].type.tensor_type.shape.dim[1:]])
    t = data[names[1]].reshape(count, -1)
    t = t.astype(int) if args.loss == "cross-entropy" else decode(t)

    iterations = int(re.search(r"iterations\((\d+)\)", circuit)[1])
    ratios, outside = [], {}
    for number in sorted(gradients):
        part = slice(number * batch, (number + 1) * batch)
        parameters = {n: decode(w.reshape(shapes[n])) for n, w in words.items()}
        seen = {n: w.T if n in transposed else w for n, w in parameters.items()}

        activities, output = {}, graph.output[0].name

        def energies():
            values, energy = forward(graph, seen, x[part], activities)
            return energy + args.scale * losses_of(args.loss, values[output], t[part])

        def loss():
            return energies().sum()

        if args.strict:
            values, _ = forward(graph, seen, x[part])
            activities = {node.output[0]: values[node.output[0]].copy() for node in graph.node
                          if node.output[0] != output and node.op_type not in VIEWS}
            relax(activities, energies, args.strict, iterations)

        for name, parameter in parameters.items():
            exact = np.zeros(parameter.size)
            flat = parameter.reshape(-1)
            for k in range(flat.size):
                old = flat[k]
                flat[k] = old + 1e-6
                up = loss()
                flat[k] = old - 1e-6
                exact[k] = (up - loss()) / 2e-6
                flat[k] = old
            if args.step != 1:
                exact *= share(graph, name, args.step, iterations)
            error = np.abs(gradients[number][name] - exact)
            bound = bounds[number][name]
            ratios += list((bound / np.maximum(error, 1e-12))[error > 0])  # zeros say nothing
            outside[name] = outside.get(name, 0) + int((error > bound).sum())
            print(f"{name} {number}: error {error.max():.1e}, bound {bound.max():.1e}, "
                  f"gradient {np.abs(exact).max():.1e}")
        words = {name: weights[number][name] for name in words}
    for name, bad in outside.items():
        if bad:
            print(f"outside of the bound: {bad} components of {name}")
    median = np.median(ratios)
    print(f"median of bound / error: {median:.0f}")
    if any(outside.values()):
        raise SystemExit("a gradient is outside of its bound")
    if median > args.limit:
        raise SystemExit("the bound says nothing")
    print("all gradients are inside of their bounds")


main()
