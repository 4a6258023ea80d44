# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fixed prediction, levelling and z-il on a graph with skips.

The closed form is worked out here by hand: the Jacobians of the six vertices
and, for each, the sum over its paths of the product of Jacobians times c_k.
"""

import math
import sys

import oracle
from oracle import arrived, check, close

MODEL = sys.argv[3]
X, W1, W2, W3 = 0.8, 0.9, -1.2, 0.7
TARGET = 0.4
ARGUMENTS = [X, W1, W2, W3, TARGET]


def run(schedule="", **options):
    """Gradients of w1, w2, w3; all elements are equal."""
    return [g[0] for g in oracle.run(MODEL, ARGUMENTS, schedule, wrt="parameters", **options)[-3:]]


a = math.tanh(X * W1)
b = math.sin(a * W2)
c = b * a
d = math.exp(c * W3)
e = d * b
f = e * a
# child -> parent: df_child / dv_parent
JACOBIAN = {"b": {"a": math.cos(a * W2) * W2}, "c": {"b": a, "a": b}, "d": {"c": d * W3},
            "e": {"d": b, "b": d}, "f": {"e": a, "a": e}}
LOCAL = {"w1": ("a", (1 - a * a) * X), "w2": ("b", math.cos(a * W2) * a), "w3": ("d", d * c)}
SEED = 2 * (f - TARGET)


def paths(vertex):
    """(length, product of Jacobians) of each path from `vertex` to f."""
    if vertex == "f":
        return [(0, 1.0)]
    return [(length + 1, product * parents[vertex])
            for child, parents in JACOBIAN.items() if vertex in parents
            for length, product in paths(child)]


def law(coefficient):
    """Gradients of w1, w2, w3 when a path of k edges has arrived to coefficient(k)."""
    return [local * SEED * sum(coefficient(k) * product for k, product in paths(vertex))
            for vertex, local in LOCAL.values()]


DEPTH = max(k for k, _ in paths("a"))
check(f"depth {DEPTH}", DEPTH == 5)
exact = law(lambda k: 1.0)
# 1e-12: sums of at most five paths that do not cancel.
for name, got, reverse, want in zip(LOCAL, run(), run(entry="model_autodiff"), exact):
    close(f"fixed-exact, {name}", got, want, 1e-12)
    close(f"autodiff, {name}", reverse, want, 1e-12)
for step, count in ((.3, 4), (.3, 12), (1, 3), (1.6, 9)):
    coefficients = arrived(count, step, DEPTH)
    for name, got, want in zip(LOCAL, run(f"schedule=fixed step={step} iterations={count}"),
                               law(lambda k: coefficients[k])):
        close(f"step {step}, {count} updates, {name}", got, want, 1e-12)

short = run(f"schedule=fixed step=1 iterations={DEPTH - 1}")
check(f"T = D - 1 misses the longest path: {short[0]:.6g} for {exact[0]:.6g}",
      abs(short[0] / exact[0] - 1) > 1e-3)

for name, got, want in zip(LOCAL, run("schedule=z-il", level=True), exact):
    close(f"z-il levelled, {name}", got, want, 1e-12)
unlevelled = run("schedule=z-il allow-unlevelled=true")
check(f"z-il unlevelled is wrong: {unlevelled} for {exact}",
      max(abs(g / w - 1) for g, w in zip(unlevelled, exact)) > 1e-2)

for name, got, want in zip(LOCAL, run("schedule=fixed step=0.3 iterations=6 debias=true", level=True),
                           exact):
    close(f"debias on the levelled graph, {name}", got, want, 1e-12)

oracle.finish()
