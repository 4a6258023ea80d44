# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints one closing line over the result files that lit wrote.

usage: count_results.py RESULTS.json...
Exits with 1 when a test failed or when none passed: an empty run is no pass.
"""

import collections
import json
import sys

PASSED = {"PASS", "FLAKYPASS", "XFAIL"}
SKIPPED = {"UNSUPPORTED", "SKIPPED"}


def main(paths):
    counts = collections.Counter()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for test in json.load(file)["tests"]:
                code = test["code"]
                if code == "EXCLUDED":
                    continue
                kind = ("passed" if code in PASSED else
                        "skipped" if code in SKIPPED else "failed")
                counts[kind] += 1
                if kind == "failed":
                    print(f"{code}: {test['name']}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, "
          f"{counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
