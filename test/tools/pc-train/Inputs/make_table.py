#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a table: make_table.py ROWS FEATURES CLASSES."""

import sys

rows, features, classes = map(int, sys.argv[1:])
for row in range(rows):
    values = [(row * 7 + column * 3) % 17 for column in range(features)]
    print(",".join(map(str, values + [row % classes])))
