# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random linalg.generic operations of the odd kinds that test/Random leaves out:
maps with reversals, divisions, remainders and results that are not written
everywhere; bodies that write over running values and compute with them.

usage: odd_generics.py FIRST LAST    one function for each seed
"""

import random
import sys


class Generic:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.extents = [self.random.randint(1, 4) for _ in range(self.random.randint(1, 4))]
        self.dims = [f"d{i}" for i in range(len(self.extents))]
        self.name = f"seed_{seed}"
        # The last input gives every dimension its extent.
        self.ins = [self.map() for _ in range(self.random.randint(1, 3))]
        self.ins.append((self.dims, self.extents))
        self.outs = []
        self.isPartial = []
        for _ in range(self.random.choice([1, 1, 1, 2])):
            self.add_result()
        self.lines = []

    def result(self):
        """One result of a map, and the size that it needs."""
        kind, d = self.random.random(), self.random.randrange(len(self.dims))
        dim, extent = self.dims[d], self.extents[d]
        if kind < 0.55:
            return dim, extent
        if kind < 0.62:
            return "0", 1
        if kind < 0.66:
            return str(self.random.randint(0, 2)), 3
        if kind < 0.72:
            return f"{extent - 1} - {dim}", extent
        if kind < 0.76:
            return f"{dim} floordiv 2", (extent - 1) // 2 + 1
        if kind < 0.80:
            return f"{dim} mod 2", min(2, extent)
        chosen = self.random.sample(range(len(self.dims)), min(len(self.dims), self.random.randint(1, 2)))
        weights = [self.random.randint(1, 3) for _ in chosen]
        offset = self.random.randint(0, 1)
        reach = offset + sum(w * (self.extents[i] - 1) for i, w in zip(chosen, weights))
        text = " + ".join(f"{self.dims[i]} * {w}" for i, w in zip(chosen, weights))
        # A single dimension as it is leaves no room for more elements.
        isPlain = len(chosen) == 1 and weights == [1] and offset == 0
        return f"{text} + {offset}", reach + 1 + (0 if isPlain else self.random.randint(0, 2))

    def map(self):
        results = [self.result() for _ in range(self.random.randint(0, 3))]
        return [r[0] for r in results], [r[1] for r in results]

    def add_result(self):
        kind = self.random.random()
        count = len(self.dims) if kind < 0.35 else self.random.randint(0, len(self.dims))
        chosen = self.random.sample(range(len(self.dims)), count)
        self.isPartial.append(kind >= 0.8)
        self.outs.append(self.map() if kind >= 0.8 else
                         ([self.dims[i] for i in chosen], [self.extents[i] for i in chosen]))

    def compute(self, text):
        value = f"%v{len(self.lines)}"
        self.lines.append(f"    {value} = {text} : f64")
        return value

    def write_body(self):
        running = [f"%o{i}" for i in range(len(self.outs))]
        pool = [f"%p{i}" for i in range(len(self.ins))]
        if self.random.random() < 0.3:
            dim = self.random.randrange(len(self.dims))
            self.lines += [f"    %index = linalg.index {dim} : index",
                           "    %integer = arith.index_cast %index : index to i64",
                           "    %number = arith.sitofp %integer : i64 to f64"]
            pool.append("%number")
        if self.random.random() < 0.3:
            pool.append(self.random.choice(running))
        for _ in range(self.random.randint(1, 4)):
            op = self.random.choice(["arith.addf", "arith.mulf", "arith.mulf", "arith.subf",
                                     "arith.maximumf", "math.sin", "math.tanh", "math.exp"])
            a, b = self.random.choice(pool), self.random.choice(pool)
            value = self.compute(f"{op} {a}" if op[0] == "m" else f"{op} {a}, {b}")
            pool.append(self.compute(f"math.tanh {value}") if op == "math.exp" else value)
        yields = [self.write_yield(r, pool[-1] if i == 0 else self.random.choice(pool), partial)
                  for i, (r, partial) in enumerate(zip(running, self.isPartial))]
        self.lines.append(f"    linalg.yield {', '.join(yields)} : {', '.join(['f64'] * len(yields))}")

    def write_yield(self, running, value, isPartial):
        # What a body does not read of a result may be lost where no point writes.
        kind = self.random.random() * (0.8 if isPartial else 1)
        if kind < 0.4:
            return self.compute(f"arith.addf {running}, {value}")
        if kind < 0.55:
            pair = self.random.choice([f"{running}, {value}", f"{value}, {running}"])
            return self.compute(f"arith.maximumf {pair}")
        if kind < 0.65:
            return self.compute(f"arith.minimumf {running}, {value}")
        if kind < 0.75:
            return self.compute(f"arith.mulf {running}, {self.compute(f'math.sin {value}')}")
        return self.compute(f"arith.subf {running}, {value}") if kind < 0.8 else value

    def write(self):
        self.write_body()
        types = [f"tensor<{''.join(f'{n}x' for n in shape)}f64>" for _, shape in self.ins + self.outs]
        ins, outs = types[: len(self.ins)], types[len(self.ins):]
        names = [f"a{i}" for i in range(len(types))]
        values = [f"%{n}" for n in names]
        arguments = ", ".join(f'%{n}: {t} {{pc.name = "{n}", pc.role = "input"}}'
                              for n, t in zip(names, types))
        maps = ", ".join(f"affine_map<({', '.join(self.dims)}) -> ({', '.join(m)})>"
                         for m, _ in self.ins + self.outs)
        iterators = ", ".join('"parallel"' if all(d in m for m, _ in self.outs) else '"reduction"'
                              for d in self.dims)
        scalars = [f"%p{i}: f64" for i in range(len(ins))] + [f"%o{i}: f64" for i in range(len(outs))]
        results = [f"%r#{i}" for i in range(len(outs))]
        return "\n".join([
            f"func.func @{self.name}({arguments}) -> ({', '.join(outs)}) {{",
            f"  %r:{len(outs)} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{iterators}]}}",
            f"      ins({', '.join(values[:len(ins)])} : {', '.join(ins)})",
            f"      outs({', '.join(values[len(ins):])} : {', '.join(outs)}) {{",
            f"  ^bb0({', '.join(scalars)}):", *self.lines,
            f"  }} -> ({', '.join(outs)})",
            f"  return {', '.join(results)} : {', '.join(outs)}", "}"])


for number in range(int(sys.argv[1]), int(sys.argv[2])):
    print(Generic(number).write())
