# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the gradients of predictive coding against those of reverse mode.

  agreement.py --pc-run PC_RUN --grad DIR [--only REGEX] [--every N] [--jobs N]
               [--flag FLAG...] [--tsv FILE] [--page PAGE] SUITE_DIR...

Each test that has a gradient in DIR (see conformance.py) runs six times: by
`fixed-exact` (or what the flags say) with a vertex for each node and with one for
each operation, and by `autodiff`; in f64 and in f32. For each gradient, the
relative L2 distance of predictive coding from reverse mode, and from the reference;
where the other one is zero, the absolute distance. FILE gets a line
`suite/test<TAB>float<TAB>operators`, then the distances from reverse mode by nodes,
by operations, and the larger one from the reference, or a reason in their place; one
that is there is not computed again. PAGE is docs/Agreement.md. Fails if a distance
is above its tolerance.
"""

import argparse
import collections
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx

import conformance
from support import find_operators

# From reverse mode: the same terms, summed in another order. From the reference,
# which is computed in f64: also the rounding of every operator.
TOLERANCES = {"f64": (1e-14, 1e-14, 1e-9), "f32": (5e-6, 5e-6, 1e-4)}
# States of a tanh so near to one that 1 - y² has two digits left in f32: PyTorch is
# as far from its own gradient in f64.
SATURATED = "node/test_rnn_seq_length"
PLACES = ("reverse mode, by nodes", "reverse mode, by operations", "the reference")

INTRODUCTION = """# How near predictive coding comes to reverse mode

Written by `test/Target/ONNX/Inputs/agreement.py` from compiled runs; do not edit.

Gradients of the published ONNX tests for which there is a reference gradient, by predictive
coding (`fixed-exact`) and by reverse mode (`autodiff`): the largest relative distance in L2 of
a gradient, by operator. Where the other gradient is zero, the distance is absolute. "Nodes"
has a vertex for each node of the model, "operations" one for each operation, so that even a
single operator relaxes over some iterations. The reference was computed elsewhere, by reverse
mode in f64.

