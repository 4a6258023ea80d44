# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The law of fixed prediction on a chain of five vertices."""

import sys

import oracle
from oracle import arrived, check, close

MODEL = sys.argv[3]
ARGUMENTS = ["0.7,-0.4,1.1", "0.9,1.2,-0.8", "1.1,-0.7,0.9", "-0.8,0.6,1.3",
             "1.4,0.5,-1.1", "0.3,-0.9,0.8", "0.2,0.1,-0.3"]


def run(schedule="", arguments=ARGUMENTS, **options):
    """Gradients of w1 .. w5."""
    return oracle.run(MODEL, arguments, schedule, wrt="parameters", **options)[-5:]


def error(got, want):
    """Relative L2."""
    return (sum((g - w) ** 2 for g, w in zip(got, want)) /
            sum(w ** 2 for w in want)) ** 0.5


reference = run(entry="model_autodiff")
# 1e-14: the same products in another order of rounding.
for k, (got, want) in enumerate(zip(run(), reference), 1):
    check(f"fixed-exact, layer {k}: {error(got, want):.2g}", error(got, want) <= 1e-14)

# 19 updates of 1/10, start clamped: what the literature's "n = 20" leaves.
for k, (got, want, missing) in enumerate(
        zip(run("schedule=fixed step=0.1 iterations=19"), reference,
            (.8850, .7054, .4203, .1351, 0)), 1):
    check(f"19 updates, layer {k}: {error(got, want):.4f}, expected {missing:.4f}",
          abs(error(got, want) - missing) < 5e-5)

# On a chain d_k(T) = c_k(T) times the gradient: to 1e-12, below and above step 1.
for step, count in ((.1, 19), (.5, 7), (1.5, 30), (1.9, 30)):
    for k, (got, want) in enumerate(
            zip(run(f"schedule=fixed step={step} iterations={count}"), reference), 1):
        c = arrived(count, step, 4)[5 - k]
        close(f"step {step}, {count} updates, layer {k}", got[0], c * want[0], 1e-12)

# One update too few leaves nothing at the deepest vertex.
short = run("schedule=fixed step=1 iterations=3")
check("T = D - 1: layer 1 has no gradient", short[0] == [0, 0, 0])
check("T = D - 1: layer 2 is exact", error(short[1], reference[1]) <= 1e-14)

# Dividing by what has arrived removes the bias, at any T >= D.
for k, (got, want) in enumerate(
        zip(run("schedule=fixed step=0.3 iterations=5 debias=true"), reference), 1):
    check(f"debias, layer {k}: {error(got, want):.2g}", error(got, want) <= 1e-12)

# A tolerance is kept, and no update is wasted on it.
iterations = next(n for n in range(1, 1000) if 1 - arrived(n, .2, 4)[4] <= 1e-6)
got = run("schedule=fixed step=0.2 tolerance=1e-6")
close("tolerance 1e-6", got[0][0], arrived(iterations, .2, 4)[4] * reference[0][0], 1e-13)

# z-il learns the gradient on a chain; iPC does not, but goes downhill.
for k, (got, want) in enumerate(zip(run("schedule=z-il"), reference), 1):
    check(f"z-il, layer {k}: {error(got, want):.2g}", error(got, want) <= 1e-12)
downhill = sum(g * w for got, want in zip(run("schedule=incremental iterations=30 rate=0.01"), reference)
               for g, w in zip(got, want))
check(f"incremental: product with the gradient {downhill:.3g}", downhill > 0)

# Nudging: an error of O(beta), centred O(beta^2). A tenth of beta leaves a tenth
# or a hundredth; 0.7 and 0.85 of the exponents 1 and 2 allow for higher terms.
def nudge(kind, beta):
    got = run(f"schedule={kind} beta={beta} step=0.2 iterations=2000")
    return max(error(g, w) for g, w in zip(got, reference))


one, one_tenth = nudge("nudged", .01), nudge("nudged", .001)
two, two_tenth = nudge("centred-nudged", .01), nudge("centred-nudged", .001)
check(f"nudged: {one:.2g} then {one_tenth:.2g}", one / one_tenth > 10 ** .7)
check(f"centred: {two:.2g} then {two_tenth:.2g}", two / two_tenth > 10 ** 1.7)
check("centred is closer", two < one)

# In f32 the displacement keeps its digits whatever the scale of the loss: the
# seed of the sum is scaled by the target's distance, here through the weights of
# the last layer. 2e-6: five layers of f32 products.
for scale in (1, 1 / 256, 1 / 16384):
    scaled = [*ARGUMENTS[:5], ",".join(str(float(x) * scale) for x in ARGUMENTS[5].split(",")),
              ",".join(str(float(x) * scale) for x in ARGUMENTS[6].split(","))]
    want = run(entry="model_autodiff", arguments=scaled)
    for schedule in ("", "schedule=fixed step=0.2 iterations=250"):
        got = run(schedule, arguments=scaled, floats="f32")
        worst = max(error(g, w) for g, w in zip(got, want))
        check(f"f32, scale {scale:.3g}, {schedule or 'fixed-exact'}: {worst:.2g}", worst <= 2e-6)

oracle.finish()
