#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""CPU time of compiled kernels beside hand-written GLSL, on lavapipe.

    benchmarks/gpu/kernels.py                            # a minute
    benchmarks/gpu/kernels.py --update docs/GPU.md

All candidates of a case run in turns, in one process, through libpc_vulkan; on
lavapipe the process does the work of the device, so its CPU time is that of the kernels.
A ratio is the median of the ratios of the turns. Every result is first held against
NumPy in f64. The relaxation is strict, of 784-256-10 with tanh and batch 64; of the
compiled gradient, what 64 iterations take more than one does, for 64 of them; "recorded" is
a dispatch for each op of each iteration, as without pc-gpu-persist-loops; "by address" takes
addresses of buffers in place of descriptors. "Early stop" is the same recorded relaxation with a
tolerance that it meets after a quarter of its iterations ("ended"), or never ("asked"): what all
iterations behind the first one take. Writes kernels.json and kernels.md into --out.
Exit status: 0 all numbers are right (however long they take), 1 one is not or a tool failed.
Needs the packages of `scripts/install bench`.
"""

import argparse
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

from plans import Buffer, Device, Dispatch, Plan, compile_shader, encode

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE.parent / "cpu"))

import pages

N = 512
S, I, H, O = 64, 784, 256, 10
ITERATIONS, STEP = 64, 0.1
STOP = ITERATIONS // 4
ADDRESSED = ["--device-profile=addressed"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=15, help="measurements of each candidate")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", metavar="DIR")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench", metavar="DIR")
    parser.add_argument("--update", type=pathlib.Path, metavar="FILE", help="also put the table into a page")
    parser.add_argument("--plant", action="store_true", help="falsifier: runs on other numbers than it checks")
    return parser.parse_args()


#===------------------------------------------------------------------------===#
# Compiled functions
#===------------------------------------------------------------------------===#


def product(name, left, right, shapes, extra="", result="%m"):
    a, b, c = (f"tensor<{m}x{n}xf32>" for m, n in shapes)
    maps = ", ".join(f"affine_map<(i, j, k) -> ({m})>" for m in (left, right, "i, j"))
    bias = f', %bias: tensor<{shapes[2][1]}xf32> {{pc.name = "bias"}}' if extra else ""
    return f"""
