# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every schedule on the scalar graph, against its known numbers."""

import sys

import oracle
from oracle import check, close

MODEL = sys.argv[3]
DV = {1: -11.370532186715645, 3: -31.827314641658038}
DTHETA = {1: -0.879223533718, 3: -2.461039077902}
Y = -0.111663792853065
LOSS = {1: 0.617898194170231, 3: 4.841225779876360}


def run(schedule, target=1, **options):
    """L, y, L again as the loss, dL/dv, dL/dtheta."""
    return [r[0] for r in oracle.run(MODEL, [5, 2, target], schedule,
                                     loss="loss=model output=L", **options)]


def gradients(schedule, target=1, **options):
    return run(schedule, target, **options)[-2:]


# 1e-12: a dozen operations in float64, each within 1e-16 or so.
for target in (1, 3):
    results = run("", target)
    close(f"L at T={target}", results[0], LOSS[target], 1e-12)
    close("y", results[1], Y, 1e-12)
    close("fixed-exact dL/dv", results[-2], DV[target], 1e-12)
    close("fixed-exact dL/dtheta", results[-1], DTHETA[target], 1e-11)  # 12 digits known
    sweep = gradients("schedule=sweep", target)
    close("sweep dL/dv", sweep[0], DV[target], 1e-12)

# The number of updates to a relative error of 1e-3 (start clamped), exactly.
for step, count in ((.02, 352), (.05, 139), (.1, 68), (.2, 32), (.5, 11), (1, 2)):
    errors = [abs(gradients(f"schedule=fixed step={step} iterations={n}")[0] / DV[1] - 1)
              for n in (count - 1, count)]
    check(f"step {step}: {count - 1} updates leave {errors[0]:.3g}, {count} leave {errors[1]:.3g}",
          errors[0] > 1e-3 >= errors[1])

# Step 2 never settles, 2.1 diverges.
late = [abs(gradients(f"schedule=fixed step=2 iterations={n} allow-unstable=true")[0] / DV[1] - 1)
        for n in (300, 301)]
check(f"step 2: relative errors {late} after 300 and 301 updates", min(late) > 1e-3)
grown = abs(gradients("schedule=fixed step=2.1 iterations=500 allow-unstable=true")[0])
check(f"step 2.1: |dL/dv| = {grown:.3g} after 500 updates", 1e20 < grown < 1e27)

# The strict equilibrium is another point. 1e-9: ten digits are known.
strict = gradients("schedule=strict step=0.1 iterations=3000")
close("strict dL/dv, T=1", strict[0], -3.4136082625, 1e-9)
close("strict dL/dtheta, T=1", strict[1], -0.3223369256, 1e-9)
strict = gradients("schedule=strict step=0.02 iterations=20000", 3)
close("strict dL/dv, T=3", strict[0], -1.6504874047, 1e-9)
close("strict dL/dtheta, T=3", strict[1], -0.9292860007, 1e-9)

# All paths of a vertex have one length here: z-il is exact as it is.
close("z-il", gradients("schedule=z-il")[0], DV[1], 1e-12)

oracle.finish()
