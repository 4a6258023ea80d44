# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What contractions.py measures: each case as MLIR, as NumPy and as a size."""

import dataclasses
import math
import random

import numpy as np

TYPES = {"f32": np.float32, "f64": np.float64}


@dataclasses.dataclass(frozen=True)
class Matmul:
    """C[m, n] = A B; `ta` and `tb` say which operand is stored transposed."""

    m: int
    n: int
    k: int
    ta: bool = False
    tb: bool = False
    batch: int = 1
    type: str = "f32"

    @property
    def name(self):
        batch = f"{self.batch}x" if self.batch > 1 else ""
        kind = "nt"[self.ta] + "nt"[self.tb]
        return f"{batch}{self.m}x{self.k}x{self.n} {kind} {self.type}"

    @property
    def flops(self):
        return 2 * self.batch * self.m * self.n * self.k

    def shapes(self):
        a = (self.k, self.m) if self.ta else (self.m, self.k)
        b = (self.n, self.k) if self.tb else (self.k, self.n)
        batch = (self.batch,) if self.batch > 1 else ()
        return batch + a, batch + b, batch + (self.m, self.n)

    def mlir(self, function):
        a, b, c = (tensor(shape, self.type) for shape in self.shapes())
        batch = "p, " if self.batch > 1 else ""
        maps = ["k, i" if self.ta else "i, k", "j, k" if self.tb else "k, j", "i, j"]
        maps = ", ".join(f"affine_map<({batch}i, j, k) -> ({batch}{m})>" for m in maps)
        kinds = ["parallel"] * (len(batch) > 0) + ["parallel", "parallel", "reduction"]
        return contraction(function, self.type, a, b, c, maps, kinds)

    def reference(self, a, b):
        a, b = a.astype(np.float64), b.astype(np.float64)
        return (a.swapaxes(-1, -2) if self.ta else a) @ (b.swapaxes(-1, -2) if self.tb else b)


@dataclasses.dataclass(frozen=True)
class Convolution:
    """A convolution of square images, or the gradient of its image or filter."""

    direction: str  # forward, image, filter
    n: int
    c: int
    f: int
    size: int
    window: int
    stride: int = 1
    type: str = "f32"

    @property
    def name(self):
        stride = f" /{self.stride}" if self.stride > 1 else ""
        return (f"{self.direction} {self.n}x{self.c}x{self.size}² → {self.f}, "
                f"{self.window}²{stride} {self.type}")

    @property
    def pad(self):
        return self.window // 2

    @property
    def out(self):
        return (self.size + 2 * self.pad - self.window) // self.stride + 1

    @property
    def flops(self):
        return 2 * self.n * self.c * self.f * self.out**2 * self.window**2

    def shapes(self):
        x = (self.n, self.c, self.size, self.size)
        w = (self.f, self.c, self.window, self.window)
        y = (self.n, self.f, self.out, self.out)
        return {"forward": (x, w, y), "image": (y, w, x), "filter": (x, y, w)}[self.direction]

    def mlir(self, function):
        """What importer and differentiation make of it."""
        a, b, c = (tensor(shape, self.type) for shape in self.shapes())
        if self.direction == "image":
            return self.image_gradient(function, a, b, c)
        grown = self.size + 2 * self.pad
        padded = tensor((self.n, self.c, grown, grown), self.type)
        pad = f"""
  %a = tensor.pad %a0 low[0, 0, {self.pad}, {self.pad}] high[0, 0, {self.pad}, {self.pad}] {{
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %z : {self.type}
  }} : {a} to {padded}"""
        step = f"{self.stride} * "
        image = f"n, c, {step}h + p, {step}w + q"
        if self.direction == "forward":
            loops, kinds = "n, f, h, w, c, p, q", 4 * ["parallel"] + 3 * ["reduction"]
            maps = [image, "f, c, p, q", "n, f, h, w"]
        else:
            loops, kinds = "f, c, p, q, n, h, w", 4 * ["parallel"] + 3 * ["reduction"]
            maps = [image, "n, f, h, w", "f, c, p, q"]
        maps = ", ".join(f"affine_map<({loops}) -> ({m})>" for m in maps)
        return contraction(function, self.type, a, b, c, maps, kinds, pad, padded)

    def image_gradient(self, function, a, b, c):
        """The filter is mirrored, the cotangent padded, the border cut off."""
        last = self.window - 1
        spread = (self.out - 1) * self.stride + 1
        wide, out = spread + 2 * last, spread + last
        space = tensor((self.n, self.f, wide, wide), self.type)
        full = tensor((self.n, self.c, out, out), self.type)
        kinds = ", ".join(4 * ['"parallel"'])
        maps = ", ".join(f"affine_map<(n, c, h, w, f, p, q) -> ({m})>" for m in
                         ["n, f, h + p, w + q", "f, c, p, q", "n, c, h, w"])
        rest = self.size + 2 * self.pad - out  # rows that the windows did not reach
        sizes = f"{self.n}, {self.c}, {self.size}, {self.size}"
        cut = f"tensor.extract_slice %y[0, 0, {self.pad}, {self.pad}] [{sizes}] [1, 1, 1, 1]"
        grown = tensor((self.n, self.c, out + rest, out + rest), self.type)
        grow = f"""
  %g0 = tensor.empty() : {grown}
  %g = linalg.fill ins(%z : {self.type}) outs(%g0 : {grown}) -> {grown}
  %y = tensor.insert_slice %y0 into %g[0, 0, 0, 0] [{self.n}, {self.c}, {out}, {out}] [1, 1, 1, 1] : {full} into {grown}"""
        return f"""
func.func @{function}(%a: {a}, %b0: {b}) -> {c} {{
  %z = arith.constant 0.0 : {self.type}
  %be = tensor.empty() : {b}
  %b = linalg.generic {{indexing_maps = [affine_map<(f, c, p, q) -> (f, c, -p + {last}, -q + {last})>, affine_map<(f, c, p, q) -> (f, c, p, q)>], iterator_types = [{kinds}]}} ins(%b0 : {b}) outs(%be : {b}) {{
  ^bb0(%p: {self.type}, %q: {self.type}):
    linalg.yield %p : {self.type}
  }} -> {b}
  %se = tensor.empty() : {space}
  %sf = linalg.fill ins(%z : {self.type}) outs(%se : {space}) -> {space}
  %s = tensor.insert_slice %a into %sf[0, 0, {last}, {last}] [{self.n}, {self.f}, {self.out}, {self.out}] [1, 1, {self.stride}, {self.stride}] : {a} into {space}
  %e = tensor.empty() : {full}
  %o = linalg.fill ins(%z : {self.type}) outs(%e : {full}) -> {full}
  %y0 = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}, "reduction", "reduction", "reduction"]}} ins(%s, %b : {space}, {b}) outs(%o : {full}) {{
{body(self.type)}
  }} -> {full}{grow}
  %x = {cut} : {grown} to {c}
  return %x : {c}
}}
"""

    def reference(self, a, b):
        import torch
        import torch.nn.grad as grad
        import torch.nn.functional as functional
        a, b = (torch.from_numpy(value.astype(np.float64)) for value in (a, b))
        options = dict(stride=self.stride, padding=self.pad)
        if self.direction == "forward":
            return functional.conv2d(a, b, **options).numpy()
        if self.direction == "image":
            shape = (self.n, self.c, self.size, self.size)
            return grad.conv2d_input(shape, b, a, **options).numpy()
        shape = (self.f, self.c, self.window, self.window)
        return grad.conv2d_weight(a, shape, b, **options).numpy()


