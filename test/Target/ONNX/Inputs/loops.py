# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loops and gradients inside of models against PyTorch: loops.py NAME --pc-run BIN FOLDER.

Each model runs unrolled, a copy of the body for each iteration, and rolled, one loop inside of a
vertex, which keeps all iterations for the gradient or every third one. Values and gradients, in f64,
are those of PyTorch's autograd."""

import numpy as np
import torch

import against_torch
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


ACTIVATIONS = {
    "Sigmoid": lambda x, a, b: torch.sigmoid(x), "Tanh": lambda x, a, b: torch.tanh(x),
    "Relu": lambda x, a, b: torch.relu(x), "Affine": lambda x, a, b: a * x + b,
    "LeakyRelu": lambda x, a, b: torch.nn.functional.leaky_relu(x, a),
    "ThresholdedRelu": lambda x, a, b: torch.where(x >= a, x, 0 * x),
    "ScaledTanh": lambda x, a, b: a * torch.tanh(b * x),
    "HardSigmoid": lambda x, a, b: torch.clamp(a * x + b, 0, 1),
    "Elu": lambda x, a, b: torch.nn.functional.elu(x, a),
    "Softsign": lambda x, a, b: torch.nn.functional.softsign(x),
    "Softplus": lambda x, a, b: torch.nn.functional.softplus(x)}


def recurrent(kind, functions, direction="forward", lengths=(4, 2), clip=1e9, layout=0,
              linear_before_reset=0, input_forget=0):
    """`functions`: name, alpha and beta (None: not read) of each activation of each direction. The
    reference is written from the equations of the operators' pages."""
    directions = 2 if direction == "bidirectional" else 1
    attributes = {"direction": direction, "layout": layout, "activations": [f[0] for f in functions]}
    for i, name in ((1, "activation_alpha"), (2, "activation_beta")):
        if any(f[i] is not None for f in functions):
            attributes[name] = [float(f[i]) for f in functions if f[i] is not None]
    if clip < 1e9:
        attributes["clip"] = clip
    if kind == "GRU":
        attributes["linear_before_reset"] = linear_before_reset
    if input_forget:
        attributes["input_forget"] = input_forget
    each = len(functions) // directions

    def run(d, x, w, r, b, h, c, p):
        def f(i, v):
            name, alpha, beta = functions[d * each + i]
            return ACTIVATIONS[name](torch.clamp(v, -clip, clip), alpha, beta)
        gates = w.shape[0] // 2
        wb, rb = b[:2 * gates], b[2 * gates:]
        outputs = [None] * 4
        backward = direction == "reverse" or d == 1
        for t in (reversed(range(4)) if backward else range(4)):
            i, o = x[t] @ w.T + wb, h @ r.T
            if kind == "RNN":
                h1, c1 = f(0, i + o + rb), c
            elif kind == "GRU":
                z = f(0, i[:, :2] + o[:, :2] + rb[:2])
                q = f(0, i[:, 2:4] + o[:, 2:4] + rb[2:4])
                inner = (q * (o[:, 4:] + rb[4:]) if linear_before_reset
                         else (q * h) @ r[4:].T + rb[4:])
                h1, c1 = (1 - z) * f(1, i[:, 4:] + inner) + z * h, c
            else:
                s = i + o + rb
                gate = f(0, s[:, :2] + p[:2] * c)
                forget = 1 - gate if input_forget else f(0, s[:, 4:6] + p[4:] * c)
                c1 = forget * c + gate * f(1, s[:, 6:])
                h1 = f(0, s[:, 2:4] + p[2:4] * c1) * f(2, c1)
            runs = torch.tensor([[t < length] for length in lengths])
            outputs[t] = torch.where(runs, h1, torch.zeros_like(h1))
            h, c = torch.where(runs, h1, h), torch.where(runs, c1, c)
        return torch.stack(outputs), h, c

    def forward(x, lengths, h, w, r, b, c=None, p=None):
        if layout:
            x, h, c = (v if v is None else v.transpose(0, 1) for v in (x, h, c))
        parts = [run(d, x, w[d], r[d], b[d], h[d], h[d] if c is None else c[d],
                     None if p is None else p[d]) for d in range(directions)]
        y, last, memory = (torch.stack(part, 1 if i == 0 else 0) for i, part in enumerate(zip(*parts)))
        if layout:
            y, last, memory = y.permute(2, 0, 1, 3), last.transpose(0, 1), memory.transpose(0, 1)
        return [y, last, memory] if kind == "LSTM" else [y, last]
    draw = np.random.default_rng(0)
    model = models.recurrent(kind, directions, **attributes)
    inputs = {v.name: draw.normal(size=[d.dim_value for d in v.type.tensor_type.shape.dim])
              for v in model.graph.input}
    inputs["lengths"] = np.array(lengths, np.int32)
    return model, forward, inputs


def plain(*names):
    return [(name, None, None) for name in names]


RECURRENT = {
    "rnn": lambda: recurrent("RNN", plain("Softplus", "Softsign"), "bidirectional", layout=1),
    "rnn-threshold": lambda: recurrent("RNN", [("ThresholdedRelu", 0.3, None)], "reverse"),
    "rnn-affine": lambda: recurrent("RNN", [("Affine", 0.5, 0.25)], clip=0.75),
    "gru": lambda: recurrent("GRU", [("HardSigmoid", 0.25, 0.375), ("ScaledTanh", 1.5, 0.5),
                                     ("Sigmoid", None, None), ("Elu", 0.5, None)], "bidirectional",
                             linear_before_reset=1),
    "gru-reset": lambda: recurrent("GRU", plain("Sigmoid", "Tanh"), "reverse", (3, 4), layout=1),
    "lstm": lambda: recurrent("LSTM", [("Sigmoid", None, None), ("LeakyRelu", 0.125, None),
                                       ("Tanh", None, None)] * 2, "bidirectional", clip=0.875),
    "lstm-coupled": lambda: recurrent("LSTM", plain("Sigmoid", "Tanh", "Tanh"), input_forget=1),
    "lstm-full": lambda: recurrent("LSTM", plain("Sigmoid", "Relu", "Tanh"), "reverse", (4, 4), layout=1)}
CASES = {**RECURRENT, "gradient": gradient, "loop": lambda: bounded_loop(1.0), "no-loop": lambda: bounded_loop(11.0), "scan": scan,
         "old-scan": old_scan, "then": lambda: sequence_branches(True),
         "else": lambda: sequence_branches(False)}
FORMS = (["--unroll=256"], ["--unroll=0"], ["--unroll=0", "--checkpoint=3"])

if __name__ == "__main__":
    against_torch.main(CASES, FORMS)
