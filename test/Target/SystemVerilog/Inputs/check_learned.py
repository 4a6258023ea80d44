# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The squared error of the last batch of a simulation, against a limit.

usage: check_learned.py OUTPUT.txt TARGET.txt BATCH FRACTION_BITS LIMIT
"""

import pathlib
import sys


def main():
    given, wanted = ([int(word) for word in pathlib.Path(path).read_text(encoding="utf-8").split()]
                     for path in sys.argv[1:3])
    batch, one, limit = int(sys.argv[3]), 1 << int(sys.argv[4]), float(sys.argv[5])
    losses = [sum(((y - t) / one) ** 2 for y, t in zip(given[i:i + batch], wanted[i:i + batch])) / 2
              for i in (0, len(wanted) - batch)]
    if losses[1] > limit:
        sys.exit(f"learned too little: {losses[0]:g} to {losses[1]:g}, expected at most {limit:g}")
    print(f"learned: {losses[0]:.3f} to below {limit:g}")


main()