def tensor(shape, type):
    return "tensor<" + "".join(f"{size}x" for size in shape) + type + ">"


def body(type):
    return f"""  ^bb0(%p: {type}, %q: {type}, %r: {type}):
    %m = arith.mulf %p, %q : {type}
    %s1 = arith.addf %r, %m : {type}
    linalg.yield %s1 : {type}"""


def contraction(function, type, a, b, c, maps, kinds, before="\n  %a = tensor.cast %a0 : {a} to {a}",
                inner=None):
    kinds = ", ".join(f'"{kind}"' for kind in kinds)
    return f"""
func.func @{function}(%a0: {a}, %b: {b}) -> {c} {{
  %z = arith.constant 0.0 : {type}{before.format(a=a) if inner is None else before}
  %e = tensor.empty() : {c}
  %o = linalg.fill ins(%z : {type}) outs(%e : {c}) -> {c}
  %y = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}} ins(%a, %b : {inner or a}, {b}) outs(%o : {c}) {{
{body(type)}
  }} -> {c}
  return %y : {c}
}}
"""


def named(type):
    """Products of dense layers: forward, gradient of the input and of the weight."""
    cases = [Matmul(512, 512, 512, *t, type=type) for t in TRANSPOSES[:3]]
    for m, k, n in [(128, 784, 256), (64, 1024, 1024), (64, 4096, 4096)]:
        cases += [Matmul(m, n, k, type=type), Matmul(m, k, n, tb=True, type=type),
                  Matmul(k, n, m, ta=True, type=type)]
    return cases


TRANSPOSES = [(False, False), (False, True), (True, False), (True, True)]


def sweep(type, samples, seed):
    """Half of the sizes uniform in 1…2048, half uniform in their logarithm."""
    draw = random.Random(seed)

    def size(logarithmic):
        return round(2 ** draw.uniform(0, 11)) if logarithmic else draw.randint(1, 2048)

    cases = []
    for i in range(samples):
        m, n, k = (size(i % 2 == 0) for _ in range(3))
        cases.append(Matmul(m, n, k, *TRANSPOSES[(i // 2) % 4], type=type))
    return cases


def batched(type, samples, seed):
    draw = random.Random(seed + 1)
    cases = []
    for i in range(samples):
        m, n, k = (round(2 ** draw.uniform(2, 9)) for _ in range(3))
        batch = max(2, min(64, math.ceil(2**24 / (m * n * k))))
        cases.append(Matmul(m, n, k, *TRANSPOSES[i % 4], batch=batch, type=type))
    return cases


def convolutions(type):
    shapes = [(64, 32, 32, 32, 3), (64, 64, 64, 16, 3), (16, 3, 64, 64, 7, 2), (16, 128, 128, 8, 3),
              (16, 64, 128, 16, 1), (16, 24, 40, 20, 5), (8, 64, 128, 28, 3, 2)]
    return [Convolution(direction, *shape[:5], *shape[5:], type=type) for shape in shapes
            for direction in ("forward", "image", "filter")]
