# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the errors that one report of pc-verify measured against the bounds of
another: where all paths have one length, the bound is the relative error.

usage: bounds.py MEASURED.json BOUNDS.json
"""

import json
import sys


def read(path):
    with open(path) as file:
        return {g["name"]: g for g in json.load(file)["models"][0]["gradients"]}


measured, bounds = read(sys.argv[1]), read(sys.argv[2])
count = 0
for name, gradient in bounds.items():
    if gradient["verdict"] != "bounded" or gradient["bound_relative_to"] != "gradient":
        continue
    error, bound = measured[name]["f64"]["relative_l2"], gradient["bound"]
    # 1e-9: sums of some ten f64 terms, divided by a difference that is not small
    if abs(error - bound) > 1e-9 * max(1, bound):
        sys.exit(f"{name}: measured {error}, but the bound is {bound}")
    count += 1
print(f"{count} errors are their bounds")
