# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random graphs as hardware, in all three tiers.

usage: random_circuits.py FIRST LAST FOLDER [--chunk N] [--mixed] [--images] [--momentum] [--strict]
(seeds, both included)

Every graph is a circuit in one of four formats, f32 among them, and two foldings, in both
sizings of its queues. E1: outputs, errors of every vertex in every round and
weights after two updates are those of the reference, to the bit, with queues
withheld at random from three seeds and registers that start at random. E2:
gradients are inside of their bounds around exact ones (check_gradients.py). E3:
three more iterations change no gradient, one fewer changes some; of f32 as well,
where a state is a delay, so that every further round computes the same words. With --strict
predictions are recomputed, and gradients are held against the slopes of the energy
where its activities are in float64, which is all that is claimed of them.

With --mixed six seeds in turn are products and images, and twelve learn by sgd and by
momentum. Benches of N graphs are one program: most of what a compiler does for one is
reading headers. What a graph gave is kept in its folder, and a run that was stopped
goes on from there; a graph that fails is named, and the others go on.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
REFERENCE = HERE.parents[2] / "Dialect" / "Dataflow" / "Reference" / "Inputs"
FORMATS = ["fixed<24,14>", "fixed<28,18>", "fixed<22,12>", "f32"]
FOLDINGS = [[], ["--lanes=24"]]
SIZINGS = ["live", "throughput"]
STEP = 0.125  # of activities
STALLS = [(1, 0), (2, 25), (3, 62)]  # seed, percent
RUNTIME = "/usr/share/verilator/include"
CXX = ["ccache", "clang++-22", "-std=c++17", "-O0", "-w", "-I", RUNTIME, "-I", f"{RUNTIME}/vltstd"]


