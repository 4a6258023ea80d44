# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random linalg.generic operations: affine maps that permute, project, broadcast,
repeat a dimension, shift and stride windows; reductions by sums, products,
maxima and by anything else; random bodies with captured values and indices.

usage: random_generics.py [--first SEED] [--count N] [--plant]
One function for each seed, `@generic_<seed>`. --plant marks the operation of
each as having a wrong rule.
"""

import argparse
import random

import text

UNARY = ["math.tanh", "math.sin", "math.cos", "math.atan", "math.erf", "arith.negf", "math.absf"]
BINARY = ["arith.addf", "arith.subf", "arith.mulf", "arith.mulf", "arith.maximumf",
          "arith.minimumf"]
MAX_ELEMENTS = 40


class Generic:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.function = text.Function(f"generic_{seed}")
        self.function.node = "generic"
        self.rank = self.random.randint(1, 4)
        self.sizes = [self.random.randint(2, 3) for _ in range(self.rank)]
        count = self.random.choice([0, 0, 1, 1, 2])
        self.reductions = set(self.random.sample(range(self.rank), min(count, self.rank)))

    def result(self):
        """One index expression and the size that it needs."""
        kind = self.random.choice(["plain"] * 5 + ["window", "window", "stride", "shift", "constant"])
        d = self.random.randrange(self.rank)
        size = self.sizes[d]
        if kind == "window" and self.rank > 1:
            e = self.random.choice([e for e in range(self.rank) if e != d])
            s, t = self.random.choice([(1, 1), (2, 1), (1, 2), (2, 3)])
            return f"d{d} * {s} + d{e} * {t}", (size - 1) * s + (self.sizes[e] - 1) * t + 1
        if kind == "stride":
            return f"d{d} * 2", 2 * size - 1
        if kind == "shift":
            return f"d{d} + 1", size + 1
        if kind == "constant":
            return "1", 2
        return f"d{d}", size

    def input_map(self):
        """Dimensions may be missing (broadcast) or stand twice (diagonal)."""
        if self.random.random() < 0.4:
            axes = self.random.sample(range(self.rank), self.random.randint(0, self.rank))
            return [f"d{a}" for a in axes], [self.sizes[a] for a in axes]
        results = [self.result() for _ in range(self.random.randint(0, 3))]
        while text_size(results) > MAX_ELEMENTS:
            results.pop()
        return [e for e, _ in results], [s for _, s in results]

    def output_map(self):
        axes = [d for d in range(self.rank) if d not in self.reductions]
        self.random.shuffle(axes)
        return [f"d{a}" for a in axes], [self.sizes[a] for a in axes]

    def term(self, s, leaves, depth):
        if depth == 0 or self.random.random() < 0.15:
            return self.random.choice(leaves)
        if self.random.random() < 0.4:
            return s(self.random.choice(UNARY), self.term(s, leaves, depth - 1))
        if self.random.random() < 0.15:
            other = self.term(s, leaves, depth - 1)
            positive = s("arith.addf", s("arith.mulf", other, other), s.constant(1.5))
            return s("arith.divf", self.term(s, leaves, depth - 1), positive)
        return s(self.random.choice(BINARY), self.term(s, leaves, depth - 1),
                 self.term(s, leaves, depth - 1))

    def index(self, s):
        d = self.random.randrange(self.rank)
        number = s.raw(f"linalg.index {d} : index")
        number = s.raw(f"arith.index_cast {number} : index to i64")
        return s.raw(f"arith.sitofp {number} : i64 to f64")

    def combine(self, s, accumulator, term):
        """What a reduction does with one more term."""
        if not self.reductions:
            return term if self.random.random() < 0.7 else s("arith.addf", accumulator, term)
        kind = self.random.choice(["sum"] * 4 + ["product", "maximum", "minimum", "decay", "any"])
        if kind == "sum":
            return s("arith.addf", accumulator, term)
        if kind == "product":
            return s("arith.mulf", accumulator, s("arith.addf", s("math.tanh", term), s.constant(1.5)))
        if kind in ("maximum", "minimum"):
            return s(f"arith.{kind}f", accumulator, term)
        if kind == "decay":  # the order of the terms matters
            return s("arith.addf", s("arith.mulf", accumulator, s.constant(0.5)), term)
        return self.term(s, [accumulator, term], 2)

    def build(self, plant):
        f = self.function
        inputs = []
        for _ in range(self.random.randint(1, 3)):
            exprs, shape = self.input_map()
            inputs.append((f.argument(shape, "input", -1.0, 1.0), exprs))
        captured = []
        if self.random.random() < 0.3:
            scalar = f.argument((), "parameter", -1.0, 1.0)
            f.line(f"%captured = tensor.extract {scalar.name}[] : {scalar.type}")
            captured.append("%captured")
        # The sizes of the loops must follow from the operands.
        everything = f.argument(self.sizes, "parameter", -1.0, 1.0)
        inputs.append((everything, [f"d{d}" for d in range(self.rank)]))
        outputs = []
        for _ in range(self.random.choice([1, 1, 1, 2])):
            exprs, shape = self.output_map()
            start = (f.argument(shape, "parameter", -1.0, 1.0) if self.random.random() < 0.6
                     else f.filled(shape, self.random.choice([0.0, 0.5, 1.0])))
            outputs.append((start, exprs))

        def body(s, elements):
            leaves = elements[:len(inputs)] + captured
            if self.random.random() < 0.2:
                leaves.append(self.index(s))
            terms = [self.term(s, leaves, self.random.randint(1, 3)) for _ in outputs]
            return [self.combine(s, e, t) for e, t in zip(elements[len(inputs):], terms)]
        results = f.generic(self.rank, inputs, outputs, body, self.reductions, [1.0] * len(outputs))
        if plant:
            head = next(i for i, line in enumerate(f.lines) if "linalg.generic" in line)
            f.lines[head] = f.lines[head].removesuffix("{") + "attrs = {pc.planted_fault} {"
        f.write(results, " attributes {test.planted}" if plant else "")


def text_size(results):
    product = 1
    for _, size in results:
        product *= size
    return product


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--plant", action="store_true")
    options = parser.parse_args()
    for seed in range(options.first, options.first + options.count):
        Generic(seed).build(options.plant)


main()
