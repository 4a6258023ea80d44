# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks random graphs, as many as one likes: predictive coding = reverse mode
= finite differences in f64, each relaxation proved and local.

usage: check_graphs.py [--first SEED] [--count N] [--control] [--full] [--falsify]
                       [--without PASS,...] [--jobs N] [--seconds S]
                       [--pc-gradient-test BIN]
Seeds go by chunks, with a vertex for each node and for each operation in turn.
--without leaves one of the passes out of the compilation of each chunk, in turn.
--full asks forward mode too and verifies the IR after every pass. --falsify
plants a wrong sign and does not say so. --seconds starts no chunk later than
that. Prints what fails, how to repeat it, and the totals.
"""

import argparse
import concurrent.futures
import itertools
import pathlib
import re
import subprocess
import sys
import tempfile
import time

CHUNK = 50  # as many as pc-gradient-test compiles together
RELAXATION = {
    "node": "pc-build-graph{granularity=node},pc-expand-inference{schedule=fixed-exact wrt=all},"
            "pc-check-locality,pc-prove-equivalence{require=proved},pc-prune-wavefront,pc-lower-vjp,"
            "convert-pc-to-linalg",
    "op": "pc-build-graph{granularity=op},pc-expand-inference{schedule=fixed-exact wrt=all},"
          "pc-check-locality,pc-prove-equivalence{require=proved},pc-lower-vjp,convert-pc-to-linalg"}


def check(options, first, count, granularity, without):
    """How many graphs were judged, how many wrong, and what was printed of those."""
    generate = [sys.executable, str(pathlib.Path(__file__).with_name("random_graphs.py")),
                "--first", str(first), "--count", str(count)]
    generate += ["--control"] * options.control + ["--plant"] * options.falsify
    with tempfile.NamedTemporaryFile(suffix=".mlir") as file:
        text = subprocess.run(generate, capture_output=True, text=True, check=True).stdout
        file.write(text.replace(" attributes {test.planted}", "").encode())
        file.flush()
        command = [options.pc_gradient_test, file.name, f"--relaxation={RELAXATION[granularity]}"]
        command += ["--quick"] * (not options.full) + [f"--without={without}"] * bool(without)
        done = subprocess.run(command, capture_output=True, text=True)
    failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    judged = len(re.findall(r"^(?:ok  |FAIL) graph_", done.stdout, re.M))
    if judged != count or done.returncode not in (0, 1):
        failures.append(f"FAIL {count - judged} of {count} graphs from seed {first} were not judged, "
                        f"status {done.returncode}: {done.stderr.strip()[-500:]}")
    return judged, len(failures), [
        f"{line} (granularity={granularity}" + f", without={without}" * bool(without) + ")" for line in failures]


def chunks(options):
    end = options.first + options.count
    for first, granularity, without in zip(range(options.first, end, CHUNK), itertools.cycle(RELAXATION),
                                           itertools.cycle(options.without.split(","))):
        yield first, min(CHUNK, end - first), granularity, without


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pc-gradient-test", default="pc-gradient-test")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=CHUNK)
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--falsify", action="store_true")
    parser.add_argument("--without", default="")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    options = parser.parse_args()
    end = time.monotonic() + options.seconds

    def work(chunk):
        return check(options, *chunk) if time.monotonic() < end else (0, 0, [])
    graphs, failures = 0, 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for judged, failed, lines in pool.map(work, chunks(options)):
            graphs += judged
            failures += failed
            print("".join(line + "\n" for line in lines), end="", flush=True)
    print(f"{graphs} graphs, {failures} failures")
    return 1 if failures else 0


sys.exit(main())
