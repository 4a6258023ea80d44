# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the losses and gradients in a dump of pc-gradient-test with PyTorch.

usage: compare_losses.py FILE
"""

import json
import pathlib
import sys

import torch
from torch.nn import functional

LOSSES = {"entropy": functional.cross_entropy, "squares": functional.mse_loss}


def tensor(port):
    kind = torch.int64 if port["name"] == "target" and all(
        v == int(v) for v in port["values"]) else torch.float64
    return torch.tensor(port["values"], dtype=kind).reshape(port["shape"])


def distance(case):
    """Of cases named <loss>_<reduction>..."""
    loss, reduction = case["case"].split("_")[:2]
    values = {port["name"]: tensor(port) for port in case["arguments"]}
    logits = values["x"].requires_grad_()
    expected = LOSSES[loss](logits, values["target"], reduction=reduction)
    expected.backward()
    ours = tensor(case["gradients"][0]).reshape(logits.shape)
    return max(abs(case["loss"] - float(expected)) / float(expected),
               float((ours - logits.grad).norm() / logits.grad.norm()))


def main():
    cases = [c for c in json.loads(pathlib.Path(sys.argv[1]).read_text())
             if c["case"].endswith("_objective")]
    failures = 0
    for case in cases:
        found = distance(case)
        failures += found > 1e-12  # a few roundings in f64
        print(f"{case['case']} {found:.1e}")
    print(f"{len(cases)} losses, {failures} failures")
    return failures != 0


sys.exit(main())
