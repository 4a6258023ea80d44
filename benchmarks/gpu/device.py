#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rates of compiled kernels on a device, and a learning step beside PyTorch.

    benchmarks/gpu/device.py                             # for hardware; minutes in software
    benchmarks/gpu/device.py --f32=256 --bf16=128        # a trial, on lavapipe too

A product of f32, one of bf16 with sums in f32 (on cooperative matrices where the device
has them), and a step of SGD of 784-256-256-10 with batch 64 by `fixed-exact`, all
through libpc_vulkan and by the clock, from the call to its return; PyTorch takes the same
step in turns, on CUDA where it has it, else on the CPU, and the report says which. Some
elements of each product are held against NumPy in f64, the first loss against PyTorch's.
Writes device.json into --out. Exit status: 0 all numbers are right (however long they
take), 1 one is not or a tool failed. Needs the packages of `scripts/install bench`.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import torch

from plans import Device, Plan

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE.parent / "cpu"))

import step_models

RATE = 0.01


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--f32", type=int, default=4096, metavar="N", help="of the product of N by N matrices")
    parser.add_argument("--bf16", type=int, default=8192, metavar="N")
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", metavar="DIR")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench", metavar="DIR")
    parser.add_argument("--plant", action="store_true", help="falsifier: runs on other numbers than it checks")
    return parser.parse_args()


def seconds(runs, turns):
    """By candidate the median of all turns, of which the first is not counted."""
    times = {name: [] for name in runs}
    for _ in range(turns + 1):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(values[1:]) for name, values in times.items()}


def compile_to_plan(args, source, name, *options):
    folder = args.out / f"device-{name}"
    subprocess.run([args.bin / "pc-compile", source, "--target=vulkan", "-o", folder, *options], check=True)
    return folder


def product(device, args, type, n):
    a, c = f"tensor<{n}x{n}x{type}>", f"tensor<{n}x{n}xf32>"
    source = args.out / f"product-{type}.mlir"
    source.write_text(f"""func.func @product(%a: {a}, %b: {a}) -> {c} {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : {c}
  %init = linalg.fill ins(%zero : f32) outs(%empty : {c}) -> {c}
  %m = linalg.matmul ins(%a, %b : {a}, {a}) outs(%init : {c}) -> {c}
  return %m : {c}
}}
""")
    folder = compile_to_plan(args, source, type, "--compile-from=tensor")
    plan = Plan(device, next(folder.glob("*.pcvk")).read_bytes())
    # Numbers that bf16 has: f32 with the lower half of the bits zero.
    draw = np.random.default_rng(0)
    bits = [draw.uniform(-1, 1, (n, n)).astype(np.float32).view(np.uint32) & np.uint32(0xffff0000) for _ in range(2)]
    wide = [b.view(np.float32) for b in bits]
    given = wide if type == "f32" else [(b >> 16).astype(np.uint16) for b in bits]
    plan.write_all([given[1], given[1]] if args.plant else given)
    took = seconds({"ours": plan.run}, args.turns)["ours"]
    rows = draw.integers(0, n, 4)
    want = wide[0][rows].astype(np.float64) @ wide[1].astype(np.float64)
    error = float(np.max(np.abs(plan.read(0)[rows] - want)) / np.max(np.abs(want)))
    plan.close()
    return {"name": f"{type} {n}³", "ms": 1e3 * took, "tflops": 2e-12 * n ** 3 / took, "error": error,
            "right": error <= 1e-5}


def learning_step(device, args):
    torch.manual_seed(0)
    model = dict(step_models.collect())["mlp256"]()
    path = args.out / "device-mlp.onnx"
    step_models.export(model, path)
    folder = compile_to_plan(args, path, "step", "--grad", "--optimizer=sgd", f"--rate={RATE}", f"--loss={model.loss}",
                             "--schedule=fixed-exact")
    plan = Plan(device, next(folder.glob("*step.pcvk")).read_bytes())
    values = {name: p.detach().numpy() for name, p in model.net.state_dict().items()}
    values |= {"x": model.x.numpy() + args.plant, "target": model.target.numpy()}
    plan.write(values)
    plan.run()
    loss = [name for name, shape in plan.ports[1] if not shape]
    where = "cuda" if torch.cuda.is_available() else "cpu"
    net, x, target = model.net.to(where), model.x.to(where), model.target.to(where)
    want = float(torch.nn.functional.cross_entropy(net(x), target))
    got = float(plan.read([name for name, _ in plan.ports[1]].index(loss[0])))
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)

    def run():
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(net(x), target).backward()
        optimizer.step()
        if where == "cuda":
            torch.cuda.synchronize()

    took = seconds({"ours": plan.run, "torch": run}, args.turns)
    plan.close()
    error = abs(got - want) / abs(want)
    return {"name": "step 784-256-256-10", "ms": 1e3 * took["ours"], "torch_ms": 1e3 * took["torch"],
            "torch_on": where, "ratio": took["ours"] / took["torch"], "error": error, "right": error <= 1e-4}


def main():
    args = parse_arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    device = Device(args.bin.parent / "lib/libpc_vulkan.so")
    print(device.name, flush=True)
    results = []
    for measure in (lambda: product(device, args, "f32", args.f32), lambda: product(device, args, "bf16", args.bf16),
                    lambda: learning_step(device, args)):
        results.append(measure())
        print(" ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in results[-1].items()), flush=True)
    report = args.out / "device.json"
    report.write_text(json.dumps({"device": device.name, "cases": results}, indent=1))
    wrong = sum(not r["right"] for r in results)
    print(f"{wrong} results are wrong" if wrong else f"every result is right ({report})")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (subprocess.CalledProcessError, RuntimeError, OSError) as error:
        print(f"device.py: {error}", file=sys.stderr)
        sys.exit(1)
