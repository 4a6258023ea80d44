# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How the generators write MLIR: values, operations, functions."""

import dataclasses
import random


@dataclasses.dataclass(frozen=True)
class Value:
    """A tensor of f64; `bound` is about the largest size of an element."""
    name: str
    shape: tuple
    bound: float = 1.0

    @property
    def type(self):
        return tensor(self.shape)


def tensor(shape):
    return "tensor<" + "".join(f"{size}x" for size in shape) + "f64>"


def affine(rank, results):
    dims = ", ".join(f"d{i}" for i in range(rank))
    return f"affine_map<({dims}) -> ({', '.join(map(str, results))})>"


def dims(axes):
    return [f"d{axis}" for axis in axes]


def dense(shape, low, high, seed):
    """Random numbers as an attribute."""
    if not shape:
        return repr(round(random.Random(seed).uniform(low, high), 4))
    return "[" + ", ".join(dense(shape[1:], low, high, f"{seed}.{i}")
                           for i in range(shape[0])) + "]"


class Function:
    """Collects the text of one forward function. `node` is the name of the
    model node that new operations belong to. Parameters carry a value, or all
    arguments the range of their values, as pc-gradient-test wants it."""

    def __init__(self, name, hasValues=False):
        self.name, self.node, self.hasValues = name, "start", hasValues
        self.arguments, self.lines = [], []
        self.counter = 0

    def fresh(self):
        self.counter += 1
        return f"%v{self.counter}"

    def argument(self, shape, role, low, high, attributes=""):
        name = f"{role[0]}{len(self.arguments)}"
        value = Value("%" + name, tuple(shape), max(abs(low), abs(high)))
        if not self.hasValues:
            attributes += f", test.range = [{low}, {high}]"
        elif role == "parameter":
            numbers = dense(value.shape, low, high, name)
            attributes += f", pc.value = dense<{numbers}> : {value.type}"
        self.arguments.append(
            f'{value.name}: {value.type} {{pc.name = "{name}", pc.role = "{role}"{attributes}}}')
        return value

    def integers(self, count, limit):
        """An input of integers below `limit`."""
        name = f"i{len(self.arguments)}"
        bounds = f"pc.range = [0, {limit - 1}]" if self.hasValues else f"test.range = [0, {limit}]"
        self.arguments.append(f'%{name}: tensor<{count}xi64> {{pc.name = "{name}", '
                              f'pc.role = "input", {bounds}}}')
        return f"%{name}"

    def line(self, text):
        """A line that ends an operation, and so carries its location."""
        self.lines.append(f'  {text} loc("{self.node}")')

    def op(self, text, shape, bound):
        """One operation with one result, in one line."""
        value = Value(self.fresh(), tuple(shape), bound)
        self.line(f"{value.name} = {text}")
        return value

    def scalar(self, number):
        name = self.fresh()
        self.line(f"{name} = arith.constant {float(number)!r} : f64")
        return name

    def splat(self, shape, number):
        return self.op(f"arith.constant dense<{float(number)!r}> : {tensor(shape)}", shape,
                       abs(number))

    def empty(self, shape):
        return self.op(f"tensor.empty() : {tensor(shape)}", shape, 0)

    def filled(self, shape, number):
        scalar, empty = self.scalar(number), self.empty(shape)
        return self.op(f"linalg.fill ins({scalar} : f64) outs({empty.name} : {empty.type}) "
                       f"-> {empty.type}", shape, abs(number))

    def generic(self, rank, inputs, outputs, body, reductions, bounds):
        """`inputs` and `outputs` are pairs of a value and its map; `body` takes
        an emitter of scalar operations and the names of the elements and
        returns the names that are yielded."""
        operands = inputs + outputs
        maps = ", ".join(affine(rank, m) for _, m in operands)
        kinds = ", ".join('"reduction"' if d in reductions else '"parallel"'
                          for d in range(rank))
        values = [v for v, _ in outputs]
        names = [self.fresh() for _ in operands]
        results = [Value(f"{names[-1]}r{'#' + str(i) if len(values) > 1 else ''}", v.shape, b)
                   for i, (v, b) in enumerate(zip(values, bounds))]
        count = f":{len(values)}" if len(values) > 1 else ""
        ins = ", ".join(v.name for v, _ in inputs)
        ins = f" ins({ins} : {', '.join(v.type for v, _ in inputs)})" if inputs else ""
        outs = ", ".join(v.type for v in values)
        self.lines.append(
            f"  {names[-1]}r{count} = linalg.generic {{indexing_maps = [{maps}], "
            f"iterator_types = [{kinds}]}}{ins} outs({', '.join(v.name for v in values)} : {outs}) {{")
        self.lines.append(f"  ^bb0({', '.join(n + ': f64' for n in names)}):")
        yielded = body(Scalars(self), names)
        self.line(f"  linalg.yield {', '.join(yielded)} : {', '.join(['f64'] * len(yielded))}")
        self.line(f"}} -> {outs if len(values) == 1 else '(' + outs + ')'}")
        return results

    def write(self, results, attributes="", file=None):
        types = ", ".join(v.type for v in results)
        named = ", ".join(f'{v.type} {{pc.name = "y{i}", pc.role = "output"}}'
                          for i, v in enumerate(results))
        head = f"func.func @{self.name}({', '.join(self.arguments)})\n    -> ({named}){attributes} {{"
        values = ", ".join(v.name for v in results)
        print("\n".join([head, *self.lines, f"  return {values} : {types}", "}"]), file=file)


class Scalars:
    """Writes operations on f64 inside of a body."""

    def __init__(self, function):
        self.function = function

    def __call__(self, op, *operands):
        name = self.function.fresh()
        self.function.line(f"  {name} = {op} {', '.join(operands)} : f64")
        return name

    def constant(self, number):
        name = self.function.fresh()
        self.function.line(f"  {name} = arith.constant {float(number)!r} : f64")
        return name

    def raw(self, text):
        name = self.function.fresh()
        self.function.line(f"  {name} = {text}")
        return name
