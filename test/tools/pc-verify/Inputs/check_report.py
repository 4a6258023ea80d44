#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the JSON report of pc-verify against what a test expects."""

import argparse
import json
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("report")
parser.add_argument("--verdict")
parser.add_argument("--gradients", type=int, required=True)
parser.add_argument("--local", action="store_true")
parser.add_argument("--wide", type=float, help="largest relative L2 in f64")
parser.add_argument("--narrow", type=float, help="the same in f32")
parser.add_argument("--differences", type=float,
                    help="the same against finite differences in f64")
args = parser.parse_args()

failures = []
for model in json.load(open(args.report))["models"]:
    gradients = model["gradients"]
    if len(gradients) != args.gradients:
        failures.append(f"{len(gradients)} gradients")
    if not model["holds"] or model["failures"]:
        failures.append(f"failures {model['failures']}")
    if args.local and not model["locality"]["local"]:
        failures.append(f"locality {model['locality']['violations']}")
    for gradient in gradients:
        name = gradient["name"]
        probes = gradient["finite_differences"]
        if args.differences and not (
                probes["relative_l2"] <= args.differences and probes["cosine"] > 1 - 1e-9
                and probes["max_abs"] is not None):
            failures.append(f"{name}: {probes} against differences")
        if args.verdict and gradient["verdict"] != args.verdict:
            failures.append(f"{name}: {gradient['verdict']}")
        for key, limit in [("f64", args.wide), ("f32", args.narrow)]:
            error = gradient[key]["relative_l2"]
            if limit is not None and not (error is not None and error <= limit):
                failures.append(f"{name}: {key} {error} above {limit}")
if failures:
    sys.exit("\n".join(failures))
print("the report is as expected")
