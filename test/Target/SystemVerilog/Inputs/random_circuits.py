# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random graphs as hardware, in all three tiers.

usage: random_circuits.py FIRST LAST FOLDER [--chunk N] [--images] [--momentum] [--strict]
(seeds, both included)

Every graph is a circuit in one of three formats and two foldings, in both
sizings of its queues. E1: outputs, errors of every vertex in every round and
weights after two updates are those of the reference, to the bit, with queues
withheld at random from three seeds and registers that start at random. E2:
gradients are inside of their bounds around exact ones (check_gradients.py). E3:
three more iterations change no gradient, one fewer changes some. With --strict
predictions are recomputed, and gradients are held against the slopes of the energy
where its activities are in float64, which is all that is claimed of them.

Benches of N graphs are one program: most of what a compiler does for one is
reading headers.
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
REFERENCE = HERE.parents[2] / "Dialect" / "Dataflow" / "Reference" / "Inputs"
FORMATS = ["fixed<24,14>", "fixed<28,18>", "fixed<22,12>"]
FOLDINGS = [[], ["--lanes=24"]]
SIZINGS = ["live", "throughput"]
STEP = 0.125  # of activities
STALLS = [(1, 0), (2, 25), (3, 62)]  # seed, percent
RUNTIME = "/usr/share/verilator/include"
CXX = ["ccache", "clang++-22", "-std=c++17", "-O0", "-w", "-I", RUNTIME, "-I", f"{RUNTIME}/vltstd"]


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def lower(model, folder, seed, *options):
    """The circuit of a model."""
    run("pc-compile", model, "--dim", "N=2", "--target=dataflow", "--rate=0.02", "--grad", "--loss=mse", "--reduction=sum", f"--format={FORMATS[seed % 3]}", f"--dump-phases={folder}",
        *options, "-o", folder / "plain")
    return folder / "3-dataflow.mlir"


def simulate(circuit, words, seed, *options):
    said = run("pc-translate", "--simulate-circuit", circuit, "--samples=4", f"--seed={seed}",
               *options, "-o", words)
    if "nothing saturated" not in said:
        raise SystemExit(f"seed {seed}: {said}")
    return (words / "gradients.txt").read_text()


def iterations_of(circuit):
    return int(re.search(r"iterations\((\d+)\)", circuit.read_text())[1])


def check_meaning(model, folder, seed, exact, iterations, rule):
    """E3."""
    for change in (3, -1) if iterations > 1 else (3,):  # there is none without an iteration
        circuit = lower(model, folder / f"T{change:+}", seed, "--schedule=fixed", "--step=1",
                        f"--iterations={iterations + change}", *rule)
        same = simulate(circuit, folder / f"T{change:+}" / "words", seed) == exact
        if same != (change > 0):
            raise SystemExit(f"seed {seed}: {change:+} iterations: gradients are "
                             f"{'the same' if same else 'others'}")


def prepare(seed, folder, args):
    """Everything of a graph but its hardware: circuits and words, by sizing."""
    model, folding = folder / "model.onnx", FOLDINGS[seed // 3 % 2]
    folder.mkdir(parents=True, exist_ok=True)
    run(sys.executable, REFERENCE / "make_graph.py", seed, model, *(["--images"] if args.images else []))
    words = folder / "words"
    rule = [f"--optimizer={'momentum' if args.momentum else 'sgd'}"]
    schedule = ["--schedule=strict", f"--step={STEP}", "--iterations=3"] if args.strict else []
    for sizing in SIZINGS:
        circuit = lower(model, folder / sizing, seed, f"--queues={sizing}", *rule, *schedule, *folding)
        run("pc-translate", "--to-systemverilog", circuit, "--stalls", "-o", folder / sizing / "rtl")
    exact = simulate(circuit, words, seed, "--bounds")
    said = run(sys.executable, REFERENCE / "check_gradients.py", model, circuit, words, "--limit=inf",
               *([f"--strict={STEP}"] if args.strict else []))
    iterations = iterations_of(circuit)
    if not args.strict:
        check_meaning(model, folder, seed, exact, iterations, rule)
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
            raise SystemExit(f"{words}: {wanted.name} differs in the hardware")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--chunk", type=int, default=8)
    parser.add_argument("--images", action="store_true", help="convolutions and maxima")
    parser.add_argument("--momentum", action="store_true")
    parser.add_argument("--strict", action="store_true", help="predictions are recomputed")
    args = parser.parse_args()
    seeds = list(range(args.first, args.last + 1))
    found = [prepare(seed, args.folder / str(seed), args) for seed in seeds]
    runs = 0
    for start in range(0, len(seeds), args.chunk):
        designs = [args.folder / str(seed) / sizing for seed in seeds[start:start + args.chunk]
                   for sizing in SIZINGS]
        bench = build(designs, args.folder / f"bench{start}")
        for number, design in enumerate(designs):
            for seed, percent in STALLS:
                said = run(bench, number, design.parent / "words", 4, seed, percent, "+verilator+rand+reset+2")
                if "nothing saturated" not in said:
                    raise SystemExit(f"{design}: {said}")
                compare(design.parent / "words")
                runs += 1
    depths, medians = zip(*found)
    if statistics.median(medians) > 64:
        raise SystemExit(f"the bounds say nothing: {sorted(medians)} times the error")
    meaning = ("E3 the slopes of the energy after as many steps" if args.strict else
               "E3 exact after as many iterations as the graph is deep")
    print(f"{len(seeds)} graphs of depth {min(depths)} to {max(depths)}, {runs} runs of hardware: "
          f"E1 to the bit, E2 inside of bounds of {min(medians)} to {max(medians)} times the error, {meaning}")


if __name__ == "__main__":
    main()
