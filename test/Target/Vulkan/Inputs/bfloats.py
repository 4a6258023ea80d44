# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions of bf16 on a device of Vulkan, against the CPU.

    bfloats.py [--plant] RUN FOLDER

Each op of arithmetic, comparisons, functions, conversions and a product with sums in f32 and
in bf16, of numbers of every size, ties of the rounding, infinities and NaN among them. What
the two targets both round from the same number has to be the same bits; where a function may be
off by some units of f32, one unit of bf16 is allowed. With --plant one result of the
device is changed by a unit."""

import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto

plant = sys.argv[1] == "--plant"
run, folder = sys.argv[1 + plant:]
folder = pathlib.Path(folder)
COUNT = 2048

EXACT = {op: f"%r = arith.{op} %x, %y : bf16" for op in
         ["addf", "subf", "mulf", "divf", "maximumf", "minimumf", "maxnumf", "minnumf"]}
EXACT |= {f"{op}": f"%r = math.{op} %x : bf16" for op in ["absf", "ceil", "floor", "roundeven"]}
EXACT |= {
    "negf": "%r = arith.negf %x : bf16",
    "select": "%c = arith.cmpf olt, %x, %y : bf16\n %r = arith.select %c, %x, %y : bf16",
    "unordered": "%c = arith.cmpf uno, %x, %y : bf16\n %one = arith.constant 1.0 : bf16\n"
                 "%r = arith.select %c, %one, %x : bf16",
    "constant": "%c = arith.constant 0.1 : bf16\n %r = arith.mulf %x, %c : bf16",
    "extended": "%a = arith.extf %x : bf16 to f32\n %b = arith.extf %y : bf16 to f32\n"
                "%p = arith.mulf %a, %b : f32\n %s = arith.addf %p, %a : f32\n %r = arith.truncf %s : f32 to bf16",
    "bits": "%a = arith.bitcast %x : bf16 to i16\n %one = arith.constant 1 : i16\n"
            "%b = arith.xori %a, %one : i16\n %r = arith.bitcast %b : i16 to bf16",
    "integers": "%low = arith.constant -3.0e4 : bf16\n %high = arith.constant 3.0e4 : bf16\n"
                "%c = arith.maxnumf %x, %low : bf16\n %d = arith.minnumf %c, %high : bf16\n"
                "%a = arith.fptosi %d : bf16 to i32\n %two = arith.constant 3 : i32\n"
                "%b = arith.muli %a, %two : i32\n %r = arith.sitofp %b : i32 to bf16"}
NEAR = {op: f"%r = math.{op} %x : bf16" for op in
        ["exp", "tanh", "erf", "sqrt", "rsqrt", "log", "log1p", "expm1", "sin", "cos"]}
NEAR["chain"] = "%a = math.tanh %x : bf16\n %b = arith.mulf %a, %y : bf16\n %r = arith.addf %b, %x : bf16"

OP = """
  %z{i} = linalg.generic {{indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]}}
      ins(%arg0, %arg1 : tensor<{n}xbf16>, tensor<{n}xbf16>) outs(%e : tensor<{n}xbf16>) {{
  ^bb0(%x: bf16, %y: bf16, %o: bf16):
    {body}
    linalg.yield %r : bf16
  }} -> tensor<{n}xbf16>"""
# Sums in the type of the accumulator, in the order of k.
PRODUCT = """
func.func @model(%p: tensor<{m}x{k}xbf16>, %q: tensor<{k}x{n}xbf16>) -> tensor<{m}x{n}x{sum}> {{
  %zero = arith.constant 0.0 : {sum}
  %e = tensor.empty() : tensor<{m}x{n}x{sum}>
  %f = linalg.fill ins(%zero : {sum}) outs(%e : tensor<{m}x{n}x{sum}>) -> tensor<{m}x{n}x{sum}>
  %z = linalg.matmul ins(%p, %q : tensor<{m}x{k}xbf16>, tensor<{k}x{n}xbf16>)
      outs(%f : tensor<{m}x{n}x{sum}>) -> tensor<{m}x{n}x{sum}>
  return %z : tensor<{m}x{n}x{sum}>
}}
"""


def save(path, bits):
    tensor = TensorProto(data_type=TensorProto.BFLOAT16, dims=bits.shape, raw_data=bits.tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tensor.SerializeToString())


def load(path):
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    if tensor.data_type == TensorProto.FLOAT:
        return np.frombuffer(tensor.raw_data, np.float32)
    return np.frombuffer(tensor.raw_data, np.uint16)


def call(name, code, inputs):
    """The results on the CPU and on the device."""
    source = folder / f"{name}.mlir"
    for i, bits in enumerate(inputs):
        save(folder / name / f"input_{i}.pb", bits)
    source.write_text(code)
    results = []
    for target in ("cpu", "vulkan"):
        out = folder / f"{name}.{target}"
        done = subprocess.run([run, source, "--data", folder / name, "--out", out, f"--target={target}"],
                              stderr=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        results.append([load(out / f"output_{i}.pb") for i in range(len(list(out.iterdir())))])
    return zip(*results)


def far(cpu, gpu, units):
    """How many bf16 are more than so many units apart; all NaN are one, and what a device may
    flush to zero is zero."""
    cpu, gpu = (np.where(bits & 0x7fff <= 0x80, 0, bits) for bits in (cpu, gpu))
    order = lambda bits: np.where(bits < 0x8000, bits.astype(np.int64), 0x8000 - bits.astype(np.int64))
    nan = lambda bits: bits & 0x7fff > 0x7f80
    return int(np.sum((np.abs(order(cpu) - order(gpu)) > units) & ~(nan(cpu) & nan(gpu))))


def compare_elementwise(ops, inputs, kind, units):
    """How many of the ops are not as on the CPU."""
    bodies = "".join(OP.format(i=i, n=COUNT, body=body) for i, body in enumerate(ops.values()))
    types = ", ".join([f"tensor<{COUNT}xbf16>"] * len(ops))
    results = ", ".join(f"%z{i}" for i in range(len(ops)))
    code = f"""func.func @model(%arg0: tensor<{COUNT}xbf16>, %arg1: tensor<{COUNT}xbf16>) -> ({types}) {{
  %e = tensor.empty() : tensor<{COUNT}xbf16>{bodies}
  return {results} : {types}
}}
"""
    wrong = 0
    for name, (cpu, gpu) in zip(ops, call(f"{kind}_{units}", code, inputs)):
        if plant and name == "addf":
            gpu = gpu ^ (np.arange(COUNT) == 9).astype(np.uint16)
        count = far(cpu, gpu, units)
        if count:
            print(f"{name} of {kind}: {count} of {COUNT} are more than {units} units off")
        wrong += count != 0
    return wrong


def compare_products(near):
    wrong = 0
    for kind in ("f32", "bf16"):
        for m, k, n in ((64, 40, 32), (7, 33, 5)):
            code = PRODUCT.format(m=m, k=k, n=n, sum=kind)
            (cpu, gpu), = call(f"product_{kind}_{m}", code, (np.resize(near, (m, k)), np.resize(near[::-1], (k, n))))
            # 1e-5: the CPU fuses multiplications and additions in f32.
            same = np.allclose(cpu, gpu, rtol=1e-5, atol=1e-4) if kind == "f32" else not far(cpu, gpu, 0)
            if not same:
                print(f"product {m}x{k}x{n} with sums in {kind} differs")
            wrong += not same
    return wrong


def main():
    draw = np.random.default_rng(5)
    every = draw.integers(0, 1 << 16, COUNT, dtype=np.uint16)
    every[:8] = [0, 0x8000, 0x7f80, 0xff80, 0x7fc0, 0x3f80, 0x4000, 0x3f81]
    # Denormals of f32 are not those of every device.
    every[every & 0x7f80 == 0] &= 0x8000
    # Exponents near those of others, so that sums meet ties.
    near = (draw.integers(0x3f00, 0x4180, COUNT) | draw.integers(0, 2, COUNT) << 15).astype(np.uint16)
    wrong = 0
    for kind, bits in (("every", every), ("near", near)):
        wrong += compare_elementwise(EXACT, (bits, np.roll(bits, 77)), kind, 0)
    wrong += compare_elementwise(NEAR, (near, np.roll(near, 77)), "near", 1)
    wrong += compare_products(near)
    print(f"{2 * len(EXACT) + len(NEAR) + 4} functions, {wrong} are wrong")


main()
