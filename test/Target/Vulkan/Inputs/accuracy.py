# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions of f32 on a device of Vulkan against f64, in units in the last place.

    accuracy.py [--plant] SOURCE BIN LIBRARY FOLDER

60,000 numbers between -10 and 10, half of them spread over the orders of magnitude
down to 1e-13; exp and expm1 also near their bounds. Results that are smaller than
normal numbers are left out: a device may take them for zero. With --plant exp2 of
x / log 2, rounded, stands for exp."""

import math
import pathlib
import subprocess
import sys

import numpy as np

plant = sys.argv[1] == "--plant"
source, binaries, library, folder = sys.argv[1 + plant:]
sys.path.append(f"{source}/benchmarks/gpu")

import plans

COUNT = 60000
MOST = 4.0
FUNCTIONS = {"exp": math.exp, "expm1": math.expm1, "log1p": math.log1p, "log": math.log, "erf": math.erf,
             "tanh": math.tanh}


def numbers(name):
    draw = np.random.default_rng(0)
    x = np.concatenate([draw.uniform(-10, 10, COUNT // 2),
                        draw.choice([-1, 1], COUNT // 2) * 10 ** draw.uniform(-13, 1, COUNT // 2)])
    if name in ("exp", "expm1"):
        x[:COUNT // 4] *= 8.8
    if name == "log1p":
        x = np.maximum(x, -0.999)
    return (np.abs(x) if name == "log" else x).astype(np.float32)


def code(name):
    op = f"%y = math.{name} %x : tensor<{COUNT}xf32>"
    if plant and name == "exp":
        op = f"""%c = arith.constant dense<1.44269504> : tensor<{COUNT}xf32>
  %z = arith.mulf %x, %c : tensor<{COUNT}xf32>
  %y = math.exp2 %z : tensor<{COUNT}xf32>"""
    return f"""func.func @{name}(%x: tensor<{COUNT}xf32>) -> tensor<{COUNT}xf32> {{
  {op}
  return %y : tensor<{COUNT}xf32>
}}
"""


def distance(name, x, y):
    """The largest error, in units in the last place of the result."""
    exact = np.array([FUNCTIONS[name](float(v)) for v in x])
    normal = np.abs(exact) >= np.finfo(np.float32).tiny
    unit = np.spacing(np.abs(exact[normal]).astype(np.float32)).astype(np.float64)
    return np.max(np.abs(y.astype(np.float64)[normal] - exact[normal]) / unit)


def main():
    out = pathlib.Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    (out / "f.mlir").write_text("".join(map(code, FUNCTIONS)))
    subprocess.run([f"{binaries}/pc-compile", "--compile-from=tensor", "--target=vulkan", "-o", out, out / "f.mlir"],
                   check=True)
    device = plans.Device(library)
    for name in FUNCTIONS:
        plan = plans.Plan(device, (out / f"f_{name}.pcvk").read_bytes())
        x = numbers(name)
        plan.write_all([x])
        plan.run()
        worst = distance(name, x, plan.read(0))
        print(f"{name}: {worst:.1f}{'' if worst <= MOST else ' wrong'}")
        plan.close()


main()
