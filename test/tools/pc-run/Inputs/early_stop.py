# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ends relaxations early, and knows after which iteration.

    early_stop.py PC-RUN MODEL FOLDER OPTION...
"""

import filecmp
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import numpy_helper

RUN, MODEL, FOLDER = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
OPTIONS = sys.argv[4:]
STEP = 0.1
GRADIENTS = ("w1", "w2", "w3")

draw = np.random.default_rng(1)
X, W1, W2, W3, COTANGENT = (
    (draw.normal(size=shape) * scale).astype(np.float32)
    for shape, scale in (((8, 6), 1), ((6, 16), .5), ((16, 12), .4), ((12, 3), .4), ((8, 3), 1)))


def check(what, condition):
    print(("ok   " if condition else "FAIL ") + what)
    if not condition:
        sys.exit(1)


def relax(tolerance, most, strength):
    """Iterations and gradients of y = tanh(tanh(x w1) w2) w3, loss sum(c y)."""
    x, w1, w2, w3, b = (a.astype(np.float64) for a in (X, W1, W2, W3, strength * COTANGENT))
    mu = [np.tanh(x @ w1)]
    v = [mu[0], np.tanh(mu[0] @ w2)]

    def evaluate():
        k = np.tanh(v[0] @ w2)
        errors = [mu[0] - v[0], k - v[1]]
        return errors, [errors[1] * (1 - k * k), b]

    for count in range(1, most + 1):
        errors, sent = evaluate()
        slopes = [errors[0] - sent[0] @ w2.T, errors[1] - sent[1] @ w3.T]
        v = [activity + STEP * slope for activity, slope in zip(v, slopes)]
        largest = max(np.abs(slope).max() for slope in slopes)
        # The same in float32, where the last digits are others.
        assert abs(largest / tolerance - 1) > 1e-4
        if largest <= tolerance:
            break
    errors, sent = evaluate()
    return count, (x.T @ (errors[0] * (1 - mu[0] ** 2)), v[0].T @ sent[0], v[1].T @ sent[1])


def run(out, schedule, *options):
    subprocess.run([RUN, MODEL, "--data", FOLDER / "in", "--out", FOLDER / out, "--grad",
                    "--schedule=" + schedule, f"--step={STEP}", *options, *OPTIONS],
                   check=True, timeout=300)
    return FOLDER / out


def read(folder):
    tensors = [onnx.TensorProto.FromString(file.read_bytes())
               for file in sorted(folder.glob("grad_*.pb"))]
    named = {tensor.name: numpy_helper.to_array(tensor) for tensor in tensors}
    return [named[name] for name in GRADIENTS]


def are_same(a, b):
    names = sorted(file.name for file in a.iterdir())
    return names == sorted(file.name for file in b.iterdir()) and not any(
        filecmp.cmpfiles(a, b, names, shallow=False)[1:])


def hold(folder, gradients, what):
    """2e-5: some hundred iterations in float32."""
    for name, got, want in zip(GRADIENTS, read(folder), gradients):
        error = np.linalg.norm(got - want) / max(np.linalg.norm(want), 1e-30)
        check(f"{what}: {name} is {error:.2g} from NumPy's", error < 2e-5)


(FOLDER / "in").mkdir(parents=True, exist_ok=True)
for name, array in (("input_0", X), ("input_1", W1), ("input_2", W2), ("input_3", W3),
                    ("cotangent_0", COTANGENT)):
    (FOLDER / "in" / (name + ".pb")).write_bytes(
        numpy_helper.from_array(array, name).SerializeToString())

# Early, never, at once.
for tolerance, most in ((.1, 200), (1e-6, 30), (3, 30)):
    what = f"tolerance {tolerance}, at most {most}"
    count, gradients = relax(tolerance, most, 1)
    stopped = run("stopped", "strict", f"--tolerance={tolerance}", f"--iterations={most}")
    check(f"{what}: as {count} iterations",
          are_same(stopped, run("counted", "strict", f"--iterations={count}")))
    hold(stopped, gradients, what)
    check(f"{what}: not as {count + 1} iterations",
          not are_same(stopped, run("counted", "strict", f"--iterations={count + 1}")))

# A nudge scales the slopes with the loss. The two of `centred-nudged` end apart.
up, gradients = relax(.01, 200, .5)
stopped = run("nudged", "nudged", "--beta=0.5", "--tolerance=0.01", "--iterations=200")
hold(stopped, [2 * g for g in gradients], f"nudged, {up} iterations")
down, other = relax(.01, 200, -.5)
check(f"{up} and {down} iterations", up != down)
stopped = run("centred", "centred-nudged", "--beta=0.5", "--tolerance=0.01", "--iterations=200")
hold(stopped, [g - h for g, h in zip(gradients, other)], "centred-nudged")