class Fault(Exception):
    """What a graph failed by."""


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        raise Fault(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def lower(model, folder, word, *options):
    """The circuit of a model."""
    run("pc-compile", model, "--dim", "N=2", "--target=dataflow", "--rate=0.02", "--grad", "--loss=mse",
        "--reduction=sum", f"--format={word}", f"--dump-phases={folder}", *options, "-o", folder / "plain")
    return folder / "3-dataflow.mlir"


def simulate(circuit, words, seed, *options):
    said = run("pc-translate", "--simulate-circuit", circuit, "--samples=4", f"--seed={seed}",
               *options, "-o", words)
    if "nothing saturated" not in said:
        raise Fault(said)
    return (words / "gradients.txt").read_text()


def iterations_of(circuit):
    return int(re.search(r"iterations\((\d+)\)", circuit.read_text())[1])


def check_meaning(model, folder, seed, word, exact, iterations, rule):
    """E3."""
    for change in (3, -1) if iterations > 1 else (3,):  # there is none without an iteration
        circuit = lower(model, folder / f"T{change:+}", word, "--schedule=fixed", "--step=1",
                        f"--iterations={iterations + change}", *rule)
        same = simulate(circuit, folder / f"T{change:+}" / "words", seed) == exact
        if same != (change > 0):
            raise Fault(f"{change:+} iterations: gradients are {'the same' if same else 'others'}")


def kind_of(seed, args):
    """Whether a graph is of images, has velocities, and recomputes its predictions."""
    return {"images": args.images or (args.mixed and seed // 6 % 2 == 1),
            "momentum": args.momentum or (args.mixed and seed // 12 % 2 == 1), "strict": args.strict}


def prepare(seed, folder, kind):
    """Everything of a graph but its hardware: circuits and words, by sizing."""
    model, folding = folder / "model.onnx", FOLDINGS[seed // len(FORMATS) % 2]
    folder.mkdir(parents=True, exist_ok=True)
    run(sys.executable, REFERENCE / "make_graph.py", seed, model, *(["--images"] if kind["images"] else []))
    word, words = FORMATS[seed % len(FORMATS)], folder / "words"
    rule = ["--optimizer=momentum" if kind["momentum"] else "--optimizer=sgd"]
    schedule = ["--schedule=strict", f"--step={STEP}", "--iterations=3"] if kind["strict"] else []
    for sizing in SIZINGS:
        circuit = lower(model, folder / sizing, word, f"--queues={sizing}", *rule, *schedule, *folding)
        run("pc-translate", "--to-systemverilog", circuit, "--stalls", "-o", folder / sizing / "rtl")
    exact = simulate(circuit, words, seed, "--bounds")
    said = run(sys.executable, REFERENCE / "check_gradients.py", model, circuit, words, "--limit=inf",
               *([f"--strict={STEP}"] if kind["strict"] else []))
    iterations = iterations_of(circuit)
    if not kind["strict"]:
        check_meaning(model, folder, seed, word, exact, iterations, rule)
    return iterations, int(re.search(r"median of bound / error: (\d+)", said)[1])


def build(designs, work, warnings=True):
    """One program of all benches; its first argument is the number of one."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "Vtop.h").write_text("")  # each has another name here
    lines = [f"#include <{name}>" for name in
             ("cstdio", "cstdlib", "filesystem", "fstream", "map", "string", "vector")]
    cases = []
    for number, folder in enumerate(designs):
        run("verilator", "-Wall" if warnings else "-Wno-fatal", "--cc", "--x-initial", "unique", "-O3", "--top-module", "top",
            "--prefix", f"V{number}", "--Mdir", work / f"obj{number}", "-f", folder / "rtl" / "files.f")
        lines += [f'#include "{path}"' for path in sorted((work / f"obj{number}").glob("*.cpp"))]
    lines += [f'#include "{designs[0] / "rtl" / "circuit_bench.h"}"']
    for number, folder in enumerate(designs):
        lines += [f"#define Vtop V{number}", f"namespace circuit{number} {{",
                  f'#include "{folder / "rtl" / "tb.cpp"}"', "}", "#undef Vtop"]
        cases += [f"  case {number}: return circuit{number}::main(argc - 1, argv + 1);"]
    lines += ["int main(int argc, char **argv) {", "  switch (std::atoi(argv[1])) {", *cases, "  }",
              "  return 1;", "}"]
    unit = work / "all.cpp"
    unit.write_text("\n".join(lines) + "\n")
    objects = []
    for source in (unit, f"{RUNTIME}/verilated.cpp", f"{RUNTIME}/verilated_threads.cpp"):
        objects.append(work / (pathlib.Path(source).stem + ".o"))
        includes = [flag for number in range(len(designs)) for flag in ("-I", work / f"obj{number}")]
        run(*CXX, "-I", work, *(includes if source == unit else []), "-c", source, "-o", objects[-1])
    run("clang++-22", *objects, "-o", work / "bench", "-lpthread", "-latomic")
    return work / "bench"


def compare(words):
    """E1."""
    for wanted in [words / "taps.txt", words / "weights.txt", *(words / "out").iterdir()]:
        if wanted.read_text() != (words / "rtl" / wanted.name).read_text():
            raise Fault(f"{words}: {wanted.name} differs in the hardware")


def hold(seeds, args):
    """All tiers of a chunk of graphs; returns what each gave, or its fault."""
    found, faults = {}, {}
    for seed in seeds:
        try:
            found[seed] = prepare(seed, args.folder / str(seed), kind_of(seed, args))
        except Fault as fault:
            faults[seed] = fault
    designs = [args.folder / str(seed) / sizing for seed in found for sizing in SIZINGS]
    try:
        bench = build(designs, args.folder / f"bench{seeds[0]}") if designs else None
    except Fault as fault:
        return {}, {**{seed: fault for seed in found}, **faults}
    for number, design in enumerate(designs):
        seed, words = int(design.parent.name), design.parent / "words"
        try:
            for stalls, percent in STALLS:
                said = run(bench, number, words, 4, stalls, percent, "+verilator+rand+reset+2")
                if "nothing saturated" not in said:
                    raise Fault(said)
                compare(words)
        except Fault as fault:
            faults[seed] = f"{design.name} queues: {fault}"
    return {seed: result for seed, result in found.items() if seed not in faults}, faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--chunk", type=int, default=8)
    parser.add_argument("--mixed", action="store_true", help="images and momentum by seed")
    parser.add_argument("--images", action="store_true", help="convolutions and maxima")
    parser.add_argument("--momentum", action="store_true")
    parser.add_argument("--strict", action="store_true", help="predictions are recomputed")
    args = parser.parse_args()
    seeds = range(args.first, args.last + 1)
    kept = {seed: args.folder / str(seed) / "result.json" for seed in seeds}
    found = {seed: json.loads(path.read_text()) for seed, path in kept.items() if path.exists()}
    for seed, result in found.items():
        if result["kind"] != kind_of(seed, args):
            raise SystemExit(f"{kept[seed]}: expected a graph of {kind_of(seed, args)}")
    left, faults = [seed for seed in seeds if seed not in found], {}
    for start in range(0, len(left), args.chunk):
        good, bad = hold(left[start:start + args.chunk], args)
        for seed, (iterations, median) in good.items():
            found[seed] = {"kind": kind_of(seed, args), "iterations": iterations, "median": median}
            kept[seed].write_text(json.dumps(found[seed]))
        for seed, fault in bad.items():
            print(f"seed {seed}: {fault}", flush=True)
        faults.update(bad)
    if faults:
        raise SystemExit(f"{len(faults)} of {len(seeds)} graphs fail: {sorted(faults)}")
    medians = [result["median"] for result in found.values()]
    depths = [result["iterations"] for result in found.values()]
    if statistics.median(medians) > 64:
        raise SystemExit(f"the bounds say nothing: {sorted(medians)} times the error")
    meaning = ("E3 the slopes of the energy after as many steps" if args.strict else
               "E3 exact after as many iterations as the graph is deep")
    images = sum(result["kind"]["images"] for result in found.values())
    print(f"{len(seeds)} graphs of depth {min(depths)} to {max(depths)}, {images} of images, "
          f"{len(seeds) * len(SIZINGS) * len(STALLS)} runs of hardware: E1 to the bit, E2 inside of bounds of "
          f"{min(medians)} to {max(medians)} times the error (median {statistics.median(medians):g}), {meaning}")


if __name__ == "__main__":
    main()
