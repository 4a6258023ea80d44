# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether a circuit keeps to a budget, and is faster than one without it.

usage: show_budget.py PLAIN.json REPORT.json dsp|cycles BUDGET
"""

import json
import sys

plain, folded = (json.load(open(path, encoding="utf-8"))[0] for path in sys.argv[1:3])
budget = int(sys.argv[4])
taken = folded["takes"]["dsp"] if sys.argv[3] == "dsp" else folded["iteration_cycles"]
faster = folded["iteration_cycles"] < plain["iteration_cycles"] and folded["lanes"] > plain["lanes"]
print(f"{taken} of {budget} {sys.argv[3]}: {'kept' if taken <= budget else 'exceeded'}, "
      f"{'faster' if faster else 'not faster'}")
