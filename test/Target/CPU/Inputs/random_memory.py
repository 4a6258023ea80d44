# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random functions in which it matters what memory values live in: results that
update arguments, exchange them, are views of them, or go through loops. Compiles
and calls each one with pc-jit-test and compares with NumPy. All values are small
integers, so the numbers must be equal.

    random_memory.py PC_JIT_TEST FOLDER SEED COUNT [--plant]

With --plant, NumPy computes what a loop would if it overwrote a tensor before the
last read of it; this has to be noticed.
"""

import os
import random
import subprocess
import sys

import numpy as np

N = 18  # every tensor is N x N: one vector and a bit
PLANT = "--plant" in sys.argv


class Function:
    """SSA values with what they hold, and the text that computes them."""

    def __init__(self, rng, arguments):
        self.rng, self.lines, self.next = rng, [], 0
        self.values = [(f"%a{i}", array) for i, array in enumerate(arguments)]

    def pick(self):
        return self.rng.choice(self.values)

    def emit(self, text, array):
        name = f"%v{self.next}"
        self.next += 1
        self.lines.append(f"{name} = {text}")
        # Small again, so that sums of products stay exact.
        self.values.append((name, array))

    def elementwise(self):
        (x, a), (y, b) = self.pick(), self.pick()
        op, compute = self.rng.choice([
            ("addf", np.add), ("subf", np.subtract), ("maximumf", np.maximum),
            ("minimumf", np.minimum)])
        self.emit(f"arith.{op} {x}, {y} : !t", compute(a, b))

    def transpose(self):
        x, a = self.pick()
        self.emit(f"linalg.transpose ins({x} : !t) outs(%empty : !t) permutation = [1, 0]", a.T)

    def product(self):
        (x, a), (y, b) = self.pick(), self.pick()
        if max(abs(a).max(), abs(b).max()) > 1e4:
            return
        self.emit(f"linalg.matmul ins({x}, {y} : !t, !t) outs(%zeros : !t) -> !t", a @ b)

    def accumulate(self):
        (x, a), (y, b), (z, c) = self.pick(), self.pick(), self.pick()
        if max(abs(a).max(), abs(b).max()) > 1e4:
            return
        self.emit(f"linalg.matmul ins({x}, {y} : !t, !t) outs({z} : !t) -> !t", c + a @ b)

    def insert(self):
        (x, a), (y, b) = self.pick(), self.pick()
        row = self.rng.randrange(N - 2)
        part = f"%p{self.next}"
        self.lines.append(f"{part} = tensor.extract_slice {x}[{row}, 0] [2, {N}] [1, 1] "
                          f": !t to tensor<2x{N}xf64>")
        at = self.rng.randrange(N - 2)
        result = b.copy()
        result[at:at + 2] = a[row:row + 2]
        self.emit(f"tensor.insert_slice {part} into {y}[{at}, 0] [2, {N}] [1, 1] "
                  f": tensor<2x{N}xf64> into !t", result)

    def loop(self):
        """Two carried tensors that may change places, and a captured one."""
        (x, a), (y, b), (z, c) = self.pick(), self.pick(), self.pick()
        swap, trips = self.rng.random() < 0.5, self.rng.randrange(1, 4)
        name = f"%l{self.next}"
        for _ in range(trips):
            s = np.maximum(b if PLANT and swap else a, b) - c
            a, b = (b, s) if swap else (s, a)
        yields = "%q, %s" if swap else "%s, %p"
        self.lines.append(
            f"{name}:2 = scf.for %i = %c0 to %c{trips} step %c1 iter_args(%p = {x}, %q = {y}) "
            f"-> (!t, !t) {{\n    %m = arith.maximumf %p, %q : !t\n"
            f"    %s = arith.subf %m, {z} : !t\n    scf.yield {yields} : !t, !t\n  }}")
        self.next += 1
        self.values += [(f"{name}#0", a), (f"{name}#1", b)]

    def branch(self):
        (x, a), (y, b) = self.pick(), self.pick()
        taken = self.rng.random() < 0.5
        self.emit(f"scf.if %{'true' if taken else 'false'}_ -> !t {{ scf.yield {x} : !t }} "
                  f"else {{ %n{self.next} = arith.addf {x}, {y} : !t\n"
                  f"    scf.yield %n{self.next} : !t }}", a if taken else a + b)


def make(rng, name):
    """The text of a function, and its results: (argument or None, array)."""
    count = rng.randrange(2, 5)
    arguments = [(7 * np.arange(N * N) % (5 + i)).astype(float).reshape(N, N) for i in range(count)]
    f = Function(rng, arguments)
    kinds = [f.elementwise] * 3 + [f.transpose, f.product, f.accumulate, f.insert, f.loop, f.branch]
    for _ in range(rng.randrange(3, 12)):
        rng.choice(kinds)()
    updated = rng.sample(range(count), rng.randrange(count + 1))
    targets = updated + [None] * rng.randrange(1, 3)
    rng.shuffle(targets)
    results = [f.pick() for _ in targets]
    types = ["!t" if t is None else f"!t {{pc.updates = {t} : i64}}" for t in targets]
    text = [f"func.func @{name}({', '.join(f'%a{i}: !t' for i in range(count))}) -> ({', '.join(types)}) {{"]
    text += [f"%c{i} = arith.constant {i} : index" for i in range(4)]
    text += ["%true_ = arith.constant true", "%false_ = arith.constant false",
             "%zero = arith.constant 0.0 : f64", "%empty = tensor.empty() : !t",
             "%zeros = linalg.fill ins(%zero : f64) outs(%empty : !t) -> !t"]
    text += f.lines
    text += [f"return {', '.join(r[0] for r in results)} : {', '.join('!t' for _ in results)}", "}"]
    return "\n  ".join(text[:-1]) + "\n}\n", count, [(t, r[1]) for t, r in zip(targets, results)]


def weigh(array):
    """The checksum that pc-jit-test prints."""
    return sum((i % 97 + 1) * value for i, value in enumerate(array.ravel()))


def main():
    tool, folder, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    os.makedirs(folder, exist_ok=True)
    failures = 0
    for number in range(count):
        text, arguments, results = make(random.Random(seed * 1000 + number), "f")
        path = os.path.join(folder, f"{number}.mlir")
        with open(path, "w") as file:
            file.write(f"!t = tensor<{N}x{N}xf64>\n" + text)
        call = [tool, path, "--entry=f", "-O1"] + [f"--arg=mod:{5 + i}" for i in range(arguments)]
        done = subprocess.run(call, capture_output=True, text=True)
        lines = [line for line in done.stdout.splitlines() if "(sum " in line]
        got = [float(line.split("(sum ")[1].rstrip(")")) for line in lines]
        expected = [float(f"{weigh(array):.9g}") for _, array in results]
        if done.returncode or got != expected:
            failures += 1
            print(f"{path}: expected {expected}, got {got}\n{done.stderr}")
    print(f"{count - failures} of {count} functions agree")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
