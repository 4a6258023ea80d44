# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products, convolutions and their gradients of random sizes on a device of Vulkan, against NumPy.

    random_kernels.py [--plant] SOURCE BIN LIBRARY FOLDER SEED COUNT [PROFILE]

The cases are those of the CPU's test, in f32, half of them with an op behind that
becomes part of the kernel. All values are small integers: every result has to be
equal, whatever the order of sums that the profile of a device asks for. With --plant the second operand is another one on the device. The validation
layer watches."""

import pathlib
import random
import subprocess
import sys

import numpy as np

plant = sys.argv[1] == "--plant"
source, binaries, library, folder, seed, count, *profile = sys.argv[1 + plant:]
sys.path += [f"{source}/test/Target/CPU/Inputs", f"{source}/benchmarks/gpu"]

import plans
import random_contractions as cases


class OnlyF32(random.Random):
    def choice(self, options):
        return super().choice(["f32"] if "f64" in options else options)


def extend(draw, case):
    """Sometimes, max(y, -2) - 1 of what the function returned."""
    what, _, code, shapes, reference, fills = case
    behind = draw.random() < 0.5
    if behind:
        type, rank = cases.text(shapes[2], "f32"), len(shapes[2])
        loops = ", ".join(f"d{i}" for i in range(rank))
        every = ", ".join(['"parallel"'] * rank)
        code = code.replace("  return %y", f"""  %low = arith.constant -2.0 : f32
  %one = arith.constant 1.0 : f32
  %empty = tensor.empty() : {type}
  %behind = linalg.generic {{indexing_maps = [affine_map<({loops}) -> ({loops})>, affine_map<({loops}) -> ({loops})>],
      iterator_types = [{every}]}} ins(%y : {type}) outs(%empty : {type}) {{
  ^bb0(%p: f32, %q: f32):
    %m = arith.maximumf %p, %low : f32
    %s = arith.subf %m, %one : f32
    linalg.yield %s : f32
  }} -> {type}
  return %behind""")
    return what, code, shapes, reference, fills, behind


def is_wrong(device, path, case, draw):
    what, _, shapes, reference, fills, behind = case
    values = [draw.integers(-3, 4, shape).astype(np.float32) for shape in (shapes[:2] if fills else shapes)]
    expected = reference(*(value.astype(np.float64) for value in values[:2]))
    expected = expected if fills else expected + values[2]
    expected = np.maximum(expected, -2) - 1 if behind else expected
    if plant:
        values[1] += 8
    plan = plans.Plan(device, path.read_bytes())
    plan.write_all(values)
    plan.run()
    result = plan.read(0)
    plan.close()
    if np.array_equal(result, expected):
        return 0
    print(f"{what}{' behind' * behind}: {np.sum(result != expected)} of {result.size} elements are wrong")
    return 1


def main():
    draw = OnlyF32(int(seed))
    makers = [cases.matmul, cases.convolution, cases.spread]
    drawn = [extend(draw, draw.choice(makers)(draw, f"f{i}")) for i in range(int(count))]
    out = pathlib.Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    (out / "cases.mlir").write_text("".join(case[1] for case in drawn))
    subprocess.run([f"{binaries}/pc-compile", "--compile-from=tensor", "--target=vulkan", "-o", out,
                    out / "cases.mlir", *(f"--device-profile={name}" for name in profile)], check=True)
    device = plans.Device(library, validate=True)
    wrong = sum(is_wrong(device, out / f"cases_f{i}.pcvk", case, np.random.default_rng(i))
                for i, case in enumerate(drawn))
    print(f"{len(drawn)} cases, {wrong} are wrong")


main()
