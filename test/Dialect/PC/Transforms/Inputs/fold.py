# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A folded relaxation against the law of fixed prediction and against the loop."""

import re
import sys

import oracle
from oracle import arrived, check, close

MODEL, STEPS = sys.argv[3:5]
ARGUMENTS = ["0.7,-0.4", "0.9,1.2", "1.1,-0.7", "-0.8,0.6", "1.4,0.5", "0.3,-0.9", "0.8,1.3",
             "0.2,0.1"]
DEPTH = 5


def run(schedule, **options):
    """Gradients of w1 .. w6."""
    return oracle.run(MODEL, ARGUMENTS, schedule, wrt="parameters", **options)[-6:]


def missing(got, want):
    """The part of the gradient that is missing, by relative L2."""
    return (sum((g - w) ** 2 for g, w in zip(got, want)) / sum(w ** 2 for w in want)) ** 0.5


reference = run("", entry="model_autodiff")

# 1 - P(Binomial(T, .1) >= k) for k = 5 .. 0, to the digits that are given.
for count, law in ((19, (".9648", ".8850", ".7054", ".4203", ".1351", "0")),
                   (99, ("2.540e-2", "8.471e-3", "2.122e-3", "3.542e-4", "2.951e-5", "0"))):
    folded = run(f"schedule=fixed step=0.1 iterations={count}", fold=True)
    for layer, (got, want, part) in enumerate(zip(folded, reference, law), 1):
        found = missing(got, want)
        check(f"{count} updates, layer {layer}: {found:.5g} is missing, expected {part}",
              abs(found - float(part)) <= 6e-4 * float(part) + 1e-14)

# The closed form and the loop, to 1e-12 of f64: below and above step 1, with fewer
# iterations than the chain is deep (the first layers get nothing), with very many.
for step, count in ((.1, 19), (.5, 3), (1, 3), (1, 5), (1.5, 30), (1.9, 30), (.5, 400)):
    schedule = f"schedule=fixed step={step} iterations={count}"
    folded, loop = run(schedule, fold=True), run(schedule)
    for layer, (got, same, want) in enumerate(zip(folded, loop, reference), 1):
        part = arrived(count, step, DEPTH)[DEPTH + 1 - layer]
        name = f"step {step}, {count} updates, layer {layer}"
        if part == 0:
            check(f"{name}: nothing", got == [0, 0] and same == [0, 0])
            continue
        close(f"{name}, law", got[0], part * want[0], 1e-12)
        close(f"{name}, loop", got[1], same[1], 1e-12)


def off_by_one(text):
    """What the third edge multiplies by becomes what the fourth does."""
    factors = sorted(re.findall(r"pc\.scale (\S+) \*", text), key=float, reverse=True)
    check(f"one factor for each edge: {factors}", len(factors) == DEPTH)
    return text.replace(f"pc.scale {factors[2]} *", f"pc.scale {factors[3]} *")


# Planted: one binomial factor off by one.
schedule = "schedule=fixed step=0.1 iterations=19"
planted, loop = run(schedule, fold=True, edit=off_by_one), run(schedule)
found = [missing(got, want) > 1e-12 for got, want in zip(planted, loop)]
check(f"the planted factor is found, in layer 3 and in those that it sends messages to: {found}",
      found == [True, True, True, False, False, False])

# Planted: one iteration too many.
other = run("schedule=fixed step=0.1 iterations=20")
check("an iteration more is another number, but at the clamped output",
      [missing(g, w) > 1e-3 for g, w in zip(run(schedule, fold=True), other)] ==
      [True] * 5 + [False])

# Steps of their own, precisions, a hidden vertex that the loss reads, initial errors
# that fade; and vertices that stop before the others do, which makes two loops.
def relax(count, fold, states, stop=""):
    exposed = " expose-states" if states else ""
    return oracle.run(STEPS, ["0.7,-0.4", *states],
                      f"schedule=fixed step=0.5 iterations={count}{exposed}", from_graph=True,
                      fold=fold, edit_graph=lambda text: text.replace("step(0.4)", f"step(0.4){stop}"))


STATES = ["0.3,-0.2", "1.1,0.4", "-0.6,0.9", "0.5,0.8"]
for states in ([], STATES):
    for count in (1, 2, 3, 4, 7, 25):
        for stop in ("", " iterations(3)"):
            folded, loop = relax(count, True, states, stop), relax(count, False, states, stop)
            worst = max(missing(got, want) for got, want in zip(folded, loop) if any(want))
            check(f"{count} updates{stop}, {len(states)} initial errors: {worst:.2g}",
                  worst <= 1e-12 and len(folded) == 3 + len(states))
other = relax(4, False, STATES)
check("an iteration more is another number", missing(relax(3, True, STATES)[2], other[2]) > 1e-3)

oracle.finish()