Both are [proved](Proof.md) to be the same sum of terms for all inputs; what is left is the order in
which floats are added. Tolerances: 1e-14 in f64 and 5e-6 in f32, some forty units of the last
place, which sums of cancelling messages may lose; of the reference 1e-9 and 1e-4, since each
operator of the model rounds too, in f32 over sums of some thousand terms. One exception in
f32: `test_rnn_seq_length` has states of tanh so near to one that 1 − y² has two digits left, in
PyTorch as here. The 3e-11 of BatchNormalization are its default ε, which is an f32 in ONNX and
was 1e-5 in f64 for the reference.
"""


def get_largest(found, expected):
    """The largest distance of a gradient that is expected."""
    largest = 0.0
    for name, other in expected.items():
        if name not in found:
            raise conformance.Failure(f"no gradient of '{name}'")
        if found[name].size != other.size:
            raise conformance.Failure(f"gradient of '{name}': expected {other.shape}, "
                                      f"got {found[name].shape}")
        gap = conformance.distance(found[name].reshape(other.shape), other)
        largest = gap if np.isnan(gap) else max(largest, gap)
    return largest


def get_tolerances(name, kind):
    near, by_operations, reference = TOLERANCES[kind]
    return near, by_operations, 5e-2 if (name, kind) == (SATURATED, "f32") else reference


def compute(options, model, data, kind, flags):
    with tempfile.TemporaryDirectory() as out:
        conformance.call([options.pc_run, model, "--data", data, "--out", out, "--grad",
                          f"--float={kind}", *flags], options.seconds)
        return conformance.load_gradients(out)


def compare(options, model, data, kind, reference):
    reverse = compute(options, model, data, kind, ["--schedule=autodiff"])
    gaps, far = [], []
    for granularity in ("node", "op"):
        coding = compute(options, model, data, kind,
                         [f"--granularity={granularity}", *options.flag])
        if coding.keys() != reverse.keys():
            raise conformance.Failure("the two have gradients of different values")
        gaps.append(get_largest(coding, reverse))
        far.append(get_largest(coding, reference))
    return "\t".join(f"{gap:.3g}" for gap in [*gaps, np.max(far)])


def run_test(options, suite, test, folder):
    """The lines of one test, none if there is no gradient of it."""
    grad = conformance.find_gradients(options.grad, suite, test, folder)
    if not grad:
        return []
    path, source = os.path.join(folder, "model.onnx"), os.path.join(folder, "test_data_set_0")
    operators = ",".join(sorted(find_operators(os.path.dirname(folder), test)))
    lines = []
    with tempfile.TemporaryDirectory() as data:
        model = onnx.load(path, load_external_data=False)
        conformance.bind_inputs(model, source, data)
        conformance.write_cotangents(model, grad, source, data)
        reference = conformance.load_gradients(grad)
        for kind in TOLERANCES:
            try:
                result = compare(options, path, data, kind, reference)
            except conformance.Failure as failure:
                result = str(failure)
            lines.append(f"{suite}/{test}\t{kind}\t{operators}\t{result}")
    return lines


def run_tests(options):
    tests = conformance.collect(options)
    tests = [test for test in tests
             if conformance.find_gradients(options.grad, *test)][::options.every]
    with ThreadPoolExecutor(options.jobs) as pool:
        found = pool.map(lambda test: run_test(options, *test), tests)
        return [line for lines in found for line in lines]


def get_rows(lines):
    for line in lines:
        name, kind, operators, *gaps = line.split("\t")
        yield name, kind, operators.split(","), gaps


def check(lines):
    """Names what is above its tolerance, or was not computed."""
    totals, worst, wrong = collections.Counter(), {}, 0
    for name, kind, _, gaps in get_rows(lines):
        totals[kind] += 1
        if len(gaps) == 1:
            print(f"FAIL {name} {kind}: {gaps[0]}")
            wrong += 1
            continue
        for what, gap, most in zip(PLACES, map(float, gaps),
                                   get_tolerances(name, kind)):
            if not gap <= most:
                print(f"FAIL {name} {kind}: {gap:.3g} from {what}, expected at most {most:g}")
                wrong += 1
        worst[kind] = np.maximum(worst.get(kind, 0), np.array(gaps, np.float64))
    for kind, count in totals.items():
        gaps = ", ".join(f"{gap:.1e} from {what}" for gap, what in zip(worst[kind], PLACES)) \
            if kind in worst else "nothing computed"
        print(f"{kind}: {count} tests, {gaps}")
    if not totals:
        print("no tests")
    return 0 if totals and not wrong else 1


def write_page(page, lines):
    rows = [row for row in get_rows(lines) if len(row[3]) > 1]
    table = collections.defaultdict(lambda: collections.defaultdict(list))
    for _, kind, operators, gaps in rows:
        for operator in operators:
            table[operator][kind].append(np.array(gaps, np.float64))
    with open(page + ".new", "w") as file:
        def out(line):
            print(line, file=file)
        out(INTRODUCTION)
        for kind, most in TOLERANCES.items():
            gaps = np.array([row[3] for row in rows if row[1] == kind], np.float64)
            out(f"In {kind}, of {len(gaps)} tests {np.sum(gaps[:, 0] == 0)} are equal to reverse mode in "
                f"every number with a vertex for each\nnode, {np.sum(gaps[:, 1] == 0)} with one for each "
                f"operation; the largest distances are {gaps[:, 0].max():.1e} and\n"
                f"{gaps[:, 1].max():.1e} from reverse mode, {gaps[:, 2].max():.1e} from the reference.\n")
        out("| operator | tests | f64: nodes | operations | reference | f32: nodes | operations | "
            "reference |\n|---|---|---|---|---|---|---|---|")
        for operator, kinds in sorted(table.items()):
            worst = [gap for kind in TOLERANCES for gap in np.max(kinds[kind], axis=0)]
            cells = ["0" if gap == 0 else f"{gap:.1e}" for gap in worst]
            out(f"| {operator} | {len(kinds['f64'])} | " + " | ".join(cells) + " |")
    os.replace(page + ".new", page)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="+")
    parser.add_argument("--pc-run", required=True)
    parser.add_argument("--grad", required=True)
    parser.add_argument("--only")
    parser.add_argument("--every", type=int, default=1, help="run each n-th test")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--flag", action="append", default=[],
                        help="given to pc-run for predictive coding")
    parser.add_argument("--tsv")
    parser.add_argument("--page")
    options = parser.parse_args()
    if options.tsv and os.path.exists(options.tsv):
        with open(options.tsv) as file:
            lines = file.read().splitlines()
    else:
        lines = run_tests(options)
    if options.tsv:
        with open(options.tsv, "w") as file:
            file.writelines(line + "\n" for line in lines)
    status = check(lines)
    if options.page and status == 0:
        write_page(options.page, lines)
    return status


if __name__ == "__main__":
    sys.exit(main())