func.func @{name}(%a: {a} {{pc.name = "a"}}, %b: {b} {{pc.name = "b"}}{bias}) -> {c} {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : {c}
  %init = linalg.fill ins(%zero : f32) outs(%empty : {c}) -> {c}
  %m = linalg.matmul indexing_maps = [{maps}] ins(%a, %b : {a}, {b}) outs(%init : {c}) -> {c}{extra}
  return {result} : {c}
}}
"""


def activation(rows, columns, source, bias, result, op):
    """op(source + bias) by rows."""
    t = f"tensor<{rows}x{columns}xf32>"
    body = {"tanh": "    %t = math.tanh %s : f32\n    linalg.yield %t : f32", "": "    linalg.yield %s : f32"}[op]
    return f"""
  {result}e = tensor.empty() : {t} loc("{result}")
  {result} = linalg.generic {{indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
    iterator_types = ["parallel", "parallel"]}} ins({source}, {bias} : {t}, tensor<{columns}xf32>) outs({result}e : {t}) {{
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
{body}
  }} -> {t} loc("{result}")"""


def functions():
    square = [(N, N)] * 3
    layer = product("layer", "i, k", "k, j", [(S, I), (I, H), (S, H)], activation(S, H, "%m", "%bias", "%y", "tanh"), "%y")
    return (product("nn", "i, k", "k, j", square) + product("nt", "i, k", "j, k", square) +
            product("tn", "k, i", "k, j", square) + layer)


def model():
    """Two vertices: the ops of a layer have one location."""
    maps = ", ".join(f"affine_map<(i, j, k) -> ({m})>" for m in ("i, k", "j, k", "i, j"))

    def affine(x, w, size, name):
        inputs, outputs = size
        t = f"tensor<{S}x{outputs}xf32>"
        return f"""
  {name}0 = tensor.empty() : {t} loc("{name}")
  {name}1 = linalg.fill ins(%zero : f32) outs({name}0 : {t}) -> {t} loc("{name}")
  {name}2 = linalg.matmul indexing_maps = [{maps}] ins({x}, {w} : tensor<{S}x{inputs}xf32>, tensor<{outputs}x{inputs}xf32>) outs({name}1 : {t}) -> {t} loc("{name}")"""
    parameter = lambda name, type: f'%{name}: tensor<{type}xf32> {{pc.name = "{name}", pc.role = "parameter"}}'
    return f"""func.func @model(%x: tensor<{S}x{I}xf32> {{pc.name = "x", pc.role = "input"}}, {parameter("w1", f"{H}x{I}")},
    {parameter("b1", H)}, {parameter("w2", f"{O}x{H}")}, {parameter("b2", O)})
    -> (tensor<{S}x{O}xf32> {{pc.name = "y", pc.role = "output"}}) {{
  %zero = arith.constant 0.0 : f32{affine("%x", "%w1", (I, H), "%h")}{activation(S, H, "%h2", "%b1", "%h", "tanh")}{affine("%h", "%w2", (H, O), "%y")}{activation(S, O, "%y2", "%b2", "%y", "")}
  return %y : tensor<{S}x{O}xf32>
}}
"""


def compile_plans(args):
    (args.out / "kernels.mlir").write_text(functions())
    (args.out / "relax.mlir").write_text(model())
    tool = args.bin / "pc-compile"
    plans = {}
    for suffix, profile in (("", []), (" by address", ADDRESSED)):
        folder = args.out / f"kernels{suffix}"
        subprocess.run([tool, args.out / "kernels.mlir", "--compile-from=tensor", "--target=vulkan", "-o", folder,
                        *profile], check=True)
        plans |= {path.stem.removeprefix("kernels_") + suffix: path.read_bytes() for path in folder.glob("*.pcvk")}
    listed = ["--without=pc-gpu-persist-loops"]
    for name, iterations, more in (("all", ITERATIONS, []), ("listed", ITERATIONS, listed), ("one", 1, []),
                                   ("listed by address", ITERATIONS, listed + ADDRESSED),
                                   ("ended", ITERATIONS, [f"--tolerance={tolerance(STOP)}"]),
                                   ("asked", ITERATIONS, [f"--tolerance={tolerance(ITERATIONS + 1)}"])):
        folder = args.out / f"relax-{name}"
        subprocess.run([tool, args.out / "relax.mlir", "--loss=mse", "--schedule=strict", f"--iterations={iterations}",
                        f"--step={STEP}", "--grad", "--target=vulkan", "-o", folder, *more], check=True)
        plans[name] = next(folder.glob("*gradient.pcvk")).read_bytes()
    return plans


#===------------------------------------------------------------------------===#
# Hand-written ones
#===------------------------------------------------------------------------===#


def argument(name, *shape):
    return Buffer(shape, "argument", name)


def hand_matmul(folder):
    a, b, c = argument("a", N, N), argument("b", N, N), Buffer((N, N), "result", "c")
    shaders = {"matmul": compile_shader(HERE / "matmul.comp", folder, {"N": N, "UNROLL": 2})}
    return encode([a, b, c], shaders, [Dispatch("matmul", (N // 64, N // 32, 1), [a, b, (c, "w")])])


def hand_layer(folder):
    x, w, b, y = argument("a", S, I), argument("b", I, H), argument("bias", H), Buffer((S, H), "result", "y")
    shaders = {"layer": compile_shader(HERE / "layer.comp", folder, {"N": H, "K": I})}
    return encode([x, w, b, y], shaders, [Dispatch("layer", (H // 64, S // 16, 1), [x, w, b, (y, "w")])])


def relax_buffers():
    return (argument("m", S, H), argument("w2", O, H), argument("b2", O), argument("target", S, O),
            Buffer((S, H), "result", "d"))


SIZES = {"S": S, "H": H, "O": O, "T": ITERATIONS, "ETA": STEP}


def hand_recorded(folder):
    m, w, b, t, d = relax_buffers()
    start, e = argument("d", S, H), Buffer((S, O))
    shaders = {name: compile_shader(HERE / f"relax_{name}.comp", folder, SIZES) for name in ("start", "predict", "update")}
    dispatches = [Dispatch("start", (S * H // 256, 1, 1), [start, (d, "w")])]
    for _ in range(ITERATIONS):
        dispatches.append(Dispatch("predict", (-(-S * O // 64), 1, 1), [m, d, w, b, t, (e, "w")], "memory"))
        dispatches.append(Dispatch("update", (S * H // 256, 1, 1), [e, w, (d, "rw")], "memory"))
    return encode([m, w, b, t, d, start, e], shaders, dispatches)


def hand_persistent(folder):
    m, w, b, t, d = relax_buffers()
    shaders = {"persistent": compile_shader(HERE / "relax_persistent.comp", folder, SIZES)}
    return encode([m, w, b, t, d], shaders, [Dispatch("persistent", (S, 1, 1), [m, w, b, t, (d, "w")])])


#===------------------------------------------------------------------------===#
# Numbers
#===------------------------------------------------------------------------===#


def relax(v, iterations):
    """Displacements after so many iterations, the error of the output, and the slope of the last one."""
    m = np.tanh(v["x"] @ v["w1"].T + v["b1"])
    d = np.zeros((S, H))
    error = lambda: 2 / (S * O) * ((m + d) @ v["w2"].T + v["b2"] - v["target"])
    slope = np.inf
    for _ in range(iterations):
        force = d + error() @ v["w2"]
        d, slope = d - STEP * force, np.max(np.abs(force))
    return m, d, error(), slope


def wide(v):
    return {k: x.astype(np.float64) for k, x in v.items()}


def tolerance(iterations):
    """One that the last of so many iterations is the first to meet."""
    net = wide(values()[2])
    return float(np.sqrt(relax(net, iterations - 1)[3] * relax(net, iterations)[3]))


def values():
    draw = np.random.default_rng(0)
    even = lambda *shape: draw.uniform(-1, 1, shape).astype(np.float32)
    square = {"a": even(N, N), "b": even(N, N)}
    layer = {"a": even(S, I), "b": even(I, H) / 28, "bias": even(H)}
    net = {"x": even(S, I), "w1": even(H, I) / 28, "b1": even(H), "w2": even(O, H) / 16, "b2": even(O),
           "target": even(S, O), "d": np.zeros((S, H), np.float32)}
    net["m"] = relax(wide(net), 0)[0].astype(np.float32)
    return square, layer, net


def gradients(v, iterations):
    """Of b1 and of b2: sums over samples."""
    m, d, e, _ = relax(v, iterations)
    return {"b1": (-d * (1 - m * m)).sum(0), "b2": e.sum(0)}


def distance(plan, results):
    """The largest error of a result, relative to its largest element."""
    names = [name for name, _ in plan.ports[1]]
    worst = 0
    for name, want in results.items():
        got = plan.read(names.index(name) if name else 0)
        worst = max(worst, np.max(np.abs(got - want)) / np.max(np.abs(want)))
    return float(worst)


def cases(compiled, folder):
    """By case, its candidates: bytes of a plan, arguments, results by name."""
    square, layer, net = values()
    a, b = wide(square).values()
    y = {None: np.tanh(wide(layer)["a"] @ wide(layer)["b"] + wide(layer)["bias"])}
    d = {None: relax(wide(net), ITERATIONS)[1]}
    return {
        "matmul": {"glsl": (hand_matmul(folder), square, {None: a @ b}), "compiled nn": (compiled["nn"], square, {None: a @ b}),
                   "compiled nn by address": (compiled["nn by address"], square, {None: a @ b}),
                   "compiled nt": (compiled["nt"], square, {None: a @ b.T}),
                   "compiled tn": (compiled["tn"], square, {None: a.T @ b})},
        "layer": {"glsl": (hand_layer(folder), layer, y), "compiled": (compiled["layer"], layer, y),
                  "compiled by address": (compiled["layer by address"], layer, y)},
        "relaxation": {"glsl recorded": (hand_recorded(folder), net, d),
                       "glsl persistent": (hand_persistent(folder), net, d),
                       "all": (compiled["all"], net, gradients(wide(net), ITERATIONS)),
                       "listed": (compiled["listed"], net, gradients(wide(net), ITERATIONS)),
                       "listed by address": (compiled["listed by address"], net, gradients(wide(net), ITERATIONS)),
                       "one": (compiled["one"], net, gradients(wide(net), 1))},
        "early stop": {"recorded": (compiled["listed"], net, gradients(wide(net), ITERATIONS)),
                       "ended": (compiled["ended"], net, gradients(wide(net), STOP)),
                       "asked": (compiled["asked"], net, gradients(wide(net), ITERATIONS)),
                       "one": (compiled["one"], net, gradients(wide(net), 1))}}


def measure(device, candidates, args):
    """Milliseconds of every candidate in every turn, and how wrong it is."""
    plans, errors = {}, {}
    for name, (data, arguments, results) in candidates.items():
        plan = plans[name] = Plan(device, data)
        given = {k: v + args.plant for k, v in arguments.items()}
        plan.write({n: given[n] for n, _ in plan.ports[0]})
        plan.run()
        errors[name] = distance(plan, results)
    times = {name: [] for name in plans}
    for _ in range(args.turns):
        for name, plan in plans.items():
            began = time.process_time()
            plan.run()
            times[name].append(1e3 * (time.process_time() - began))
    one = times.pop("one", None)
    if one and "all" not in times:
        times = {name: [x - y for x, y in zip(whole, one)] for name, whole in times.items()}
    elif one:
        share = ITERATIONS / (ITERATIONS - 1)
        for name, whole in (("compiled", times.pop("all")), ("compiled recorded", times.pop("listed")),
                            ("compiled recorded by address", times.pop("listed by address"))):
            times[name] = [share * (x - y) for x, y in zip(whole, one)]
    for plan in plans.values():
        plan.close()
    return times, errors


def measure_host(device, folder):
    """Microseconds by the clock: a step of one small dispatch, from the call to its
    return, and what a dispatch adds to the loading of a plan."""
    start, d = argument("d", S, H), Buffer((S, H), "result", "d")
    forms = {"bindings": {"start": compile_shader(HERE / "relax_start.comp", folder, SIZES)},
             "addresses": {"start": compile_shader(HERE / "relax_start.comp", folder, SIZES | {"ADDRESSES": 1})}}

    def load(form, count):
        # Operands of their own: each dispatch of bindings has a set of descriptors.
        ends = [Buffer((S, H)) for _ in range(count)]
        dispatches = [Dispatch("start", (1, 1, 1), [start, (end, "w")], "memory") for end in [*ends, d]]
        data = encode([start, d, *ends], forms[form], dispatches)
        began = time.perf_counter()
        plan = Plan(device, data)
        return plan, 1e6 * (time.perf_counter() - began)

    few, many = 500, 1500
    loads = {form: [] for form in forms}
    for _ in range(5):
        for form in forms:
            (a, small), (b, large) = load(form, few), load(form, many)
            loads[form].append((large - small) / (many - few))
            a.close(), b.close()
    plan, _ = load("bindings", 0)
    plan.write({"d": np.zeros((S, H), np.float32)})
    steps = []
    for _ in range(2000):
        began = time.perf_counter()
        plan.run()
        steps.append(1e6 * (time.perf_counter() - began))
    plan.close()
    return {"step": statistics.median(steps)} | {form: statistics.median(values) for form, values in loads.items()}


def summarize(case, times):
    ratios = {}
    bases = [n for n in times if n.startswith("glsl") or n == "recorded"]
    for ours in (n for n in times if n not in bases):
        for theirs in bases:
            ratios[f"{ours} : {theirs}"] = statistics.median(a / b for a, b in zip(times[ours], times[theirs]))
    return {"name": case, "ms": {n: statistics.median(t) for n, t in times.items()},
            "best_ms": {n: min(t) for n, t in times.items()}, "ratios": ratios}


def table(results, host, device, args):
    titles = {"matmul": f"product {N}³", "layer": f"layer {S}×{I}×{H}, bias, tanh",
              "relaxation": f"strict relaxation {I}-{H}-{O}, T = {ITERATIONS}",
              "early stop": f"the same, ended after {STOP}"}
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    lines = [f"{device.name}, {cpu}, Python {platform.python_version()}; medians of {args.turns} turns, CPU time.", "",
             "`benchmarks/gpu/kernels.py " + " ".join(sys.argv[1:]) + "`", "",
             "| | milliseconds | ratios of times |", "|---|---|---|"]
    for r in results:
        ms = ", ".join(f"{n} {v:.1f}" for n, v in r["ms"].items())
        ratios = ", ".join(f"{n} {v:.2f}" for n, v in r["ratios"].items())
        lines.append(f"| {titles[r['name']]} | {ms} | {ratios} |")
    lines += ["", f"By the clock: a step of one small dispatch {host['step']:.0f} µs, waiting included; a dispatch with "
              "operands", f"of its own makes the loading of a plan (reading, checks, descriptors, recording) "
              f"{host['bindings']:.1f} µs longer,", f"{host['addresses']:.1f} µs where it takes addresses."]
    return lines


def main():
    args = parse_arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    device = Device(args.bin.parent / "lib/libpc_vulkan.so")
    results, wrong = [], 0
    for case, candidates in cases(compile_plans(args), args.out).items():
        times, errors = measure(device, candidates, args)
        result = summarize(case, times)
        result["errors"] = errors
        # Round-off of sums of up to 784 products in f32.
        bad = [name for name, error in errors.items() if not error <= 1e-5]
        wrong += len(bad)
        results.append(result)
        print(case, " ".join(f"{n} {v:.2f}" for n, v in result["ratios"].items()), *(f"WRONG {n}" for n in bad), flush=True)
    host = measure_host(device, args.out)
    lines = table(results, host, device, args)
    (args.out / "kernels.md").write_text("\n".join(["# Kernels", "", *lines, ""]))
    (args.out / "kernels.json").write_text(json.dumps({"device": device.name, "cases": results, "host_us": host}, indent=1))
    print("\n".join(lines))
    print(f"{wrong} results are wrong" if wrong else f"every result is right ({args.out / 'kernels.md'})")
    if args.update and not wrong:
        pages.update(args.update, "kernels.py", lines)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
