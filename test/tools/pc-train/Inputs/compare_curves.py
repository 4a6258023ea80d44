# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether two runs of pc-train have the same losses and accuracies, epoch by epoch.

usage: compare_curves.py ONE.csv OTHER.csv TOLERANCE
"""

import csv
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    one, other, tolerance = read(sys.argv[1]), read(sys.argv[2]), float(sys.argv[3])
    if len(one) != len(other):
        sys.exit(f"{len(one)} epochs against {len(other)}")
    for row, twin in zip(one, other):
        for column in row:
            if column != "seconds" and abs(float(row[column]) - float(twin[column])) > tolerance:
                sys.exit(f"epoch {row['epoch']}: {column} {row[column]} against {twin[column]}")
    print(f"{len(one)} epochs are the same")


main()
