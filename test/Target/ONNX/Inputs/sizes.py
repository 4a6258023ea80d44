# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sizes that follow from what a model computes, against PyTorch: sizes.py NAME --pc-run BIN FOLDER.

sizes.py other FOLDER    changes the data of a case that was run, so that other sizes follow
sizes.py refused FILE    a model that no data makes supported"""

import pathlib
import sys

import numpy as np
import torch
from onnx import TensorProto, helper

import against_torch
from models import initializer, model, node, value

BOOL, INT64 = TensorProto.BOOL, TensorProto.INT64
X = np.array([0.75, -0.5, 0.25, -1.0, 1.5])
W = np.random.default_rng(0).normal(size=(5, 5))


def take(x, threshold, prefix):
    """Nodes that take the elements of `x` above a threshold."""
    return [node("Greater", [x, threshold], [prefix + "mask"], prefix + "compare"),
            node("NonZero", [prefix + "mask"], [prefix + "where"], prefix + "find"),
            node("Transpose", [prefix + "where"], [prefix + "places"], prefix + "turn", perm=[1, 0]),
            node("GatherND", [x, prefix + "places"], [prefix + "taken"], prefix + "take")]


def chain():
    """The second selection is made among what the first has taken, and its size is a number that is
    computed with; the third knows positions, the fourth is a branch that is chosen."""
    small, large = (helper.make_graph(
        take("a.taken", threshold, "i.") if name == "more"
        else [node("Concat", ["a.taken", "x"], ["j.both"], "j.join", axis=0)],
        name, [], [value("i.taken" if name == "more" else "j.both", None)])
        for name, threshold in (("more", "half"), ("less", None)))
    nodes = [node("MatMul", ["x", "w"], ["p"], "product"), node("Tanh", ["p"], ["h"], "tanh"),
             *take("h", "low", "a."), *take("a.taken", "high", "b."),
             node("Shape", ["b.taken"], ["count"], "count"),
             node("Cast", ["count"], ["factor"], "cast", to=TensorProto.FLOAT),
             node("Mul", ["b.taken", "factor"], ["scaled"], "scale"),
             node("Mul", ["h", "four"], ["wide"], "widen"), node("Round", ["wide"], ["steps"], "round"),
             node("Unique", ["steps"], ["levels", "first"], "levels"),
             node("Gather", ["h", "first"], ["firsts"], "firsts", axis=0),
             node("ReduceSum", ["a.taken"], ["sum"], "sum", keepdims=0),
             node("Greater", ["sum", "high"], ["is_more"], "more"),
             node("If", ["is_more"], ["chosen"], "if", then_branch=small, else_branch=large)]
    numbers = {"low": -0.5, "high": 0.1, "half": 0.5, "four": 4}

    def forward(x, w, **_):
        h = torch.tanh(x @ w)
        a = h[h > -0.5]
        b = a[a > 0.1]
        steps = torch.round(h.detach() * 4).tolist()
        firsts = [steps.index(level) for level in sorted(set(steps))]
        return [a, b * len(b), h[firsts], a[a > 0.5] if a.sum() > 0.1 else torch.cat([a, x])]
    return model(nodes, [value("x", [5])], [value(name, None) for name in (
        "a.taken", "scaled", "firsts", "chosen")],
        [initializer("w", W), *(initializer(name, np.array(v)) for name, v in numbers.items())]), forward, {"x": X}


def loop():
    """Each iteration drops what is too small for it, so that the next one has fewer elements."""
    body = helper.make_graph(
        [node("Cast", ["i"], ["step"], "read", to=TensorProto.FLOAT),
         node("Mul", ["step", "quarter"], ["least"], "least"),
         node("Greater", ["v", "least"], ["keep"], "above"),
         node("Compress", ["v", "keep"], ["kept"], "keep"), node("Sin", ["kept"], ["next"], "sin"),
         node("Identity", ["go"], ["goes"], "go")],
        "body", [value("i", [], INT64), value("go", [], BOOL), value("v", None)],
        [value("goes", [], BOOL), value("next", None)])
    nodes = [node("MatMul", ["x", "w"], ["p"], "product"),
             node("Loop", ["three", "", "p"], ["y"], "loop", body=body)]

    def forward(x, w, **_):
        v = x @ w
        for i in range(3):
            v = torch.sin(v[v > i / 4])
        return [v]
    return model(nodes, [value("x", [5])], [value("y", None)],
                 [initializer("w", W), initializer("quarter", np.array(0.25)),
                  initializer("three", np.array(3), np.int64)]), forward, {"x": X}


if __name__ == "__main__":
    if sys.argv[1] == "other":
        against_torch.write(pathlib.Path(sys.argv[2]) / "data/input_0.pb", (-X).astype(np.float32))
    elif sys.argv[1] == "refused":
        nodes = [node("Sin", ["x"], ["s"], "sin"), node("NonZero", ["s"], ["y"], "find"),
                 node("Frobnicate", ["s"], ["z"], "f")]
        made = model(nodes, [value("x", [5])], [value("y", None, INT64), value("z", None)])
        pathlib.Path(sys.argv[2]).write_bytes(made.SerializeToString())
    else:
        against_torch.main({"chain": chain, "loop": loop}, ([],))
