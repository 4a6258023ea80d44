# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The scalar graph of the paper: how far the gradient of `fixed` is from that of
reverse mode, by the number of updates, for several step sizes."""

import json

import numpy as np
from onnx import TensorProto, numpy_helper

import plot
from tools import missing, relative

STEPS = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
# Derived by hand for v = 5, theta = 2 and a target of 1 (float64), see
# test/Dialect/PC/Transforms/Inputs/scalar_graph.py.
OUTPUT_COTANGENT = -1.111663792853065
GRADIENT_V, GRADIENT_THETA = -11.370532186715645, -0.879223533718
# Updates after which dL/dv is within 1e-3.
UPDATES = {0.02: 352, 0.05: 139, 0.1: 68, 0.2: 32, 0.5: 11, 1.0: 2}


def write_tensor(path, name, value):
    path.write_bytes(numpy_helper.from_array(np.array(value), name).SerializeToString())


def read_number(path):
    return float(numpy_helper.to_array(TensorProto.FromString(path.read_bytes())))


def measure(tools, model, data, step, iterations):
    """Relative errors (f64) of the gradients of v and theta."""
    report = data / f"report-{step}-{iterations}.json"
    tools.run("pc-verify", model, "--data", data, "--loss=mse", "--schedule=fixed",
              f"--step={step}", f"--iterations={iterations}", "--json", report)
    gradients = json.loads(report.read_text())["models"][0]["gradients"]
    report.unlink()
    return {g["name"]: g["f64"]["relative_l2"] for g in gradients}


def count_range(last, points):
    """Numbers of updates, evenly spread over their logarithm."""
    return sorted({round(last ** (i / (points - 1))) for i in range(points)})


def run(tools, root, folder, full, pool):
    model, data = root / "examples/scalar.mlir", folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    write_tensor(data / "input_0.pb", "v", 5.0)
    write_tensor(data / "cotangent_0.pb", "cotangent", OUTPUT_COTANGENT)
    tools.run("pc-run", model, "--grad", "--data", data, "--out", folder)
    found = [read_number(folder / f"grad_{i}.pb") for i in (0, 1)]

    points = 24 if full else 5
    wanted = {(step, t) for step in STEPS
              for t in [*count_range(UPDATES[step] * 2, points), UPDATES[step], UPDATES[step] - 1]}
    wanted = sorted(wanted)
    errors = dict(zip(wanted, pool.map(lambda w: measure(tools, model, data, *w), wanted)))
    write_table(folder / "divergence.csv", errors)
    lines = [plot.Line(f"step {step}", [(t, e["v"]) for (s, t), e in sorted(errors.items())
                                        if s == step], style=i + 1)
             for i, step in enumerate(STEPS)]
    plot.save(folder / "scalar.svg", [plot.Panel(
        "scalar graph: error of dL/dv", "updates", "relative error", lines,
        log_x=True, log_y=True)])
    return report(found, errors)


def write_table(path, errors):
    rows = [f"{step},{t},{e['v']!r},{e['theta']!r}" for (step, t), e in sorted(errors.items())]
    path.write_text("\n".join(["step,updates,error_v,error_theta", *rows, ""]))


def report(found, errors):
    checks = [(relative(found[0], GRADIENT_V) < 1e-12 and relative(found[1], GRADIENT_THETA) < 1e-11,
               f"`fixed-exact` gives dL/dv = {found[0]:.12f} and dL/dθ = {found[1]:.12f}")]
    for step, updates in UPDATES.items():
        enough, few = errors[step, updates]["v"], errors[step, updates - 1]["v"]
        checks.append((enough <= 1e-3 < few,
                       f"step {step}: within 1e-3 after {updates} updates and not before "
                       f"({few:.2e}, then {enough:.2e})"))
    # One path of two hops leads from the output to theta: its error is q_2.
    worst = max(abs(e["theta"] - missing(2, t, step)) for (step, t), e in errors.items())
    checks.append((worst < 1e-12, "the error of dL/dθ is P(Bin(T, η) < 2) "
                                  f"(to {worst:.0e}, {len(errors)} settings)"))
    text = ("y = tan(√(θv)) + sin(v²) with v = 5 and θ = 2, in f64. Errors are relative to "
            "reverse mode; they do not depend on the target.")
    return {"title": "Scalar graph", "text": text, "figure": "scalar.svg", "rows": None,
            "checks": checks}
