# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random forward functions: elementwise operations, contractions, broadcasts,
reductions, windows, slices, skips, shared parameters, fan-out, products of
activities.

usage: random_graphs.py [--first SEED] [--count N] [--plant] [--control] [--models FOLDER]
One function for each seed, `@graph_<seed>`. --plant marks one operation of each
that has a suitable one as having a wrong rule. --control adds choices, loops
that share weights, and rows that integers choose. --models writes a file
graph_<seed>.mlir for each, with a function `@model` whose parameters have
values.
"""

import argparse
import pathlib
import random
import re

import text
from text import dims

MAX_ELEMENTS = 36  # of one value
MAX_ARGUMENT_ELEMENTS = 70  # of all arguments: each one costs eight evaluations


def numel(shape):
    product = 1
    for size in shape:
        product *= size
    return product


class Graph:
    def __init__(self, seed, isModel=False):
        self.random = random.Random(seed)
        self.function = text.Function("model" if isModel else f"graph_{seed}", isModel)
        self.values, self.parameters = [], []
        self.used = set()
        self.elements = 0
        for _ in range(self.random.randint(1, 2)):
            self.values.append(self.argument(self.shape(), "input"))

    def shape(self, low=0, high=3):
        return tuple(self.random.randint(2, 4) for _ in range(self.random.randint(low, high)))

    def argument(self, shape, role):
        self.elements += numel(shape)
        return self.function.argument(shape, role, -1.0, 1.0)

    def parameter(self, shape):
        """A new parameter, or one that another node has already."""
        shared = [p for p in self.parameters if p.shape == tuple(shape)]
        full = self.elements + numel(shape) > MAX_ARGUMENT_ELEMENTS
        if shared and (full or self.random.random() < 0.4):
            return self.random.choice(shared)
        if full:
            return self.function.splat(shape, round(self.random.uniform(0.3, 0.9), 3))
        self.parameters.append(self.argument(shape, "parameter"))
        return self.parameters[-1]

    def take(self, fits=lambda v: True):
        """An activity, more likely a late one or one that nobody reads yet."""
        candidates = [v for v in self.values if fits(v)]
        if not candidates:
            return None
        weights = [(1 + i) * (1 if v.name in self.used else 3) for i, v in enumerate(candidates)]
        value = self.random.choices(candidates, weights)[0]
        self.used.add(value.name)
        return value

    def op(self, text, shape, bound):
        return self.function.op(text, shape, bound)

    def unary(self, name, value, bound):
        return self.op(f"{name} {value.name} : {value.type}", value.shape, bound)

    def binary(self, name, a, b, bound):
        return self.op(f"{name} {a.name}, {b.name} : {a.type}", a.shape, bound)

    # ---- Nodes: each takes what it likes and returns a value, or None. ----

    def smooth(self):
        value = self.take()
        name, bound = self.random.choice([
            ("math.tanh", 1), ("math.sin", 1), ("math.cos", 1), ("math.atan", 1.5),
            ("math.erf", 1), ("math.absf", value.bound), ("arith.negf", value.bound)])
        return self.unary(name, value, min(bound, value.bound) if name != "math.cos" else 1)

    def positive(self):
        """A function with a bounded domain, of 1 + x^2."""
        value = self.take()
        square = self.binary("arith.mulf", value, value, value.bound**2)
        one = self.function.splat(value.shape, 1.0)
        sum_ = self.binary("arith.addf", square, one, value.bound**2 + 1)
        name, bound = self.random.choice([
            ("math.sqrt", value.bound + 1), ("math.log", value.bound), ("math.rsqrt", 1)])
        return self.unary(name, sum_, bound)

    def exponential(self):
        value = self.take()
        scale = self.function.splat(value.shape, 0.5 / max(1.0, value.bound))
        return self.unary("math.exp", self.binary("arith.mulf", value, scale, 0.5), 1.7)

    def kink(self):
        value = self.take()
        zero = self.function.splat(value.shape, 0.0)
        if self.random.random() < 0.5:
            return self.binary("arith.maximumf", value, zero, value.bound)
        small = self.function.splat(value.shape, 0.1)
        leak = self.binary("arith.mulf", value, small, value.bound)
        condition = self.function.fresh()
        self.function.line(f"{condition} = arith.cmpf ogt, {value.name}, {zero.name} : {value.type}")
        mask = re.sub("f64", "i1", value.type)
        return self.op(f"arith.select {condition}, {value.name}, {leak.name} : {mask}, {value.type}",
                       value.shape, value.bound)

    def merge(self):
        """Two activities of one shape: a skip, or a product of activities."""
        a = self.take()
        b = self.take(lambda v: v.shape == a.shape)
        name = self.random.choice(["addf", "subf", "mulf", "mulf", "maximumf", "minimumf"])
        bound = a.bound * b.bound if name == "mulf" else a.bound + b.bound
        return self.binary(f"arith.{name}", a, b, bound)

    def quotient(self):
        a = self.take()
        b = self.take(lambda v: v.shape == a.shape)
        square = self.binary("arith.mulf", b, b, b.bound**2)
        shift = self.function.splat(b.shape, 1.5)
        return self.binary("arith.divf", a, self.binary("arith.addf", square, shift, 1), a.bound)

    def broadcast(self):
        """An activity or a parameter of lower rank is spread over another."""
        a = self.take(lambda v: v.shape)
        if not a:
            return None
        rank = len(a.shape)
        axes = sorted(self.random.sample(range(rank), self.random.randint(0, rank - 1)))
        shape = tuple(a.shape[axis] for axis in axes)
        b = self.take(lambda v: v.shape == shape) if self.random.random() < 0.4 else None
        b = b or self.parameter(shape)
        name = self.random.choice(["arith.addf", "arith.mulf"])
        bound = a.bound * b.bound if name == "arith.mulf" else a.bound + b.bound
        return self.function.generic(
            rank, [(a, dims(range(rank))), (b, dims(axes))],
            [(self.function.empty(a.shape), dims(range(rank)))],
            lambda s, e: [s(name, e[0], e[1])], (), [bound])[0]

    def matmul(self):
        a = self.take(lambda v: len(v.shape) == 2)
        if not a:
            return None
        m, k = a.shape
        b = self.take(lambda v: len(v.shape) == 2 and v.shape[0] == k) \
            if self.random.random() < 0.3 else None
        b = b or self.parameter((k, self.random.randint(2, 4)))
        zero = self.function.filled((m, b.shape[1]), 0.0)
        return self.op(f"linalg.matmul ins({a.name}, {b.name} : {a.type}, {b.type}) "
                       f"outs({zero.name} : {zero.type}) -> {zero.type}",
                       zero.shape, k * a.bound * b.bound)

    def contraction(self):
        """Any sum of products over some axes of an activity."""
        a = self.take(lambda v: len(v.shape) >= 1)
        if not a:
            return None
        rank = len(a.shape)
        summed = set(self.random.sample(range(rank), self.random.randint(1, rank)))
        axes = sorted(summed | set(self.random.sample(range(rank), self.random.randint(0, rank))))
        self.random.shuffle(axes)
        free = self.random.randint(0, 1)
        sizes = list(a.shape) + [self.random.randint(2, 3)] * free
        axes += [rank] * free
        b = self.parameter(tuple(sizes[axis] for axis in axes))
        kept = [axis for axis in range(rank + free) if axis not in summed]
        self.random.shuffle(kept)
        shape = tuple(sizes[axis] for axis in kept)
        if numel(shape) > MAX_ELEMENTS:
            return None
        count = numel([sizes[axis] for axis in summed])

        def body(s, e):
            return [s("arith.addf", e[2], s("arith.mulf", e[0], e[1]))]
        return self.function.generic(
            rank + free, [(a, dims(range(rank))), (b, dims(axes))],
            [(self.function.filled(shape, 0.0), dims(kept))], body, summed,
            [count * a.bound * b.bound])[0]

    def reduction(self):
        a = self.take(lambda v: v.shape)
        if not a:
            return None
        rank = len(a.shape)
        axes = sorted(self.random.sample(range(rank), self.random.randint(1, rank)))
        kept = [axis for axis in range(rank) if axis not in axes]
        shape = tuple(a.shape[axis] for axis in kept)
        count = numel([a.shape[axis] for axis in axes])
        name, start, bound = self.random.choice([
            ("arith.addf", 0.0, count * a.bound), ("arith.addf", 0.0, count * a.bound),
            ("arith.maximumf", -1e3, a.bound), ("arith.minimumf", 1e3, a.bound)])
        start = self.function.filled(shape, start)
        return self.op(f"linalg.reduce {{ {name} }} ins({a.name} : {a.type}) "
                       f"outs({start.name} : {start.type}) dimensions = {axes}", shape, bound)

    def softmax(self):
        a = self.take(lambda v: v.shape)
        if not a:
            return None
        rank, axis = len(a.shape), self.random.randrange(len(a.shape))
        kept = [d for d in range(rank) if d != axis]
        shape = tuple(a.shape[d] for d in kept)
        everything = dims(range(rank))

        def reduce(value, start, body):
            return self.function.generic(
                rank, [(value, everything)], [(self.function.filled(shape, start), dims(kept))],
                body, {axis}, [a.bound])[0]

        def spread(value, other, name):
            return self.function.generic(
                rank, [(value, everything), (other, dims(kept))],
                [(self.function.empty(a.shape), everything)],
                lambda s, e: [s(name, e[0], e[1])], (), [1.0])[0]
        largest = reduce(a, -1e3, lambda s, e: [s("arith.maximumf", e[1], e[0])])
        power = self.unary("math.exp", spread(a, largest, "arith.subf"), 1.0)
        total = reduce(power, 0.0, lambda s, e: [s("arith.addf", e[1], e[0])])
        return spread(power, total, "arith.divf")

    def transpose(self):
        a = self.take(lambda v: len(v.shape) >= 2)
        if not a:
            return None
        order = list(range(len(a.shape)))
        self.random.shuffle(order)
        empty = self.function.empty(tuple(a.shape[axis] for axis in order))
        return self.op(f"linalg.transpose ins({a.name} : {a.type}) "
                       f"outs({empty.name} : {empty.type}) permutation = {order}",
                       empty.shape, a.bound)

    def reshape(self):
        a = self.take(lambda v: len(v.shape) >= 2)
        if not a:
            return None
        shape = (a.shape[0] * a.shape[1],) + a.shape[2:]
        groups = str([[0, 1]] + [[i] for i in range(2, len(a.shape))])
        return self.op(f"tensor.collapse_shape {a.name} {groups} : {a.type} into "
                       f"{text.tensor(shape)}", shape, a.bound)

    def slice(self):
        a = self.take(lambda v: v.shape)
        if not a:
            return None
        offsets, sizes, strides = [], [], []
        for size in a.shape:
            stride = self.random.randint(1, 2)
            offset = self.random.randrange(size)
            sizes.append(self.random.randint(1, (size - offset + stride - 1) // stride))
            offsets.append(offset)
            strides.append(stride)
        return self.op(f"tensor.extract_slice {a.name}{offsets} {sizes} {strides} : {a.type} to "
                       f"{text.tensor(sizes)}", sizes, a.bound)

    def insert(self):
        a = self.take(lambda v: v.shape)
        if not a:
            return None
        b = self.take(lambda v: len(v.shape) == len(a.shape)
                      and all(s <= t for s, t in zip(v.shape, a.shape)))
        offsets = [self.random.randint(0, t - s) for s, t in zip(b.shape, a.shape)]
        return self.op(f"tensor.insert_slice {b.name} into {a.name}{offsets} {list(b.shape)} "
                       f"{[1] * len(a.shape)} : {b.type} into {a.type}",
                       a.shape, max(a.bound, b.bound))

    def concat(self):
        a = self.take(lambda v: v.shape)
        if not a:
            return None
        axis = self.random.randrange(len(a.shape))

        def rest(v):
            return v.shape[:axis] + v.shape[axis + 1:]
        b = self.take(lambda v: len(v.shape) == len(a.shape) and rest(v) == rest(a))
        shape = a.shape[:axis] + (a.shape[axis] + b.shape[axis],) + a.shape[axis + 1:]
        if numel(shape) > MAX_ELEMENTS:
            return None
        return self.op(f"tensor.concat dim({axis}) {a.name}, {b.name} : ({a.type}, {b.type}) -> "
                       f"{text.tensor(shape)}", shape, max(a.bound, b.bound))

    def convolution(self):
        a = self.take(lambda v: len(v.shape) == 2 and min(v.shape) >= 3)
        if not a:
            return None
        filters = self.random.randint(1, 2)
        h, w = a.shape
        image = self.op(f"tensor.expand_shape {a.name} [[0, 1, 2], [3]] output_shape [1, 1, {h}, {w}]"
                        f" : {a.type} into {text.tensor((1, 1, h, w))}", (1, 1, h, w), a.bound)
        kernel = self.parameter((filters, 1, 2, 2))
        stride = self.random.randint(1, 2)
        out = (1, filters, (h - 2) // stride + 1, (w - 2) // stride + 1)
        zero = self.function.filled(out, 0.0)
        result = self.op(
            f"linalg.conv_2d_nchw_fchw {{dilations = dense<1> : tensor<2xi64>, "
            f"strides = dense<{stride}> : tensor<2xi64>}} ins({image.name}, {kernel.name} : "
            f"{image.type}, {kernel.type}) outs({zero.name} : {zero.type}) -> {zero.type}",
            out, 4 * a.bound * kernel.bound)
        shape = (filters * out[2], out[3])
        return self.op(f"tensor.collapse_shape {result.name} [[0, 1, 2], [3]] : {result.type} into "
                       f"{text.tensor(shape)}", shape, result.bound)

    def pooling(self):
        """A sum or a maximum over windows that may overlap."""
        a = self.take(lambda v: len(v.shape) == 1 and v.shape[0] >= 3)
        if not a:
            return None
        stride, window = self.random.randint(1, 2), 2
        out = ((a.shape[0] - window) // stride + 1,)
        name, start, bound = self.random.choice([
            ("arith.addf", 0.0, 2 * a.bound), ("arith.maximumf", -1e3, a.bound)])
        size = self.function.empty((window,))
        return self.function.generic(
            2, [(a, [f"d0 * {stride} + d1"]), (size, ["d1"])],
            [(self.function.filled(out, start), ["d0"])],
            lambda s, e: [s(name, e[2], e[0])], {1}, [bound])[0]

    def position(self, shape):
        """Constant indices of one element."""
        names = []
        for size in shape:
            names.append(self.function.fresh())
            number = self.random.randrange(size)
            self.function.line(f"{names[-1]} = arith.constant {number} : index")
        return ", ".join(names)

    def condition(self):
        """An element of an activity against a number."""
        value = self.take()
        at = self.position(value.shape)
        element, flag = self.function.fresh(), self.function.fresh()
        self.function.line(f"{element} = tensor.extract {value.name}[{at}] : {value.type}")
        bound = self.function.scalar(round(self.random.uniform(-0.2, 0.2), 3))
        self.function.line(f"{flag} = arith.cmpf ogt, {element}, {bound} : f64")
        return flag

    def choice(self):
        """Branches that share what they read, or do not."""
        a = self.take()
        b = self.take(lambda v: v.shape == a.shape)
        w = self.parameter(a.shape)
        flag, f = self.condition(), self.function
        result = text.Value(f.fresh(), a.shape, max(1, a.bound * w.bound, b.bound))
        f.lines.append(f"  {result.name} = scf.if {flag} -> ({a.type}) {{")
        x = self.binary("arith.mulf", a, w, 0)
        f.line(f"scf.yield {x.name} : {a.type}")
        f.lines.append("  } else {")
        y = self.random.choice([b, w, self.unary("math.sin", b, 1)])
        f.line(f"scf.yield {y.name} : {a.type}")
        f.line("}")
        return result

    def loop(self):
        """Steps that read a row each, with a choice inside of some."""
        a, f = self.take(), self.function
        count = self.random.randint(2, 4)
        rows = self.parameter((count,) + a.shape)
        low, high, step = f.fresh(), f.fresh(), f.fresh()
        for name, number in ((low, 1), (high, 2 * count), (step, 2)):
            f.line(f"{name} = arith.constant {number} : index")
        t, v = f.fresh(), text.Value(f.fresh(), a.shape)
        result = text.Value(f.fresh(), a.shape, 1 + rows.bound)
        f.lines.append(f"  {result.name} = scf.for {t} = {low} to {high} step {step} "
                       f"iter_args({v.name} = {a.name}) -> ({a.type}) {{")
        half, one = f.fresh(), f.fresh()
        f.line(f"{one} = arith.constant 2 : index")
        f.line(f"{half} = arith.divui {t}, {one} : index")
        zeros, ones = "".join(", 0" for _ in a.shape), "".join(", 1" for _ in a.shape)
        sizes = "".join(f", {s}" for s in a.shape)
        row = self.op(f"tensor.extract_slice {rows.name}[{half}{zeros}] [1{sizes}] [1{ones}] : "
                      f"{rows.type} to {a.type}", a.shape, 1)
        y = self.binary("arith.addf", self.unary("math.sin", v, 1), row, 0)
        if self.random.random() < 0.5:
            f.line(f"scf.yield {y.name} : {a.type}")
        else:
            late, taken = f.fresh(), f.fresh()
            f.line(f"{late} = arith.cmpi ugt, {half}, {one} : index")
            f.lines.append(f"  {taken} = scf.if {late} -> ({a.type}) {{")
            f.line(f"scf.yield {v.name} : {a.type}")
            f.lines.append("  } else {")
            z = self.binary("arith.mulf", y, row, 0)
            f.line(f"scf.yield {z.name} : {a.type}")
            f.line("}")
            f.line(f"scf.yield {taken} : {a.type}")
        interval = self.random.choice([0, 1, 2, 3])
        f.line(f"}} {{pc.checkpoint = {interval} : i64}}" if interval else "}")
        return result

    def recurrence(self):
        """One weight for all steps, and a flag that may end them early."""
        a, f = self.take(lambda v: len(v.shape) == 2), self.function
        if not a:
            return None
        w = self.parameter((a.shape[1], a.shape[1]))
        low, high, step, on = (f.fresh() for _ in range(4))
        for name, number in ((low, 0), (high, self.random.randint(2, 5)), (step, 1)):
            f.line(f"{name} = arith.constant {number} : index")
        f.line(f"{on} = arith.constant true")
        state, flag = text.Value(f.fresh(), a.shape), f.fresh()
        name = f.fresh()
        f.lines.append(f"  {name}:2 = scf.for {f.fresh()} = {low} to {high} step {step} iter_args("
                       f"{state.name} = {a.name}, {flag} = {on}) -> ({a.type}, i1) {{")
        taken = f.fresh()
        f.lines.append(f"  {taken}:2 = scf.if {flag} -> ({a.type}, i1) {{")
        zero = f.filled(a.shape, 0.0)
        product = self.op(f"linalg.matmul ins({state.name}, {w.name} : {a.type}, {w.type}) "
                          f"outs({zero.name} : {a.type}) -> {a.type}", a.shape, 0)
        new = self.unary(self.random.choice(["math.sin", "math.tanh"]),
                         self.binary("arith.addf", product, state, 0), 0)
        at = self.position(a.shape)
        element, more = f.fresh(), f.fresh()
        bound = f.scalar(self.random.choice([-10.0, -0.3, 0.1]))
        f.line(f"{element} = tensor.extract {new.name}[{at}] : {a.type}")
        f.line(f"{more} = arith.cmpf ogt, {element}, {bound} : f64")
        f.line(f"scf.yield {new.name}, {more} : {a.type}, i1")
        f.lines.append("  } else {")
        f.line(f"scf.yield {state.name}, {flag} : {a.type}, i1")
        f.line("}")
        f.line(f"scf.yield {taken}#0, {taken}#1 : {a.type}, i1")
        interval = self.random.choice([0, 0, 2])
        f.line(f"}} {{pc.checkpoint = {interval} : i64}}" if interval else "}")
        return text.Value(f"{name}#0", a.shape, max(1, a.bound))

    def rows(self):
        """Rows that integers choose, of an input or constant; some more than once."""
        a, f = self.take(lambda v: len(v.shape) == 2), self.function
        if not a:
            return None
        count = self.random.randint(2, 4)
        if self.random.random() < 0.7:
            integers = f.integers(count, a.shape[0])
        else:
            at = [self.random.randrange(a.shape[0]) for _ in range(count)]
            integers = f.fresh()
            f.line(f"{integers} = arith.constant dense<{at}> : tensor<{count}xi64>")
        empty = f.empty((count, a.shape[1]))
        names = [f.fresh() for _ in range(5)]
        result = text.Value(names[0], empty.shape, a.bound)
        f.lines.append(
            f"  {names[0]} = linalg.generic {{indexing_maps = [{text.affine(2, ['d0'])}, "
            f"{text.affine(2, ['d0', 'd1'])}], iterator_types = [\"parallel\", \"parallel\"]}} "
            f"ins({integers} : tensor<{count}xi64>) outs({empty.name} : {empty.type}) {{")
        f.lines.append(f"  ^bb0({names[1]}: i64, {names[2]}: f64):")
        f.line(f"{names[3]} = arith.index_cast {names[1]} : i64 to index")
        column = f.fresh()
        f.line(f"{column} = linalg.index 1 : index")
        f.line(f"{names[4]} = tensor.extract {a.name}[{names[3]}, {column}] : {a.type}")
        f.line(f"linalg.yield {names[4]} : f64")
        f.line(f"}} -> {empty.type}")
        return result

    CONTROL = ["choice"] * 5 + ["loop"] * 5 + ["recurrence"] * 4 + ["rows"] * 4

    NODES = ["smooth"] * 4 + ["merge"] * 4 + ["broadcast"] * 3 + ["matmul"] * 3 + [
        "contraction", "contraction", "positive", "exponential", "kink", "kink", "quotient",
        "reduction", "reduction", "softmax", "transpose", "reshape", "slice", "insert", "concat",
        "convolution", "pooling"]

    def grow(self, withControl):
        nodes = self.NODES + (self.CONTROL if withControl else [])
        target = self.random.randint(3, 12)
        while target:
            self.function.node = f"node_{len(self.values)}"
            value = getattr(self, self.random.choice(nodes))()
            if value is None or numel(value.shape) > MAX_ELEMENTS:
                continue
            if value.bound > 4:
                scale = self.function.splat(value.shape, 2.0 / value.bound)
                value = self.binary("arith.mulf", value, scale, 2.0)
            self.values.append(value)
            target -= 1

    def write(self, plant, file=None):
        results = [v for v in self.values if v.name not in self.used]
        if self.random.random() < 0.2:  # an activity that is read and returned
            results.append(self.random.choice(self.values))
        planted = plant and self.plant()
        self.function.write(list(dict.fromkeys(results)),
                            " attributes {test.planted}" if planted else "", file)

    def plant(self):
        """Marks an operation, if there is one that a mark can be written to."""
        lines = self.function.lines
        marked = r"^(  %\w+ = (?:arith.(?:addf|subf|mulf|divf)|math.\w+) [^:]*)( : tensor)"
        candidates = [i for i, line in enumerate(lines) if re.match(marked, line)]
        if candidates:
            i = self.random.choice(candidates)
            lines[i] = re.sub(marked, r"\1 {pc.planted_fault}\2", lines[i])
        return bool(candidates)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--plant", action="store_true")
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--models", type=pathlib.Path)
    options = parser.parse_args()
    for seed in range(options.first, options.first + options.count):
        graph = Graph(seed, isModel=bool(options.models))
        graph.grow(options.control)
        if not options.models:
            graph.write(options.plant)
            continue
        options.models.mkdir(exist_ok=True)
        with open(options.models / f"graph_{seed}.mlir", "w") as file:
            graph.write(plant=False, file=file)


main()
