# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes docs/ONNXSupport.md from the handlers and from what the suites gave.

  support.py --pc-bin DIR [--suites DIR] [--grad DIR] [--peer FILE]
             [--results DIR] PAGE
  support.py --pc-bin DIR --check PAGE

DIR of --suites holds the unpacked suites node, pytorch-converted,
pytorch-operator and simple; without it, the ones that Debian packages are run.
--grad is the folder of reference gradients, --peer a list `suite/test<TAB>STATUS`
of another runtime on the same files. Results lie in --results as tables
`suite/test<TAB>status` and are not computed again where they are there already.
--check runs nothing: the page must name the operators that the importer has.
"""

import argparse
import collections
import os
import re
import subprocess
import sys

import onnx

SUITES = ("node", "pytorch-converted", "pytorch-operator", "simple")
STATES = ("right", "refused", "wrong", "crash")
DEBIAN = "/usr/share/libonnx-testdata/data"

# What others say of themselves, read in the middle of 2026 in their own lists of
# tests and trackers; not run here, and not all on the same files.
PUBLISHED = (
    ("onnx-mlir", "731 of 1694 backend tests are enabled", "152 of 210 operators"),
    ("torch-mlir and IREE", "842 of 1286 backend tests compile and run", "186 operators"),
)


def run_suites(options, name, suites, arguments):
    """The table of one run of conformance.py."""
    table = os.path.join(options.results, name + ".tsv")
    if not os.path.exists(table):
        subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "conformance.py"),
                        "--pc-run", os.path.join(options.pc_bin, "pc-run"),
                        "--tsv", table, *arguments, *suites], check=True)
    with open(table) as file:
        return dict(line.rstrip("\n").split("\t", 1) for line in file)


def get_state(result):
    if result == "PASS":
        return "right"
    if result.startswith("UNSUPPORTED"):
        return "refused"
    return "crash" if result.startswith("FAIL CRASH") else "wrong"


def walk(graph):
    for node in graph.node:
        yield ("" if node.domain == "ai.onnx" else node.domain, node.op_type)
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                yield from walk(inner)


def find_operators(directory, test):
    """What a test is about: an expanded one is about the operator it expands."""
    base = re.sub(r"_expanded(_ver\d+)?$", "", test)
    if not os.path.exists(os.path.join(directory, base, "model.onnx")):
        base = test
    path = os.path.join(directory, base, "model.onnx")
    found = set(walk(onnx.load(path, load_external_data=False).graph))
    # Constants are there to feed the others.
    names = {f"{domain}.{name}" if domain else name for domain, name in found}
    return names - {"Constant"} or names


def list_handlers(options):
    """[(operator, operator sets at which it changes, folded?)]"""
    text = subprocess.run([os.path.join(options.pc_bin, "pc-translate"),
                           "--list-onnx-operators"], check=True, capture_output=True,
                          text=True).stdout
    handlers = []
    for line in text.splitlines():
        words = line.split()
        folded = words[-1] == "folded"
        handlers.append((words[0], ", ".join(words[1:len(words) - folded]), folded))
    return handlers


def shorten(result):
    """The reason of a refusal, without the names of one model."""
    text = result.removeprefix("UNSUPPORTED ")
    reasons = []
    for part in text.split("; "):
        part = re.sub(r"^\d+ x ", "", part)
        part = re.sub(r" \(opset (\d+), first node '[^']*'\)", "", part)
        part = re.sub(r"^(input|output) '[^']*': ", r"\1: ", part)
        if part not in reasons:
            reasons.append(part)
    return reasons[0].replace("|", "\\|")


def tally(states):
    counts = collections.Counter(states)
    return " | ".join(str(counts[state]) for state in STATES)


def write_suites(out, forward, gradients, peer, directories):
    out("## Suites\n")
    out("A test is right when every output has the published shape, type and values "
        "(1e-7 + 1e-3 of the\nreference), computed by compiled code, but for strings, which are "
        "compared, changed and moved\nwhile importing, and for operators that are folded. "
        "Refused means exit status 2 and a reason.\n")
    out("| suite | tests | right | refused | wrong | crash | ONNX Runtime 1.30 |")
    out("|---|---|---|---|---|---|---|")
    for suite in directories:
        mine = {name: state for name, state in forward.items()
                if name.startswith(suite + "/")}
        other = sum(1 for name, status in peer.items()
                    if name in mine and status == "PASS")
        out(f"| {suite} | {len(mine)} | {tally(mine.values())} | "
            f"{other if peer else 'not run'} |")
    if gradients:
        out("\nReference gradients in f64, by predictive coding (`fixed-exact`), each to 1e-9 "
            "relative in L2:")
        right = sum(1 for state in gradients.values() if state == "right")
        out(f"{right} of {len(gradients)} tests.")
    out("\nOthers, by their own account in the middle of 2026 (not run here, and on their own "
        "selection of\nthe tests; none of them has gradients of ONNX graphs):\n")
    out("| compiler | tests | operators |")
    out("|---|---|---|")
    for row in PUBLISHED:
        out("| " + " | ".join(row) + " |")


def write_operators(out, handlers, forward, gradients, operators):
    out("\n## Operators\n")
    out("The operator sets are those at which the meaning changes here; a handler covers "
        "every later set\nup to 28. Tests count for each operator that occurs in them, and "
        "`gradients` says how many\nof the reference gradients are met. Folded operators are "
        "evaluated while a model is imported.\n")
    out("| operator | since | right | refused | wrong | crash | gradients |")
    out("|---|---|---|---|---|---|---|")
    by_operator = collections.defaultdict(list)
    by_gradient = collections.defaultdict(list)
    for table, rows in ((forward, by_operator), (gradients, by_gradient)):
        for name, state in table.items():
            for operator in operators[name]:
                rows[operator].append(state)
    known = {name for name, _, _ in handlers}
    for name, since, folded in handlers:
        met = by_gradient[name]
        row = f"{met.count('right')}/{len(met)}" if met else "–"
        out(f"| {name} | {since}{' (folded)' if folded else ''} | "
            f"{tally(by_operator[name])} | {row} |")
    out("\n### Without a handler\n")
    out("| operator | right | refused | wrong | crash |\n|---|---|---|---|---|")
    for name in sorted(set(by_operator) - known):
        out(f"| {name} | {tally(by_operator[name])} |")


def write_refusals(out, results):
    out("\n## Why tests are refused\n")
    out("| tests | reason |\n|---|---|")
    reasons = collections.Counter(shorten(result) for result in results.values()
                                  if get_state(result) == "refused")
    for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        out(f"| {count} | {reason} |")


def write_page(options):
    os.makedirs(options.results, exist_ok=True)
    places = {suite: os.path.join(options.suites, suite) for suite in SUITES}
    places = {suite: place for suite, place in places.items() if os.path.isdir(place)}
    if not places:
        raise SystemExit(f"support.py: expected one of {', '.join(SUITES)} in "
                         f"{options.suites}, but found none")
    results = run_suites(options, "forward", places.values(), [])
    forward = {name: get_state(result) for name, result in results.items()}
    gradients = {}
    if options.grad:
        found = run_suites(options, "gradients", places.values(),
                           ["--grad", options.grad, "--f64", "--flag=--schedule=fixed-exact"])
        gradients = {name: get_state(result) for name, result in found.items()}
    peer = {}
    if options.peer:
        with open(options.peer) as file:
            peer = dict(line.rstrip("\n").split("\t")[:2] for line in file)
    operators = {name: find_operators(places[name.split("/")[0]], name.split("/")[1])
                 for name in forward | gradients}
    temporary = options.page + ".new"
    with open(temporary, "w") as file:
        def out(line):
            print(line, file=file)
        out("# What of ONNX is supported\n")
        out("Written by `test/Target/ONNX/Inputs/support.py` from the handlers of the importer "
            "and a run of the\nsuites; do not edit. [ONNX.md](ONNX.md) says how operators are "
            "imported.\n")
        write_suites(out, forward, gradients, peer, places)
        write_operators(out, list_handlers(options), forward, gradients, operators)
        write_refusals(out, results)
    os.replace(temporary, options.page)


def check_page(options):
    with open(options.page) as file:
        page = file.read()
    table = page.split("## Operators")[-1].split("###")[0]
    named = re.findall(r"^\| ([A-Z][\w.]*|ai\.[\w.]*) \| ([\d, ]+?)(?: \(folded\))? \|", table, re.M)
    expected = [(name, since) for name, since, _ in list_handlers(options)]
    for name, since in sorted(set(expected) - set(named)):
        print(f"{options.page}: expected {name} ({since}), which the importer has")
    for name, since in sorted(set(named) - set(expected)):
        print(f"{options.page}: the importer has no {name} ({since})")
    if named != expected:
        return 1
    print(f"{len(named)} operators")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page")
    parser.add_argument("--pc-bin", required=True)
    parser.add_argument("--suites", default=DEBIAN)
    parser.add_argument("--grad")
    parser.add_argument("--peer")
    parser.add_argument("--results", default="support-results")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        return check_page(options)
    write_page(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
