# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The loss of a circuit that is cut while it learns: it falls, is thrown back by
the cut, and falls again.

usage: check_cut.py OUTPUT.txt TARGET.txt SAMPLES FRACTION_BITS CUT_SAMPLE
"""

import pathlib
import sys

import numpy as np


def main():
    samples, unit, cut = int(sys.argv[3]), 2.0 ** -int(sys.argv[4]), int(sys.argv[5])
    y, t = (np.array(pathlib.Path(path).read_text().split(), dtype=int)
            .reshape(samples, -1) * unit for path in sys.argv[1:3])
    losses = ((y - t) ** 2).sum(axis=1)
    part = cut // 5
    first, before, after, last = (losses[k:k + part].mean()
                                  for k in (0, cut - part, cut, samples - part))
    print(f"mean loss: {first:.3f} at first, {before:.3f} before the cut, {after:.3f} behind it, "
          f"{last:.3f} at the end")
    if not (before < first / 2 and after > 1.5 * before and last < 0.75 * after):
        raise SystemExit("it did not learn, or not go on")
    print("it goes on learning")


main()
