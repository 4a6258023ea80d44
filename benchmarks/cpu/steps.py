#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Time of compiled learning steps beside PyTorch, on one thread.

    benchmarks/cpu/steps.py                            # everything, some minutes
    benchmarks/cpu/steps.py --only mlp256,cnn --turns 9
    benchmarks/cpu/steps.py --long                     # over batch, depth and width
    benchmarks/cpu/steps.py --update docs/Performance.md

All candidates of a model run in turns, in one process, and are timed by its CPU
time; a ratio is the median of the ratios of the turns. Every gradient is first
held against PyTorch's, or against what theory makes of it: on a chain of
vertices `fixed` leaves c_k(T) of the gradient k edges from the output. Writes
steps.json and steps.md into --out. Exit status: 0 all numbers are right (however
long they take), 1 one is not or a tool failed. Needs the packages of
`scripts/install bench`.
"""

import argparse
import copy
import ctypes
import dataclasses
import json
import math
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import threading
import time

from contractions import HERE, ROOT, aligned, build_peers, pointer  # one thread, before others start some

import numpy as np
import torch

import pages
import step_models
import step_peers

SLICE = 20e-3  # seconds of one turn at least
BATCH = 64
STEP, FIXED, STRICT = 0.1, 100, 20
RATE = 0.01
#: What is compiled: options beyond the vertices.
KINDS = {"exact": ["--schedule=fixed-exact"],
         "threads": ["--schedule=fixed-exact", "--threads=2"],
         "fixed": ["--schedule=fixed", f"--step={STEP}", f"--iterations={FIXED}"],
         "every message": ["--schedule=fixed", f"--step={STEP}", f"--iterations={FIXED}",
                           "--without=pc-defer-messages"],
         "folded": ["--schedule=fixed", f"--step={STEP}", f"--iterations={FIXED}", "--fold"],
         "strict": ["--schedule=strict", f"--step={STEP}", f"--iterations={STRICT}"]}
#: A peer and what it takes, beside which of ours.
RATIOS = [("exact", "torch"), ("fixed", "torch loop"), ("fixed", "torch lean loop"), ("fixed", "torch tuned"),
          ("every message", "torch lean loop"), ("every message", "torch tuned"), ("folded", "torch"),
          ("strict", "torch strict loop"), ("strict", "torch strict lean loop"), ("strict", "torch strict tuned"),
          ("forward", "torch forward"),
          ("forward", "ort forward"), ("two threads", "one thread"), ("two cores", "one core"),
          ("folded", "exact")]
#: Loops, and what each of them takes with half of the iterations: the rest is
#: what iterations take.
HALVES = {"every message": ["--schedule=fixed", f"--step={STEP}", f"--iterations={FIXED // 2}",
                            "--without=pc-defer-messages"],
          "strict": ["--schedule=strict", f"--step={STEP}", f"--iterations={STRICT // 2}"]}
#: Kinds of which the products are counted.
HELD_TO_PEAK = ["exact", *HALVES]
#: What a ratio should be at most, for all models or for some. The iterations of a
#: loop are held to their products at the highest rate of the machine.
FLOORS = {"exact : torch": {"mlp256": 0.75, "mlp1024": 0.75, "cnn": 0.5, "resnet8": 0.8, "lstm": 0.8, "transformer": 0.8},
          "fixed : torch loop": {"mlp256": 0.08, "mlp1024": 0.22, "cnn": 0.05},
          "strict : torch strict loop": {"mlp256": 0.17, "mlp1024": 0.4, "cnn": 0.14},
          "fixed : torch tuned": 0.75, "folded : exact": 1.1, "every message : torch tuned": 0.75,
          "every message, iterations : peak": 1.35, "strict, iterations : peak": 1.35,
          "forward : ort forward": {"mlp256": 1, "mlp1024": 1, "cnn": 1},
          "two threads : one thread": {"mlp1024": 0.6, "cnn": 0.6}, "bytes : torch": 0.5}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="mlp256,mlp1024,cnn,resnet8,lstm,transformer", metavar="NAMES")
    parser.add_argument("--kinds", default=",".join(KINDS), help="some of " + ",".join(KINDS))
    parser.add_argument("--turns", type=int, default=9, help="measurements of each candidate")
    parser.add_argument("--long", action="store_true", help="the exact step over batch, depth and width instead")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", metavar="DIR")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench", metavar="DIR")
    parser.add_argument("--ort", type=pathlib.Path, metavar="DIR", help="folder with node_modules/onnxruntime-node")
    parser.add_argument("--update", type=pathlib.Path, metavar="FILE", help="also put the tables into a page")
    parser.add_argument("--plant", action="store_true",
                        help="falsifier: compiles an iteration less than is checked for; it has to fail")
    parser.add_argument("--memory-of", metavar="NAME", help=argparse.SUPPRESS)
    return parser.parse_args()


#===------------------------------------------------------------------------===#
# Compiled code
#===------------------------------------------------------------------------===#


class Function:
    """A compiled function with memory for all that it reads and writes."""

    def __init__(self, library, header, name, values):
        text = header[header.index(f"/* {name}, its parameters"):]
        self.call = getattr(library, name)
        self.arrays, self.names, self.roles = {}, [], {}
        for line in text[:text.index("*/")].splitlines():
            found = re.match(r" \*   (\S+) +(in|out|in/out) +(\w+?)(?:_t)?((?:\[\d+\])*)  (\w+)(?: '(.*)')?$", line)
            if not found:
                continue
            word, way, kind, shape, role, title = found.groups()
            dtype = {"float": np.float32, "int64": np.int64}[kind]
            array = aligned(tuple(map(int, re.findall(r"\d+", shape))), dtype)
            if "in" in way and (title or word) in values:
                array[...] = values[title or word]
            self.arrays[word], self.roles[word] = array, (role, title or word)
            self.names.append(word)
        self.arena = int(re.search(rf"#define {name.upper()}_ARENA_BYTES (\d+)", header)[1])
        self.memory = aligned((max(self.arena, 1),), np.uint8)
        self.pointers = [pointer(self.arrays[n]) for n in self.names] + [pointer(self.memory)]

    def run(self):
        self.call(*self.pointers)

    def results(self, role):
        return {title: self.arrays[word] for word, (r, title) in self.roles.items() if r == role}

    def bytes(self):
        """Scratch memory, and results that are not parameters."""
        return self.arena + sum(self.arrays[w].nbytes for w, (role, _) in self.roles.items()
                                if role in ("output", "loss"))


class Compiled:
    def __init__(self, model, kind, options, path, cuts, args):
        prefix = f"{model.name}_{kind}".replace(" ", "_")
        # What relaxes does so by blocks, which the peers know; the rest as it comes.
        blocks = model.relaxes or kind == "folded"
        vertices = ["--granularity=block", "--cuts=" + ",".join(cuts)] if blocks and cuts else []
        began = time.monotonic()
        subprocess.run([args.bin / "pc-compile", path, "--emit=library,header", f"--prefix={prefix}", "-o",
                        args.out / prefix, "--grad", "--optimizer=sgd", f"--rate={RATE}", f"--loss={model.loss}",
                        *options, *vertices], check=True)
        self.seconds = time.monotonic() - began
        folder = args.out / prefix
        header = next(folder.glob("*.h")).read_text()
        library = ctypes.CDLL(str(next(folder.glob("*.so"))))
        values = {name: p.detach().numpy() for name, p in model.net.state_dict().items()}
        values |= {"x": model.x.numpy(), "target": model.target.numpy()}
        make = lambda suffix: Function(library, header, f"{prefix}_model{suffix}", values)
        self.forward, self.gradient, self.step = make(""), make("_gradient"), make("_step")


#===------------------------------------------------------------------------===#
# Peers and checks
#===------------------------------------------------------------------------===#


def torch_gradients(model):
    model.net.zero_grad(set_to_none=True)
    model.objective(model.net(model.x)).backward()
    return {name: p.grad.numpy().copy() for name, p in model.net.named_parameters()}


def torch_step(model):
    optimizer = torch.optim.SGD(model.net.parameters(), lr=RATE)

    def run():
        optimizer.zero_grad(set_to_none=True)
        model.objective(model.net(model.x)).backward()
        optimizer.step()

    return run


def torch_forward(model):
    def run():
        with torch.no_grad():
            model.net(model.x)

    return run


def arrived(iterations, depth):
    parts = [1.0] + [0.0] * depth
    for _ in range(iterations):
        parts = [1.0] + [(1 - STEP) * parts[k] + STEP * parts[k - 1] for k in range(1, depth + 1)]
    return parts


def law(model, exact, iterations):
    """What fixed prediction leaves of the gradient of every parameter of a chain."""
    parts = arrived(iterations, len(model.net))
    return {name: parts[len(model.net) - 1 - int(name.split(".")[0])] * g.astype(np.float64)
            for name, g in exact.items()}


def distance(got, want):
    """The largest relative L2 distance of one parameter. A gradient that is zero
    but for round-off (of a shift in front of a softmax) is held against a
    thousandth of the largest."""
    norms = {n: float(np.linalg.norm(want[n].astype(np.float64))) for n in want}
    floor = 1e-3 * max(norms.values())
    return max(float(np.linalg.norm(got[n].astype(np.float64) - want[n])) / max(norms[n], floor) for n in want)


def named(model, gradients):
    return {name: g.numpy() for (name, _), g in zip(model.net.named_parameters(), gradients)}


#: Round-off of f32, and what cancels in a difference of activities: after few
#: iterations of `strict` deep layers have a hundredth of their gradient, after half
#: as many a thousandth, which PyTorch's f32 misses by a third. Compiled
#: code keeps displacements, and is held closer than peers that keep activities.
#: Threads change no bit.
TOLERANCES = {"exact": 1e-4, "threads": 0, "fixed": 1e-4, "every message": 1e-4, "folded": 1e-4, "strict": 2e-2,
              "half of every message": 1e-4, "half of strict": 0.1, "torch loop": 0.1,
              "torch lean loop": 0.1, "torch tuned": 1e-4, "torch strict loop": 0.2, "torch strict lean loop": 0.2,
              "torch strict tuned": 0.2}


def check(model, compiled, peers, exact):
    """By candidate, how far it is from what it should be; empty where no theory
    or second witness says what that is."""
    wanted = {"exact": exact}
    if not {"fixed", "every message", "folded"}.isdisjoint(compiled):
        wanted |= dict.fromkeys(("fixed", "every message", "folded", "torch loop", "torch lean loop", "torch tuned"),
                                law(model, exact, FIXED))
        wanted["half of every message"] = law(model, exact, FIXED // 2)
    if "torch strict tuned" in peers:
        # In f64: the peers keep activities, whose differences cancel in f32.
        wide = dataclasses.replace(model, net=copy.deepcopy(model.net).double(), x=model.x.double())
        for iterations, names in ((STRICT, ("strict", "torch strict loop", "torch strict lean loop", "torch strict tuned")),
                                  (STRICT // 2, ("half of strict",))):
            witness = step_peers.Tuned(wide, "strict", STEP, iterations)
            witness.run()
            wanted |= dict.fromkeys(names, named(wide, witness.gradients))
    errors = {}
    for kind, code in compiled.items():
        code.gradient.run()
        if kind in wanted:
            errors[kind] = distance(code.gradient.results("gradient"), wanted[kind])
    if "exact" in compiled and "threads" in compiled:
        errors["threads"] = distance(compiled["threads"].gradient.results("gradient"),
                                     compiled["exact"].gradient.results("gradient"))
    if "fixed" in compiled and "folded" in compiled:
        loop = compiled["fixed"].gradient.results("gradient")
        errors["folded"] = max(errors.get("folded", 0), distance(compiled["folded"].gradient.results("gradient"), loop))
    for name, peer in peers.items():
        if name in wanted:
            peer.run()
            errors[name] = distance(named(model, peer.gradients), wanted[name])
    return errors


def make_peers(model, kinds):
    peers = {}
    for rule, word, iterations in (("fixed", "", FIXED), ("strict", "strict ", STRICT)):
        if rule in kinds:
            peers |= {f"torch {word}{name}": make(model, rule, STEP, iterations) for name, make in
                      (("loop", step_peers.Plain), ("lean loop", step_peers.Lean), ("tuned", step_peers.Tuned))}
    return peers


class OnnxRuntime:
    """In a process of its own, which says how much CPU time it took."""

    def __init__(self, folder, path, model):
        data = path.with_suffix(".bin")
        data.write_bytes(model.x.numpy().tobytes())
        kind = "int64" if model.x.dtype == torch.int64 else "float32"
        self.process = subprocess.Popen(
            ["node", HERE / "forward.js", folder, path, data, kind, ",".join(map(str, model.x.shape))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, repetitions):
        self.process.stdin.write(f"{repetitions}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


#===------------------------------------------------------------------------===#
# Measuring
#===------------------------------------------------------------------------===#


def keep_memory():
    """Lets malloc keep what is freed. Otherwise PyTorch gives the activations of every
    step back to the system and takes them again page by page, which takes up to
    five times as long as the step."""
    libc, trim_threshold, mmap_threshold = ctypes.CDLL(None), -1, -3
    for parameter, value in ((trim_threshold, (1 << 31) - 1), (mmap_threshold, 1 << 30)):
        if not libc.mallopt(parameter, value):
            raise RuntimeError("mallopt refused a threshold")


def timer(run, clock=time.process_time):
    def seconds(repetitions):
        began = clock()
        for _ in range(repetitions):
            run()
        return clock() - began

    return seconds


def measure(candidates, turns):
    """Seconds of every candidate in every turn. In training a step follows a step:
    the first call of a turn finds the caches with the data of other candidates and
    is not counted."""
    repeat, seconds = {}, {name: [] for name in candidates}
    for name, call in candidates.items():
        call(1)
        repeat[name] = max(1, math.ceil(SLICE / max(call(1), 1e-7)))
    for _ in range(turns):
        for name, call in candidates.items():
            call(1)
            seconds[name].append(call(repeat[name]) / repeat[name])
    return seconds


def summarize(seconds):
    ratios = {f"{ours} : {peer}": statistics.median(a / b for a, b in zip(seconds[ours], seconds[peer]))
              for ours, peer in RATIOS if ours in seconds and peer in seconds}
    return {"ms": {n: 1e3 * statistics.median(s) for n, s in seconds.items()},
            "best_ms": {n: 1e3 * min(s) for n, s in seconds.items()}, "ratios": ratios}


@dataclasses.dataclass
class Work:
    """Multiply-adds, counted twice, of the matrix products and convolutions of a
    step: predictions, those of them that change while the input does not,
    messages, and gradients of weights. Nothing is sent to what is not learned.
    Before errors arrive, nothing changes and nothing is sent: `unchanged` and `unsent`
    are what a loop over a chain of blocks has less for that."""

    forward: int = 0
    changing: int = 0
    messages: int = 0
    weights: int = 0
    unchanged: int = 0
    unsent: int = 0

    def add(self, count, reads_input, edges):
        """A product of a block whose output is `edges` - 1 edges from that of the model."""
        self.forward += count
        self.weights += count
        if not reads_input:
            self.changing += count
            self.messages += count
            self.unchanged += edges * count
            self.unsent += (edges - 1) * count

    def of_iterations(self, kind):
        """Of those that half as many leave out."""
        if kind == "strict":
            return (STRICT - STRICT // 2) * (self.changing + self.messages)
        return (FIXED - FIXED // 2) * self.messages

    def of(self, kind):
        if kind == "every message":
            return self.forward + FIXED * self.messages - self.unsent + self.weights
        if kind == "strict":
            loop = STRICT * (self.changing + self.messages) - self.unchanged - self.unsent
            return self.forward + loop + self.weights
        return self.forward + self.messages + self.weights


def count_work(model):
    work, hooks = Work(), []

    def add_hook(layer, edges):
        def add(layer, inputs, output):
            size = output[0].numel() if isinstance(output, tuple) else output.numel()
            if isinstance(layer, torch.nn.LSTM):
                rows = inputs[0].shape[0] * inputs[0].shape[1]
                work.add(8 * rows * layer.hidden_size * (layer.input_size + layer.hidden_size), False, edges)
            else:
                work.add(2 * size * layer.weight[0].numel(), inputs[0] is model.x, edges)

        hooks.append(layer.register_forward_hook(add))

    blocks = list(model.net.children())
    for index, block in enumerate(blocks):
        for layer in block.modules():
            if isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d, torch.nn.LSTM)):
                add_hook(layer, len(blocks) - index)
    with torch.no_grad():
        model.net(model.x)
    for hook in hooks:
        hook.remove()
    if hasattr(model.net, "heads"):  # two products for each head, and two of each for their gradients
        batch, length, width = model.x.shape
        work.add(2 * 2 * batch * length * length * width, False, 1)
    return work


def status(key):
    text = pathlib.Path("/proc/self/status").read_text()
    return 1024 * int(re.search(rf"{key}:\s+(\d+) kB", text)[1])


def grown_by_step(model):
    """Bytes by which a fresh process grows in some steps of PyTorch. One
    product goes first: what a library needs anyway does not count."""
    torch.mm(torch.zeros(64, 64), torch.zeros(64, 64))
    before = status("VmRSS")
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # the highest is now
    run = torch_step(model)
    for _ in range(3):
        run()
    return status("VmHWM") - before


def torch_memory(name):
    run = subprocess.run([sys.executable, __file__, "--memory-of", name], check=True, capture_output=True, text=True)
    return int(run.stdout)


def on_both_cores(run):
    """Half of what `run` takes twice at once: seconds of one, if cores shared nothing."""
    def seconds(repetitions):
        workers = [threading.Thread(target=lambda: [run() for _ in range(repetitions)]) for _ in range(2)]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return (time.perf_counter() - began) / 2

    return seconds


def measure_model(model, args, kinds, multiply_adds):
    path = args.out / f"{model.name}.onnx"
    cuts = step_models.export(model, path)
    compiled = {}
    for kind in kinds:
        options = KINDS[kind]
        if args.plant and kind != "exact":
            options = [o.replace(f"={FIXED}", f"={FIXED - 30}").replace(f"={STRICT}", f"={STRICT - 5}") for o in options]
        compiled[kind] = Compiled(model, kind, options, path, cuts, args)
    halves = {f"half of {kind}": Compiled(model, f"half of {kind}", options, path, cuts, args)
              for kind, options in HALVES.items() if kind in compiled}
    exact = torch_gradients(model)
    peers = make_peers(model, kinds)
    errors = check(model, compiled | halves, peers, exact)
    candidates = {kind: timer(code.step.run) for kind, code in compiled.items() if kind != "threads"}
    candidates |= {kind: timer(code.step.run) for kind, code in halves.items()}
    candidates |= {"forward": timer(compiled[kinds[0]].forward.run), "torch": timer(torch_step(model)),
                   "torch forward": timer(torch_forward(model))}
    candidates |= {name: timer(peer.run) for name, peer in peers.items()}
    # Seconds of 10^9 operations in registers, in the same turns: clocks are not the same all the time.
    candidates["peak"] = lambda repetitions: sum(1e9 / multiply_adds() for _ in range(repetitions))
    runtime = OnnxRuntime(args.ort, path, model) if args.ort else None
    if runtime:
        candidates["ort forward"] = runtime.seconds
    seconds = measure(candidates, args.turns)
    if "exact" in compiled and "threads" in compiled:
        # By the clock on the wall; last, since threads that wait take CPU time from others.
        seconds |= measure({"one thread": timer(compiled["exact"].step.run, time.perf_counter),
                            "two threads": timer(compiled["threads"].step.run, time.perf_counter),
                            "one core": timer(multiply_adds, time.perf_counter),
                            "two cores": on_both_cores(multiply_adds)}, args.turns)
    result = {"name": model.name, "errors": errors, **summarize(seconds),
              "compile_s": {kind: code.seconds for kind, code in compiled.items()},
              "bytes": {kind: code.step.bytes() for kind, code in compiled.items()}}
    work = count_work(model)
    for kind in HELD_TO_PEAK:
        if kind in seconds:
            result["ratios"][f"{kind} : peak"] = statistics.median(
                ours / (1e-9 * work.of(kind) * peak) for ours, peak in zip(seconds[kind], seconds["peak"]))
        if f"half of {kind}" in seconds:
            result["ratios"][f"{kind}, iterations : peak"] = statistics.median(
                (ours - half) / (1e-9 * work.of_iterations(kind) * peak)
                for ours, half, peak in zip(seconds[kind], seconds[f"half of {kind}"], seconds["peak"]))
    if runtime:
        runtime.close()
    result |= {"work": work.of("exact"), "parameter_bytes": sum(4 * p.numel() for p in model.net.parameters()),
               "units": len(list(model.net.children())) * model.x.shape[0]}
    result["wrong"] = [n for n, e in errors.items() if not e <= TOLERANCES[n]]
    return result


#===------------------------------------------------------------------------===#
# Reports
#===------------------------------------------------------------------------===#


def facts(args, peers):
    a = torch.randn(512, 512)
    best = min(timer(lambda: torch.mm(a, a))(5) for _ in range(5)) / 5
    peak, rate = peers.measure_peak() / 1e9, 2 * 512 ** 3 / best / 1e9
    bandwidth = peers.measure_bandwidth() / 1e9
    blas = [line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line]
    if not blas or rate < 0.4 * peak:
        sys.exit(f"expected PyTorch on OpenBLAS, with 0.4 of the peak of {peak:.0f} GF/s or more, got {rate:.0f} by "
                 f"{blas[0] if blas else 'another library'}")
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    text = (f"{cpu}, one thread, batch {BATCH}, f32; PyTorch {torch.__version__} on "
            f"{peers.openblas_name().decode().strip()}, Python {platform.python_version()}; multiply-adds at most "
            f"{peak:.0f} GF/s, PyTorch 512³ {rate:.0f} GF/s; memory {bandwidth:.0f} GB/s; from one core to the other and back "
            f"{1e9 * peers.measure_round_trip():.0f} ns; medians of {args.turns} turns.")
    return {"peak": peak, "bandwidth": bandwidth, "text": text, "command": " ".join(["benchmarks/cpu/steps.py", *sys.argv[1:]])}


def cell(values, key, digits=2):
    return f"{values[key]:.{digits}f}" if key in values else ""


def judged(result, pair):
    """A ratio beside its floor; a missed one stands out."""
    if pair not in result["ratios"]:
        return ""
    ratio, floor = result["ratios"][pair], FLOORS.get(pair)
    if isinstance(floor, dict):
        floor = floor.get(result["name"])
    if floor is None:
        return f"{ratio:.2f}"
    return f"{ratio:.2f} ≤ {floor:.2f}" if ratio <= floor else f"**{ratio:.2f} > {floor:.2f}**"


def tables(results, about):
    lines = [about["text"], "", f"`{about['command']}`", ""]
    columns = ["exact", "torch", "fixed", "every message", "torch tuned", "torch lean loop", "torch loop", "folded",
               "strict", "torch strict tuned", "torch strict lean loop", "torch strict loop", "forward", "torch forward",
               "ort forward", "one thread", "two threads"]
    columns = [c for c in columns if any(c in r["ms"] for r in results)]
    lines += ["Milliseconds of a step, and of a forward pass:", "",
              "| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += ["| " + " | ".join([r["name"], *(cell(r["ms"], c) for c in columns)]) + " |" for r in results]
    pairs = [f"{ours} : {peer}" for ours, peer in RATIOS] + [f"{k} : peak" for k in HELD_TO_PEAK]
    pairs += [f"{k}, iterations : peak" for k in HALVES]
    pairs = [p for p in pairs if any(p in r["ratios"] for r in results)]
    lines += ["", "Ratios of times, and what they should be at most; peak: the products of the step at the highest rate "
              "of the machine:", "", "| | " + " | ".join(pairs) + " |", "|---" * (len(pairs) + 1) + "|"]
    lines += ["| " + " | ".join([r["name"], *(judged(r, p) for p in pairs)]) + " |" for r in results]
    lines += ["", "Memory of a step in MB beside parameters and data: our arena with outputs, the growth of a PyTorch "
              "process. Seconds to compile. The largest relative error of a gradient:", "",
              "| | exact | fixed | torch | exact : torch | compile exact | error exact | error fixed | error folded |",
              "|---" * 9 + "|"]
    for r in results:
        mb = {k: v / 1e6 for k, v in r["bytes"].items()}
        errors = {k: f"{v:.0e}" for k, v in r["errors"].items()}
        lines.append(f"| {r['name']} | {cell(mb, 'exact', 1)} | {cell(mb, 'fixed', 1)} | "
                     f"{r.get('torch_bytes', math.nan) / 1e6:.1f} | {judged(r, 'bytes : torch')} | "
                     f"{cell(r['compile_s'], 'exact', 1)} | "
                     f"{errors.get('exact', '')} | {errors.get('fixed', '')} | {errors.get('folded', '')} |")
    return lines


def long_table(results, about):
    """The exact step over a size: what it makes of the peak, and of the bandwidth if
    parameters, which are read for the prediction and for the message, then read and
    written, came from memory each time."""
    lines = [about["text"], "", f"`{about['command']}`", "",
             "| | ms | torch ms | exact : torch | two threads : one thread | us for each vertex and sample | "
             "GF/s | of the peak | of the bandwidth |", "|---" * 9 + "|"]
    for r in results:
        seconds = 1e-3 * r["ms"]["exact"]
        moved = 4 * r["parameter_bytes"] / seconds / 1e9
        rate = r["work"] / seconds / 1e9
        lines.append(f"| {r['name']} | {cell(r['ms'], 'exact', 3)} | {cell(r['ms'], 'torch', 3)} | "
                     f"{cell(r['ratios'], 'exact : torch')} | {cell(r['ratios'], 'two threads : one thread')} | "
                     f"{1e6 * seconds / r['units']:.3f} | {rate:.0f} | {1 / r['ratios']['exact : peak']:.2f} | "
                     f"{moved / about['bandwidth']:.2f} |")
    return lines


def sweep():
    """Models of --long."""
    for batch in (1, 8, 16, 64, 256, 1024, 4096):
        yield lambda batch=batch: step_models.mlp(f"batch{batch}", (784, 256, 256, 10), batch)
    for depth in (2, 4, 8, 16, 32, 64, 128):
        yield lambda depth=depth: step_models.mlp(f"depth{depth}", (256,) * depth + (10,), BATCH)
    for width in (64, 128, 256, 512, 1024, 2048):
        yield lambda width=width: step_models.mlp(f"width{width}", (784, width, width, 10), BATCH)


def main():
    args = parse_arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    if args.memory_of:
        make = dict(step_models.collect(BATCH))[args.memory_of]
        print(grown_by_step(make()))
        return 0
    keep_memory()
    peers = build_peers(args.out)
    about = facts(args, peers)
    print(about["text"], flush=True)
    names, kinds = args.only.split(","), [k for k in KINDS if k in args.kinds.split(",")]
    makers = [(None, make) for make in sweep()] if args.long else [
        (name, make) for name, make in step_models.collect(BATCH) if name in names]
    results = []
    for name, make in makers:
        torch.manual_seed(0)
        model = make()
        able = ("exact", "threads") if args.long else KINDS if model.relaxes else ("exact", "threads", "folded")
        own = [k for k in kinds if k in able]
        result = measure_model(model, args, own, peers.measure_peak)
        if name:
            result["torch_bytes"] = torch_memory(name)
            if "exact" in result["bytes"]:
                result["ratios"]["bytes : torch"] = result["bytes"]["exact"] / result["torch_bytes"]
        results.append(result)
        print(f"{result['name']:12} " + "  ".join(f"{k} {v:.2f}" for k, v in result["ratios"].items()) +
              "  errors " + " ".join(f"{k} {v:.1e}" for k, v in result["errors"].items()) +
              "".join(f"  WRONG {n}" for n in result["wrong"]), flush=True)
    lines = (long_table if args.long else tables)(results, about)
    (args.out / "steps.md").write_text("\n".join(["# Steps", "", *lines, ""]))
    (args.out / "steps.json").write_text(json.dumps({"facts": about, "models": results}, indent=1))
    wrong = sum(len(r["wrong"]) for r in results)
    print("\n".join(lines))
    print(f"{wrong} gradients are wrong" if wrong else f"every gradient is right ({args.out / 'steps.md'})")
    if args.update and not wrong:
        pages.update(args.update, "steps.py --long" if args.long else "steps.py", lines)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"steps.py: {error}", file=sys.stderr)
        sys.exit(1)
