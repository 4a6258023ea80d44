# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products, convolutions and their gradients of random sizes, many with an elementwise op
on their sums, compiled, against NumPy.

    random_contractions.py [--plant] BIN FOLDER SEED COUNT CPU[@THREADS]...

All values are small integers, so that no order of summation can change a sum
and every result has to be equal. Sizes are drawn such that tiles, masks, blocks
of reductions and their remainders all occur. With --plant the last operand is
another one when the compiled function reads it."""

import ctypes
import pathlib
import random
import re
import subprocess
import sys

import numpy as np

BODY = """ {{
  ^bb0(%p: {t}, %q: {t}, %r: {t}):
    %m = arith.mulf %p, %q : {t}
    %s = arith.addf %r, %m : {t}
    linalg.yield %s : {t}
  }}"""


def text(shape, type):
    return "tensor<" + "".join(f"{n}x" for n in shape) + type + ">"


def contraction(name, type, loops, kinds, maps, shapes, fills):
    """With a start of zeros, or of what a third argument holds."""
    a, b, c = (text(shape, type) for shape in shapes)
    maps = ", ".join(f"affine_map<({loops}) -> ({m})>" for m in maps)
    kinds = ", ".join({"p": '"parallel"', "r": '"reduction"'}[kind] for kind in kinds)
    start = f"""
  %z = arith.constant 0.0 : {type}
  %e = tensor.empty() : {c}
  %o = linalg.fill ins(%z : {type}) outs(%e : {c}) -> {c}""" if fills else ""
    arguments = f"%a: {a}, %b: {b}" + ("" if fills else f", %o: {c}")
    return f"""
