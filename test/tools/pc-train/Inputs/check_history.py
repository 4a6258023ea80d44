#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_history.py A.csv A.json: both tell the same of a run that learns."""

import csv
import json
import sys

rows = list(csv.DictReader(open(sys.argv[1])))
epochs = json.load(open(sys.argv[2]))["epochs"]
for number, (row, epoch) in enumerate(zip(rows, epochs, strict=True), 1):
    if int(row.pop("epoch")) != number or {k: float(v) for k, v in row.items()} != epoch:
        sys.exit(f"epoch {number}: expected {epoch}, found {row}")
for name in ("loss", "held_out_loss"):
    if not all(a[name] > b[name] for a, b in zip(epochs, epochs[1:])):
        sys.exit(f"expected {name} to fall")
print(f"{len(epochs)} epochs, loss falls, the same in both files")
