# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Circuits of random graphs: alive, and gradients inside of their bounds.

usage: random_graphs.py FIRST LAST FOLDER [STEP]   (seeds, both included)
With a step the schedule is strict, of 4 iterations.
"""

import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
FORMATS = ["fixed<24,14>", "fixed<28,18>", "fixed<22,12>"]


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    first, last, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    step = sys.argv[4] if len(sys.argv) > 4 else None
    schedule = ["--schedule=strict", f"--step={step}", "--iterations=4"] if step else []
    folder.mkdir(parents=True, exist_ok=True)
    medians, depths = [], []
    for seed in range(first, last + 1):
        model, circuit = folder / f"{seed}.onnx", folder / f"{seed}.mlir"
        run(sys.executable, HERE / "make_graph.py", seed, model)
        run("pc-compile", model, "--dim", "N=2", "--grad", "--optimizer=sgd", "--rate=0.02",
            "--loss=mse", "--reduction=sum", *schedule, f"--dump-phases={folder / str(seed)}", "--emit=mlir",
            "-o", folder / "out.mlir")
        run("pc-opt", folder / str(seed) / "2-relaxation.mlir", "--convert-pc-to-dataflow",
            f"--pcflow-quantize=format={FORMATS[seed % len(FORMATS)]}",
            "--pcflow-materialize-forks", "--pcflow-size-buffers", "--pcflow-verify-liveness",
            "-o", circuit)
        words = folder / f"{seed}.words"
        said = run("pc-translate", "--simulate-circuit", circuit, "--samples=4",
                   f"--seed={seed}", "--bounds", "-o", words)
        if "nothing saturated" not in said:
            raise SystemExit(f"seed {seed}: {said}")
        said = run(sys.executable, HERE / "check_gradients.py", model, circuit, words,
                   "--limit=inf", *([f"--strict={step}"] if step else []))
        medians.append(int(re.search(r"median of bound / error: (\d+)", said)[1]))
        depths.append(int(re.search(r"iterations\((\d+)\)", circuit.read_text())[1]))
    if statistics.median(medians) > 64:
        raise SystemExit(f"the bounds say nothing: {sorted(medians)} times the error")
    print(f"{len(medians)} graphs of depth {min(depths)} to {max(depths)}: all gradients are "
          f"inside of their bounds, which are {min(medians)} to {max(medians)} times the error")


main()
