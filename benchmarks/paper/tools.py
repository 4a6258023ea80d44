# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the tools of pc."""

import csv
import math
import pathlib
import subprocess


class ToolError(Exception):
    pass


class Tools:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def run(self, tool, *arguments):
        """What the tool prints; its message is the error when it fails."""
        command = [str(self.folder / tool), *map(str, arguments)]
        done = subprocess.run(command, text=True, capture_output=True)
        if done.returncode:
            raise ToolError(done.stderr.strip() or f"{tool} ended with {done.returncode}")
        return done.stdout

    def plant(self, model, op, path):
        """The model in MLIR with a sign error in the derivative of one operation;
        `op` is its name, and maybe which of them it is."""
        sound = path.with_suffix(".sound.mlir")
        self.run("pc-translate", "--import-onnx", model, "-o", sound)
        self.run("pc-opt", sound, f"-pc-plant-fault=op={op}", "-mlir-print-debuginfo", "-o", path)
        return path


def read_table(path):
    """Rows as dictionaries, numbers as floats."""
    def number(text):
        try:
            return float(text)
        except ValueError:
            return text
    with open(path, newline="") as file:
        return [{k: number(v) for k, v in row.items()} for row in csv.DictReader(file)]


def missing(hops, iterations, step):
    """The part of a gradient that has not arrived: q_k(T) of docs/Schedules.md."""
    q = [0.0] + [1.0] * hops
    for _ in range(iterations):
        q[1:] = [(1 - step) * a + step * b for a, b in zip(q[1:], q)]
    return abs(q[hops])


def relative(a, b):
    return abs(a - b) / abs(b) if b else math.inf
