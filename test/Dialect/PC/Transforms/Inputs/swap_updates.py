# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plants a fault: the first two structured ops of the first loop change places.

usage: swap_updates.py < bufferized.mlir
They write to buffers, so that no value tells that the order has a meaning.
"""

import re
import sys

lines = sys.stdin.read().splitlines(keepends=True)
start = next(i for i, line in enumerate(lines) if "scf.for" in line)
first = start + 1
ops = []
while len(ops) < 2:
    end = first
    while not re.match(r" *\}( |$)", lines[end]):
        end += 1
    ops.append(lines[first:end + 1])
    assert "linalg.generic" in lines[first], lines[first]
    first = end + 1
sys.stdout.write("".join(lines[:start + 1] + ops[1] + ops[0] + lines[first:]))
