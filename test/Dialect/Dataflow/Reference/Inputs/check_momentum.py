# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the weights of a circuit after every update against torch.optim.SGD, which
gets the gradients that the circuit summed.

usage: check_momentum.py CIRCUIT SIMULATION RATE MOMENTUM
Rate and momentum have 16 bits behind the point. An update rounds the velocity and
the weight, half a unit each; what is in a velocity is there until it has decayed.
"""

import pathlib
import re
import sys

import numpy as np
import torch


def read_lines(path):
    """Rows of `name number value ...` as {number: {name: values}}."""
    result = {}
    for line in path.read_text().splitlines():
        name, number, *values = line.split()
        result.setdefault(int(number), {})[name] = np.array([float(v) for v in values])
    return result


def main():
    circuit = pathlib.Path(sys.argv[1]).read_text()
    simulation = pathlib.Path(sys.argv[2])
    rate, momentum = (round(float(value) * 65536) / 65536 for value in sys.argv[3:5])
    unit = 2.0 ** -int(re.search(r"fixed<\d+, (\d+)>", circuit)[1])
    parameters = {
        name: torch.tensor([float(w) * unit for w in words.split(",")], dtype=torch.float64)
        for name, words in re.findall(
            r"pcflow\.weights @([\w.]+) \{.*?initial = array<i64: ([^>]*)>", circuit)}
    optimizer = torch.optim.SGD(parameters.values(), lr=rate, momentum=momentum)
    gradients = read_lines(simulation / "gradients.txt")
    weights = read_lines(simulation / "weights.txt")
    worst = 0.0
    for number in sorted(gradients):
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(gradients[number][name])
        optimizer.step()
        allowed = (number + 1) * (0.5 + 0.5 * rate / (1 - momentum)) * unit
        for name, parameter in parameters.items():
            error = np.abs(weights[number][name] * unit - parameter.numpy()).max()
            worst = max(worst, error / allowed)
    if worst > 1:
        raise SystemExit(f"weights are {worst:.1f} times as far off as rounding can take them")
    print(f"{len(gradients)} updates are those of torch.optim.SGD")


main()
