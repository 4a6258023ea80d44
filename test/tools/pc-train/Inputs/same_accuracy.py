#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""same_accuracy.py A.json B.json SHARE: held-out accuracies of two histories."""

import json
import sys

a, b = (json.load(open(path))["held_out_accuracy"] for path in sys.argv[1:3])
if abs(a - b) > float(sys.argv[3]):
    sys.exit(f"expected accuracies within {sys.argv[3]}, found {a} and {b}")
print(f"held-out accuracies {a} and {b}")