func.func @{name}({arguments}) -> {c} {{{start}
  %y = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}} ins(%a, %b : {a}, {b}) outs(%o : {c}){BODY.format(t=type)} -> {c}
  return %y : {c}
}}
"""


def size(draw, most):
    return round(2 ** draw.uniform(0, np.log2(most)))


def matmul(draw, name):
    type, fills = draw.choice(["f32", "f64"]), draw.random() < 0.7
    m, n, k = size(draw, 90), size(draw, 150), size(draw, 900)
    if draw.random() < 0.25:  # rows that share sets of the first cache
        m, n, k = draw.randint(30, 300), draw.choice([256, 500, 512, 1024]), draw.randint(30, 260)
    return product(name, draw.choice([1, 1, 3]), m, n, k, draw.random() < 0.5, draw.random() < 0.5, type, fills)


def long_sums(draw, name):
    """In blocks, between which they are in memory."""
    m, n, k = draw.randint(10, 60), draw.randint(33, 200), draw.randint(900, 3000)
    return product(name, 1, m, n, k, draw.random() < 0.5, False, draw.choice(["f32", "f64"]), draw.random() < 0.7)


def tall(draw, name):
    """Of more rows than the second cache holds, which run in blocks."""
    m, n, k = draw.randint(300, 1300), draw.choice([draw.randint(20, 300), 256]), draw.randint(128, 700)
    if draw.random() < 0.3:  # rows in blocks of the same size
        m = draw.choice([512, 1000, 1024])
    return product(name, 1, m, n, k, draw.random() < 0.7, False, draw.choice(["f32", "f64"]), draw.random() < 0.7)


def product(name, p, m, n, k, ta, tb, type, fills):
    shapes = [(p, *((k, m) if ta else (m, k))), (p, *((n, k) if tb else (k, n))), (p, m, n)]
    maps = ["p, " + ("k, i" if ta else "i, k"), "p, " + ("j, k" if tb else "k, j"), "p, i, j"]

    def reference(a, b):
        return (a.swapaxes(1, 2) if ta else a) @ (b.swapaxes(1, 2) if tb else b)
    what = f"{p}x{m}x{k}x{n} {'nt'[ta]}{'nt'[tb]} {type}"
    return what, type, contraction(name, type, "p, i, j, k", "pppr", maps, shapes, fills), shapes, reference, fills


def convolution(draw, name):
    type, fills = draw.choice(["f32", "f64"]), draw.random() < 0.7
    n, c, f, h, w = (size(draw, most) for most in (5, 20, 40, 14, 70))
    window, step, apart = draw.choice([1, 2, 3, 5]), draw.choice([1, 1, 2, 3]), draw.choice([1, 1, 2])
    reach = (window - 1) * apart + 1
    x = (n, c, (h - 1) * step + reach, (w - 1) * step + reach)
    k, y = (f, c, window, window), (n, f, h, w)
    image = f"n, c, {step} * h + {apart} * p, {step} * w + {apart} * q"
    forward = draw.random() < 0.5

    def windows(x):
        views = np.lib.stride_tricks.sliding_window_view(x, (reach, reach), (2, 3))
        return views[:, :, ::step, ::step, ::apart, ::apart]
    what = f"{'forward' if forward else 'filter'} {n}x{c}x{h}x{w} {f} {window}/{step}/{apart} {type}"
    if forward:
        def reference(x, k):
            return np.einsum("nchwpq,fcpq->nfhw", windows(x), k)
        code = contraction(name, type, "n, f, h, w, c, p, q", "pppprrr",
                           [image, "f, c, p, q", "n, f, h, w"], [x, k, y], fills)
        return what, type, code, [x, k, y], reference, fills

    def reference(x, y):
        return np.einsum("nchwpq,nfhw->fcpq", windows(x), y)
    code = contraction(name, type, "f, c, p, q, n, h, w", "pppprrr",
                       [image, "n, f, h, w", "f, c, p, q"], [x, y, k], fills)
    return what, type, code, [x, y, k], reference, fills


def spread(draw, name):
    """What the gradient of a strided convolution is: elements put into zeros, then
    convolved; of one to three axes, with distances between taps, borders, groups."""
    type, fills, rank = draw.choice(["f32", "f64"]), draw.random() < 0.7, draw.choice([1, 2, 2, 3])
    n, g, c, f = (size(draw, most) for most in (3, 3, 40, 12))
    most = {1: 90, 2: 30, 3: 9}[rank]
    x, k, s, y, places, grown = [], [], [], [], [], []
    for _ in range(rank):
        window, apart = draw.choice([1, 2, 3, 4, 5, 6, 7]), draw.choice([1, 1, 1, 2, 3])
        step, extent = draw.choice([1, 2, 2, 3]), size(draw, most)
        out = max(1, (extent - 1) * step + 1 + draw.randint(-2, 4))
        whole = max(out + (window - 1) * apart, (extent - 1) * step + 1)
        x.append(extent), k.append(window), s.append((step, apart)), y.append(whole - (window - 1) * apart)
        places.append(draw.randint(0, whole - (extent - 1) * step - 1)), grown.append(whole)
    axes, taps = [f"d{i}" for i in range(rank)], [f"t{i}" for i in range(rank)]
    shapes = [(n, g, f, *x), (g, f, c, *k), (n, g, c, *y)]
    a, wide = text(shapes[0], type), text((n, g, f, *grown), type)
    sizes = ", ".join(map(str, shapes[0]))
    offsets = ", ".join(map(str, [0, 0, 0, *places]))
    steps = ", ".join(map(str, [1, 1, 1, *(step for step, _ in s)]))
    maps = [", ".join(["n, g, f", *(f"{d} + {apart} * {t}" for d, t, (_, apart) in zip(axes, taps, s))]),
            ", ".join(["g, f, c", *taps]), ", ".join(["n, g, c", *axes])]
    code = contraction(name, type, ", ".join(["n, g, c", *axes, "f", *taps]), "ppp" + rank * "p" + "r" + rank * "r",
                       maps, [(n, g, f, *grown), *shapes[1:]], fills)
    code = code.replace(f"%a: {wide}", f"%a0: {a}").replace("  %y = ", f"""  %az = arith.constant 0.0 : {type}
  %ae = tensor.empty() : {wide}
  %af = linalg.fill ins(%az : {type}) outs(%ae : {wide}) -> {wide}
  %a = tensor.insert_slice %a0 into %af[{offsets}] [{sizes}] [{steps}] : {a} into {wide}
  %y = """)

    def reference(x, k):
        zeros = np.zeros((n, g, f, *grown))
        zeros[(..., *(slice(at, at + (e - 1) * step + 1, step) for at, e, (step, _) in
                      zip(places, x.shape[3:], s)))] = x
        reach = [(window - 1) * apart + 1 for window, (_, apart) in zip(k.shape[3:], s)]
        views = np.lib.stride_tricks.sliding_window_view(zeros, reach, tuple(range(3, 3 + rank)))
        views = views[(..., *(slice(None, None, apart) for _, apart in s))]
        letters = "hijk"[:rank], "pqrs"[:rank]
        return np.einsum(f"ngf{letters[0]}{letters[1]},gfc{letters[1]}->ngc{letters[0]}", views, k)
    what = f"spread {shapes} {s} at {places} {type}"
    return what, type, code, shapes, reference, fills


def end(draw, case):
    """With an elementwise op on the sums, often of another shape: a bias along some axes,
    a function or not, a clamp, and a whole tensor, as in an update. The sums are a result too, or not."""
    what, type, code, shapes, reference, fills = case
    y = shapes[2]
    if draw.random() < 0.35:
        return *case, None
    seen = (int(np.prod(y[:-1])), y[-1]) if draw.random() < 0.3 else y
    along = [axis for axis in range(len(seen)) if draw.random() < 0.4]
    keeps, calls = draw.random() < 0.3, draw.random() < 0.4
    function = f"%f = math.absf %s : {type}" if calls else f"%f = arith.addf %s, %zero : {type}"
    c, e, bias = text(y, type), text(seen, type), text([seen[axis] for axis in along], type)
    loops = [f"d{axis}" for axis in range(len(seen))]
    whole = f"affine_map<({', '.join(loops)}) -> ({', '.join(loops)})>"
    part = f"affine_map<({', '.join(loops)}) -> ({', '.join(loops[axis] for axis in along)})>"
    view = "%y" if seen == y else "%v"
    cast = "" if seen == y else f"""
  %v = tensor.collapse_shape %y [[{', '.join(map(str, range(len(y) - 1)))}], [{len(y) - 1}]] : {c} into {e}"""
    results = f"({c}, {e})" if keeps else e
    ends = f"return %y, %u : {c}, {e}" if keeps else f"return %u : {e}"
    kinds = ", ".join(['"parallel"'] * len(seen))
    code = code.replace(f") -> {c} {{", f", %bias: {bias}, %old: {e}) -> {results} {{", 1)
    code = code.replace(f"return %y : {c}", f"""{cast}
  %ue = tensor.empty() : {e}
  %u = linalg.generic {{indexing_maps = [{whole}, {part}, {whole}, {whole}], iterator_types = [{kinds}]}} ins({view}, %bias, %old : {e}, {bias}, {e}) outs(%ue : {e}) {{
  ^bb0(%p: {type}, %q: {type}, %r: {type}, %w: {type}):
    %two = arith.constant 2.0 : {type}
    %s = arith.addf %p, %q : {type}
    %zero = arith.constant 0.0 : {type}
    {function}
    %m = arith.maximumf %f, %two : {type}
    %d = arith.mulf %m, %two : {type}
    %n = arith.subf %r, %d : {type}
    linalg.yield %n : {type}
  }} -> {e}
  {ends}""")
    what += f" bias {along} of {seen}" + " function" * calls
    return what, type, code, shapes, reference, fills, (seen, along, keeps, calls)


def aligned(shape, type):
    count = int(np.prod(shape)) * np.dtype(type).itemsize
    raw = np.zeros(count + 128, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start:start + count].view(type).reshape(shape)


def run(function, arena, draw, case, plant):
    what, type, _, shapes, reference, fills, ending = case
    dtype = {"f32": np.float32, "f64": np.float64}[type]
    shapes = shapes if not fills else shapes[:2]
    if ending:
        seen, along, *_ = ending
        shapes = [*shapes, [seen[axis] for axis in along], seen]
    values = [aligned(shape, dtype) for shape in shapes]
    for value in values:
        value[...] = draw.integers(-3, 4, value.shape)
    sums = reference(*(value.astype(np.float64) for value in values[:2]))
    if not fills:
        sums = sums + values[2]
    expected = [sums]
    if ending:
        seen, along, keeps, calls = ending
        bias = values[-2].reshape([n if axis in along else 1 for axis, n in enumerate(seen)])
        biased = sums.reshape(seen) + bias
        expected = keeps * [sums] + [values[-1] - 2 * np.maximum(np.abs(biased) if calls else biased, 2)]
    results = [aligned(array.shape, dtype) for array in expected]
    for result in results:
        result[...] = np.nan
    if plant:
        values[1] += 8
    memory = aligned((max(arena, 1),), np.uint8)
    function(*(ctypes.c_void_p(value.ctypes.data) for value in [*values, *results, memory]))
    wrong = sum(np.sum(result != wanted) for result, wanted in zip(results, expected))
    if wrong:
        print(f"{what}: {wrong} of {sum(array.size for array in expected)} elements are wrong")
    return bool(wrong)


def main():
    plant = sys.argv[1] == "--plant"
    bin, folder, seed, count, *cpus = sys.argv[1 + plant:]
    draw = random.Random(int(seed))
    kinds = [matmul, long_sums, tall, convolution, spread]
    cases = [end(draw, draw.choice(kinds)(draw, f"f{i}")) for i in range(int(count))]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "cases.mlir"
    source.write_text("".join(case[2] for case in cases))
    wrong = 0
    for cpu in cpus:
        out = folder / cpu
        name, _, threads = cpu.partition("@")
        subprocess.run([f"{bin}/pc-compile", "--compile-from=tensor", "--emit=library,header", f"--cpu={name}",
                        f"--threads={threads or 1}", "-o", out, source], check=True)
        if bool(threads) != (b"__kmpc_fork_call" in (out / "cases.so").read_bytes()):
            print(f"{cpu}: wrong: expected threads where they are asked for, and nowhere else")
        arenas = dict(re.findall(r"#define CASES_F(\d+)_ARENA_BYTES (\d+)", (out / "cases.h").read_text()))
        library = ctypes.CDLL(str(out / "cases.so"))
        for i, case in enumerate(cases):
            wrong += run(library[f"cases_f{i}"], int(arenas[str(i)]), np.random.default_rng(i), case, plant)
        print(f"{cpu}: {len(cases)} cases")
    print(f"{wrong} are wrong")


if __name__ == "__main__":
    main()
