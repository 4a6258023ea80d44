# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs tests twice and compares the bytes of what comes out.

  same_outputs.py --pc-run PC_RUN --flag=FLAG [--common=FLAG...] [--only REGEX]
                  SUITE_DIR...

Outputs must not depend on FLAG, in no bit. Exit status 1 where they do, or
where nothing could be run.
"""

import argparse
import os
import sys
import tempfile

import onnx

from conformance import Failure, bind_inputs, call, collect


def run(options, folder, data, out, flags):
    os.mkdir(out)
    command = [options.pc_run, os.path.join(folder, "model.onnx"), "--data", data, "--out", out]
    call(command + options.common + flags, 60)
    contents = {}
    for file in sorted(os.listdir(out)):
        with open(os.path.join(out, file), "rb") as opened:
            contents[file] = opened.read()
    return contents


def compare(options, folder):
    """What is wrong, or nothing."""
    model = onnx.load(os.path.join(folder, "model.onnx"), load_external_data=False)
    with tempfile.TemporaryDirectory() as work:
        data = os.path.join(work, "data")
        os.mkdir(data)
        bind_inputs(model, os.path.join(folder, "test_data_set_0"), data)
        try:
            without, given = (run(options, folder, data, os.path.join(work, name), flags)
                              for name, flags in (("without", []), ("given", [options.flag])))
        except Failure as failure:
            return str(failure)
    if not without:
        return "no output"
    different = [file for file in without if without[file] != given.get(file)]
    return f"differs in {', '.join(different)}" if different or len(without) != len(given) else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("suites", nargs="+")
    parser.add_argument("--pc-run", required=True)
    parser.add_argument("--flag", required=True)
    parser.add_argument("--common", action="append", default=[], help="given to both runs")
    parser.add_argument("--only")
    options = parser.parse_args()
    tests = collect(options)
    wrong = 0
    for suite, test, folder in tests:
        reason = compare(options, folder)
        wrong += bool(reason)
        if reason:
            print(f"{suite}/{test}: {reason}")
    print(f"{len(tests) - wrong} of {len(tests)} the same")
    return 1 if wrong or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
