#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Speed of compiled contractions beside OpenBLAS and oneDNN, on one thread.

    benchmarks/cpu/contractions.py                     # everything, minutes
    benchmarks/cpu/contractions.py --only sweep --samples 100 --seed 7

All candidates of a case run in turns, in one process, and are timed by the CPU
time of their thread; a ratio is the median of the ratios of the turns. Every
result is compared with f64 first. Writes contractions.json and contractions.md
into --out. Exit status: 0 all results are right, 1 one is not or a tool failed.
Needs the packages of `scripts/install bench`.
"""

import argparse
import ctypes
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True  # the tree stays as it is
# Peers choose their kernels themselves; the environment may hold them back.
for variable in [name for name in os.environ if name.startswith("OPENBLAS_")]:
    del os.environ[variable]
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
#: Peers that are held to the instructions that pc compiles for; both read this
#: when they are loaded.
HELD = {"x86-64-v3": {"OPENBLAS_CORETYPE": "Haswell", "ONEDNN_MAX_CPU_ISA": "AVX2"}}
for option, value in zip(sys.argv, sys.argv[1:]):
    if option == "--cpu":
        os.environ.update(HELD.get(value, {}))

import numpy as np

import cases as known
from cases import TYPES, Convolution, Matmul

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SLICE = 4e-3  # seconds of one turn, so that the clock's steps do not matter
OURS = "pc"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="named,sweep,batched,convolutions", metavar="NAMES",
                        help="some of named,sweep,batched,convolutions")
    parser.add_argument("--samples", type=int, default=60, help="random shapes of the sweep")
    parser.add_argument("--seed", type=int, default=1, help="of the random shapes")
    parser.add_argument("--types", default="f32,f64")
    parser.add_argument("--turns", type=int, default=7, help="measurements of each candidate")
    parser.add_argument("--cpu", default="native", help="what pc compiles for; peers are held to x86-64-v3 with it")
    parser.add_argument("--match", default="", metavar="REGEX", help="only cases with such a name")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", metavar="DIR")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench", metavar="DIR")
    parser.add_argument("--plant", action="store_true",
                        help="falsifier: the second operand changes behind the check's back; it has to fail")
    return parser.parse_args()


def collect(args):
    groups = {}
    for name in args.only.split(","):
        for type in args.types.split(","):
            made = {"named": lambda: known.named(type),
                    "sweep": lambda: known.sweep(type, args.samples, args.seed),
                    "batched": lambda: known.batched(type, args.samples // 4, args.seed),
                    "convolutions": lambda: known.convolutions(type) if type == "f32" else []}[name]()
            groups.setdefault(name, []).extend(c for c in made if re.search(args.match, c.name))
    return {name: cases for name, cases in groups.items() if cases}


def build_peers(folder):
    library = folder / "peers.so"
    subprocess.run(["clang++-22", "-O2", "-march=native", "-std=c++17", "-shared", "-fPIC", HERE / "peers.cpp",
                    "-o", library, "-ldnnl", "-lopenblas", "-pthread"], check=True)
    peers = ctypes.CDLL(str(library))
    for function in (peers.peer_time, peers.function_time, peers.measure_peak, peers.measure_bandwidth,
                     peers.measure_round_trip):
        function.restype = ctypes.c_double
    for function in (peers.openblas_matmul, peers.onednn_matmul, peers.onednn_convolution):
        function.restype = ctypes.c_void_p
    for function in (peers.openblas_name, peers.onednn_name):
        function.restype = ctypes.c_char_p
    return peers


def compile_cases(cases, args, name):
    """All cases of a group as one library; their functions and arenas."""
    source = args.out / f"{name}.mlir"
    source.write_text("".join(case.mlir(f"f{i}") for i, case in enumerate(cases)))
    subprocess.run([args.bin / "pc-compile", "--compile-from=tensor", "--emit=library,header",
                    f"--cpu={args.cpu}", "--prefix=b", "-o", args.out, source], check=True)
    header = (args.out / f"{name}.h").read_text()
    arenas = dict(re.findall(r"#define B_F(\d+)_ARENA_BYTES (\d+)", header))
    library = ctypes.CDLL(str(args.out / f"{name}.so"))
    return [(getattr(library, f"b_f{i}"), int(arenas[str(i)])) for i in range(len(cases))]


def aligned(shape, type):
    """Zeros that start at a multiple of 64 bytes, as the header asks for."""
    size = math.prod(shape) * np.dtype(type).itemsize
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start:start + size].view(type).reshape(shape)


def random_array(draw, shape, type):
    array = aligned(shape, type)
    array[...] = draw.uniform(-1, 1, shape)
    return array


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def make_peers(case, peers, a, b, scratch):
    """Each peer as a name and a task that writes into `scratch`."""
    ints = lambda *values: [ctypes.c_int64(value) for value in values]
    if isinstance(case, Matmul):
        shape = ints(case.batch, case.m, case.n, case.k, case.ta, case.tb)
        tensors = (pointer(a), pointer(b), pointer(scratch))
        tasks = {"OpenBLAS": peers.openblas_matmul(ctypes.c_int64(case.type == "f64"), *shape, *tensors)}
        if case.type == "f32":
            tasks["oneDNN"] = peers.onednn_matmul(ctypes.c_int64(0), *shape, *tensors)
            tasks["oneDNN packed"] = peers.onednn_matmul(ctypes.c_int64(1), *shape, *tensors)
        return tasks
    operands = {"forward": (a, b, scratch), "image": (scratch, b, a), "filter": (a, scratch, b)}
    shape = ints(case.n, case.c, case.f, case.size, case.size, case.window, case.stride, case.pad)
    direction = ctypes.c_int64(["forward", "image", "filter"].index(case.direction))
    tensors = [pointer(array) for array in operands[case.direction]]
    return {name: peers.onednn_convolution(direction, ctypes.c_int64(layout), *shape, *tensors)
            for layout, name in enumerate(["oneDNN nchw", "oneDNN nhwc", "oneDNN direct"])}


def check(case, ours, a, b):
    """Largest error, in units of the largest element."""
    reference = case.reference(a, b)
    return float(np.abs(ours - reference).max() / max(np.abs(reference).max(), 1e-300))


def measure_case(case, compiled, peers, args):
    draw = np.random.default_rng(0)
    function, arena = compiled
    shape_a, shape_b, shape_c = case.shapes()
    dtype = TYPES[case.type]
    a, b = (random_array(draw, shape, dtype) for shape in (shape_a, shape_b))
    c, scratch = (random_array(draw, shape_c, dtype) for _ in range(2))
    memory = aligned((max(arena, 1),), np.uint8)
    pointers = (ctypes.c_void_p * 4)(*(array.ctypes.data for array in (a, b, c, memory)))
    tasks = make_peers(case, peers, a, b, scratch)
    run = {OURS: lambda n: peers.function_time(function, pointers, ctypes.c_int64(n))}
    for name, task in tasks.items():
        run[name] = lambda n, task=task: peers.peer_time(ctypes.c_void_p(task), ctypes.c_int64(n))
    run[OURS](1)
    if args.plant:
        b[...] = -b
    error = check(case, c, a, b)
    repeat = {name: max(1, math.ceil(SLICE / max(call(1), 1e-7))) for name, call in run.items()}
    seconds = {name: [] for name in run}
    for _ in range(args.turns):
        for name, call in run.items():
            # The first calls find the caches with what others have read, and are not counted.
            call(math.ceil(repeat[name] / 3))
            seconds[name].append(call(repeat[name]) / repeat[name])
    for task in tasks.values():
        peers.peer_free(ctypes.c_void_p(task))
    rates = {name: case.flops / statistics.median(times) / 1e9 for name, times in seconds.items()}
    ratios = {name: statistics.median(t / o for t, o in zip(times, seconds[OURS]))
              for name, times in seconds.items() if name != OURS}
    return {"name": case.name, "type": case.type, "error": error, "gflops": rates, "ratios": ratios}


def tolerance(result):
    # Sums of up to some thousand products, in blocks: some tens of roundings.
    return 2e-5 if result["type"] == "f32" else 1e-13


def summarize(results):
    lines = []
    for peer in dict.fromkeys(peer for result in results for peer in result["ratios"]):
        ratios = sorted(r["ratios"][peer] for r in results if peer in r["ratios"])
        worst = min((r for r in results if peer in r["ratios"]), key=lambda r: r["ratios"][peer])
        lines.append(f"| pc : {peer} | {len(ratios)} | {ratios[0]:.2f} | {ratios[len(ratios) // 10]:.2f} | "
                     f"{statistics.median(ratios):.2f} | {ratios[-1]:.2f} | {worst['name']} |")
    return ["| ratio of rates | cases | worst | tenth | median | best | worst case |",
            "|---|---|---|---|---|---|---|", *lines, ""]


def write_report(out, groups, facts):
    lines = ["# Contractions on one thread", "", facts["text"], ""]
    for name, results in groups.items():
        peers = list(dict.fromkeys(peer for r in results for peer in r["gflops"]))
        lines += [f"## {name}", "", *summarize(results),
                  "| M×K×N, or convolution; GF/s | " + " | ".join(peers) + " | worst ratio | error |",
                  "|---" * (len(peers) + 3) + "|"]
        for r in results:
            cells = [f"{r['gflops'][peer]:.1f}" if peer in r["gflops"] else "" for peer in peers]
            lines.append(f"| {r['name']} | {' | '.join(cells)} | {min(r['ratios'].values()):.2f} | {r['error']:.0e} |")
        lines.append("")
    (out / "contractions.md").write_text("\n".join(lines))
    (out / "contractions.json").write_text(json.dumps({"facts": facts, "groups": groups}, indent=1))


def assert_openblas(peers):
    """An interface to slow BLAS would make everything look good."""
    config = peers.openblas_name().decode()
    a, c = random_array(np.random.default_rng(0), (512, 512), np.float32), aligned((512, 512), np.float32)
    case = Matmul(512, 512, 512)
    task = ctypes.c_void_p(make_peers(case, peers, a, a, c)["OpenBLAS"])
    peers.peer_time(task, ctypes.c_int64(3))
    rate = case.flops / peers.peer_time(task, ctypes.c_int64(3)) * 3 / 1e9
    peak = peers.measure_peak() / 1e9
    if "OpenBLAS" not in config or rate < 0.4 * peak:
        sys.exit(f"expected OpenBLAS at 0.4 of the peak of {peak:.0f} GF/s or more, got {rate:.0f} by {config}")
    text = (f"{config.strip()}; oneDNN {peers.onednn_name().decode()}; f32 multiply-adds at most {peak:.0f} GF/s, "
            f"OpenBLAS 512³ {rate:.0f} GF/s; compiled for")
    return {"peak": peak, "text": text}


def main():
    args = parse_arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    peers = build_peers(args.out)
    facts = assert_openblas(peers)
    facts["text"] += f" `{args.cpu}`; {args.turns} turns; seed {args.seed}."
    print(facts["text"])
    groups, wrong = {}, 0
    for name, cases in collect(args).items():
        compiled = compile_cases(cases, args, name)
        groups[name] = []
        for case, function in zip(cases, compiled):
            result = measure_case(case, function, peers, args)
            groups[name].append(result)
            bad = not result["error"] <= tolerance(result)
            wrong += bad
            rates = "  ".join(f"{peer} {rate:.1f}" for peer, rate in result["gflops"].items())
            print(f"{case.name:36} {min(result['ratios'].values()):.2f}  {rates}" + "  WRONG" * bad, flush=True)
        print("\n".join(summarize(groups[name])))
    write_report(args.out, groups, facts)
    print(f"{wrong} results are wrong" if wrong else "every result is right", f"({args.out / 'contractions.md'})")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"contractions.py: {error}", file=sys.stderr)
        sys.exit(1)
