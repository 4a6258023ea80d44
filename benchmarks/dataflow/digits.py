#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Lets a circuit learn the digits, in its own hardware, simulated.

    benchmarks/dataflow/digits.py [--images] [--epochs 3] [--rows N] [--folder DIR]

A 64-32-10 network with tanh on images of 8 x 8, in words of 18 bits; with
--images one of a convolution, relu, maxima and a product. Every
output, every error of every vertex in every round and every weight after every
update are compared with the reference, to the bit; then the reference alone
learns the same, and the two histories have to be equal. Prints what the
hardware took. With all rows, held-out accuracy has to be 90 % at least.
"""

import argparse
import csv
import gzip
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
DATA = ROOT / "examples" / "digits" / "digits.csv.gz"
FLOOR = 0.9


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def train(model, data, folder, simulator, args):
    """What pc-train prints, and the history but for its seconds."""
    history = folder / f"{simulator}.csv"
    said = run("pc-train", model, "--data", data, "--target=dataflow", f"--simulator={simulator}",
               "--optimizer=sgd", "--rate=0.25", "--batch=16", f"--epochs={args.epochs}",
               "--format=fixed<18,12>", f"--lanes={args.lanes}", "--csv", history,
               "-o", folder / f"{simulator}.onnx")
    with open(history, encoding="utf-8") as file:
        return said, [row[:-1] for row in csv.reader(file)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", action="store_true", help="a convolution")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=0, help="of the data; 0: all")
    parser.add_argument("--lanes", type=int, default=64)
    parser.add_argument("--folder", type=pathlib.Path)
    args = parser.parse_args()
    folder = args.folder or pathlib.Path(tempfile.mkdtemp(prefix="pc-digits-"))
    folder.mkdir(parents=True, exist_ok=True)
    model, data = folder / "digits.onnx", DATA
    maker = ["make_convnet.py", model] if args.images else ["make_mlp.py", "64-32-10", model,
                                                            "--activation", "Tanh"]
    run(sys.executable, ROOT / "examples" / maker[0], *maker[1:])
    if args.rows:
        data = folder / "digits.csv"
        with gzip.open(DATA, "rt", encoding="utf-8") as file:
            data.write_text("".join(file.readlines()[:args.rows]), encoding="utf-8")
    said, hardware = train(model, data, folder, "both", args)
    _, reference = train(model, data, folder, "reference", args)
    if hardware != reference:
        sys.exit("the history of the hardware is not that of the reference")
    if (folder / "both.onnx").read_bytes() != (folder / "reference.onnx").read_bytes():
        sys.exit("the model of the hardware is not that of the reference")
    print(said.splitlines()[-2])
    for row in hardware[1:]:
        print(f"epoch {row[0]}: loss {float(row[1]):.4f}, held-out {float(row[4]):.4f}")
    accuracy = float(hardware[-1][4])
    if not args.rows and accuracy < FLOOR:
        sys.exit(f"expected a held-out accuracy of at least {FLOOR}, found {accuracy:.4f}")
    cycles = int(re.search(r"cycles: (\d+)", said)[1])
    samples = sum(map(int, re.findall(r"samples \w+: (\d+)", said)))
    print(f"{cycles / samples:.1f} cycles a sample; history and model are those of the reference")


main()
