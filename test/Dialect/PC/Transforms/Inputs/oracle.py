# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a schedule through compiled code and holds it against known numbers.

The numbers of the scalar graph are those of Millidge, Tschantz and Buckley
(2020) in float64; the laws are in docs/Schedules.md.
"""

import os
import subprocess
import sys

BIN, WORK = sys.argv[1], sys.argv[2]
os.makedirs(WORK, exist_ok=True)
failures = 0


def check(what, condition):
    global failures
    failures += not condition
    print(("ok   " if condition else "FAIL ") + what)


def close(what, got, want, tolerance):
    error = abs(got - want) / max(abs(want), 1e-300)
    check(f"{what}: {got:.17g}, expected {want:.17g}, "
          f"relative error {error:.2g} <= {tolerance:g}", error <= tolerance)


def run(path, arguments, schedule="", loss="loss=mse reduction=sum", level=False,
        wrt="all", floats=None, entry="model_gradient", fold=False, edit=None, from_graph=False,
        edit_graph=None):
    """The results of @model_gradient (or @model_autodiff), a list of lists.

    `edit` changes the text of the module at the relaxation level, `edit_graph` that of
    the file; with `from_graph` it holds a graph already.
    """
    lowered = os.path.join(WORK, "lowered.mlir")
    passes = [f"-pc-change-float-type=type={floats}"] if floats else []
    if not from_graph:
        passes += [f"-pc-attach-loss={loss}", f"-pc-autodiff=wrt={wrt}", "-pc-build-graph"]
    passes += ["-pc-level-graph"] if level else []
    passes += [f"-pc-expand-inference={schedule} wrt={wrt}"]
    passes += ["-pc-fold-relaxation"] if fold else []
    passes += ["-pc-prune-wavefront"]
    lower = ["-pc-lower-vjp", "-convert-pc-to-linalg", "-canonicalize", "-cse",
             "-loop-invariant-code-motion"]
    with open(path) as file:
        text = file.read()
    text = subprocess.run([f"{BIN}/pc-opt", *passes], check=True, timeout=120,
                          input=edit_graph(text) if edit_graph else text,
                          stdout=subprocess.PIPE, text=True).stdout
    subprocess.run([f"{BIN}/pc-opt", *lower, "-o", lowered], check=True, timeout=120,
                   input=edit(text) if edit else text, text=True)
    out = subprocess.run(
        [f"{BIN}/pc-jit-test", lowered, f"-entry={entry}", "-digits=17",
         *[f"-arg={a}" for a in arguments]],
        check=True, timeout=120, capture_output=True, text=True).stdout
    return [[float(x) for x in line.split("=", 1)[1].split("(sum")[0].split()]
            for line in out.splitlines() if line.startswith("result")]


def arrived(iterations, step, depth):
    """c_0 .. c_depth after `iterations` updates."""
    c = [1.0] + [0.0] * depth
    for _ in range(iterations):
        c = [1.0] + [(1 - step) * c[k] + step * c[k - 1] for k in range(1, depth + 1)]
    return c


def finish():
    sys.exit(1 if failures else 0)
