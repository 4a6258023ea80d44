# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a table of the four rows of XOR, sixteen times each.

usage: make_xor_table.py FILE.csv
"""

import pathlib
import sys

ROWS = "".join(f"{a},{b},{int(a != b)}\n" for a in (-1, 1) for b in (-1, 1))
pathlib.Path(sys.argv[1]).write_text("a,b,label\n" + ROWS * 16, encoding="utf-8")
