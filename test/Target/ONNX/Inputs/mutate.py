# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Breaks models in seeded ways and imports them: mutate.py --pc-translate BIN MODEL.onnx...

Whatever comes in, the importer ends by itself, with status 0, 1 or 2, and with one error where it
refuses. What it still takes goes to the command of --then, which has to end with status 0, or with 1
and at least one error. Prints a line for each mutation that says otherwise, and how often each status came. The
long mode: --count 1000. A failure is reproduced by --first SEED --count 1 --keep FILE."""

import argparse
import collections
import concurrent.futures
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile

import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from limits import limited

SIZES = [0, 1, -1, 2, 3, 7, 64, -2, 1 << 20, 1 << 31, (1 << 62) + 1, (1 << 63) - 1, -(1 << 63)]
FLOATS = [0.0, -1.0, 1e30, float("inf"), float("nan")]
TYPES = list(range(0, 24)) + [99]
OPERATORS = [schema.name for schema in onnx.defs.get_all_schemas() if not schema.domain]


def graphs(graph):
    """The graph and all those inside of it."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from graphs(attribute.g)


class Mutation:
    """One way to break a model; methods return False where there is nothing to break."""

    def __init__(self, model, seed):
        self.model, self.random = model, random.Random(seed)
        self.graph = self.random.choice(list(graphs(model.graph)))

    def pick(self, items):
        return self.random.choice(items) if len(items) else None

    def node(self):
        return self.pick(self.graph.node)

    def delete_node(self):
        if self.graph.node:
            del self.graph.node[self.random.randrange(len(self.graph.node))]

    def repeat_node(self):
        node = self.node()
        if node:
            self.graph.node.add().CopyFrom(node)

    def operator(self):
        node = self.node()
        if node:
            node.op_type = self.random.choice(OPERATORS + [n.op_type for n in self.graph.node] + [""])

    def domain(self):
        node = self.node()
        if node:
            node.domain = self.random.choice(["ai.onnx", "com.microsoft", "ai.onnx.ml", "?"])

    def names(self):
        values = [name for node in self.graph.node for name in [*node.input, *node.output]]
        values += [v.name for v in [*self.graph.input, *self.graph.initializer]]
        return values + ["", "nowhere"]

    def input_name(self):
        """Dangles, is of another type, or makes a cycle."""
        node = self.node()
        if node and node.input:
            node.input[self.random.randrange(len(node.input))] = self.random.choice(self.names())

    def self_cycle(self):
        node = self.node()
        if node and node.input and node.output:
            node.input[0] = node.output[0]

    def output_name(self):
        node = self.node()
        if node and node.output:
            node.output[self.random.randrange(len(node.output))] = self.random.choice(self.names())

    def operands(self):
        node = self.node()
        if not node:
            return
        names = list(node.input)
        what = self.random.randrange(4)
        if what == 0:
            self.random.shuffle(names)
        elif what == 1 and names:
            names.pop(self.random.randrange(len(names)))
        elif what == 2:
            names.append(self.random.choice(self.names()))
        else:
            names = []
        del node.input[:]
        node.input.extend(names)

    def results(self):
        node = self.node()
        if node and self.random.random() < 0.5:
            node.output.append("another")
        elif node and node.output:
            del node.output[self.random.randrange(len(node.output))]

    def attribute(self):
        node = self.pick([n for n in self.graph.node if n.attribute])
        if not node:
            return
        attribute = self.pick(node.attribute)
        what = self.random.randrange(5)
        if what == 0:
            node.attribute.remove(attribute)
        elif what == 1:
            attribute.name = self.random.choice(["axis", "axes", "perm", "pads", "nothing", "to"])
        elif what == 2:
            attribute.type = self.random.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 99 % 15])
        else:
            self.change_value(attribute)

    def change_value(self, attribute):
        if attribute.type == AttributeProto.INT:
            attribute.i = self.random.choice(SIZES)
        elif attribute.type == AttributeProto.FLOAT:
            attribute.f = self.random.choice(FLOATS)
        elif attribute.type == AttributeProto.STRING:
            attribute.s = self.random.choice([b"", b"nothing", b"\xff\xfe", b"constant", b"reverse"])
        elif attribute.type == AttributeProto.TENSOR:
            self.change_tensor(attribute.t)
        elif attribute.type == AttributeProto.INTS:
            self.change_list(attribute.ints, SIZES)
        elif attribute.type == AttributeProto.FLOATS:
            self.change_list(attribute.floats, FLOATS)

    def change_list(self, values, choices):
        what = self.random.randrange(3)
        if what == 0 or not values:
            values.append(self.random.choice(choices))
        elif what == 1:
            values.pop()
        else:
            values[self.random.randrange(len(values))] = self.random.choice(choices)

    def new_attribute(self):
        node = self.node()
        if node:
            name = self.random.choice(["axis", "axes", "keepdims", "perm", "pads", "strides", "group",
                                       "mode", "auto_pad", "to", "kernel_shape", "dilations"])
            value = self.random.choice([self.random.choice(SIZES), [self.random.choice(SIZES)] * 2,
                                        "SAME_UPPER", 0.5])
            node.attribute.append(helper.make_attribute(name, value))

    def change_tensor(self, tensor):
        what = self.random.randrange(4)
        if what == 0:
            self.change_list(tensor.dims, SIZES)
        elif what == 1:
            tensor.data_type = self.random.choice(TYPES)
        elif what == 2:
            tensor.raw_data = tensor.raw_data[:len(tensor.raw_data) // 2]
        else:
            self.change_integers(tensor)

    def change_integers(self, tensor):
        """Shapes, axes and counts that the model computes with."""
        if tensor.data_type != TensorProto.INT64:
            return
        try:
            array = numpy_helper.to_array(tensor).copy()
        except (ValueError, TypeError):
            return
        if array.size:
            array.flat[self.random.randrange(array.size)] = self.random.choice(SIZES)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))

    def initializer(self):
        tensor = self.pick(self.graph.initializer)
        if tensor:
            self.change_tensor(tensor)

    def integers(self):
        tensors = [t for t in self.graph.initializer if t.data_type == TensorProto.INT64]
        tensors += [a.t for n in self.graph.node for a in n.attribute
                    if a.type == AttributeProto.TENSOR and a.t.data_type == TensorProto.INT64]
        if tensors:
            self.change_integers(self.pick(tensors))

    def drop_initializer(self):
        if self.graph.initializer:
            del self.graph.initializer[self.random.randrange(len(self.graph.initializer))]

    def declared(self):
        """The type or the shape of an input or output."""
        value = self.pick([*self.graph.input, *self.graph.output])
        if not value:
            return
        tensor = value.type.tensor_type
        what = self.random.randrange(5)
        if what == 0:
            tensor.elem_type = self.random.choice(TYPES)
        elif what == 1:
            tensor.shape.dim.add().dim_value = self.random.choice(SIZES)
        elif what == 2 and tensor.shape.dim:
            self.pick(tensor.shape.dim).dim_value = self.random.choice(SIZES)
        elif what == 3 and tensor.shape.dim:
            tensor.shape.dim.pop()
        else:
            value.type.Clear()

    def ends(self):
        which = self.random.choice([self.graph.input, self.graph.output])
        if which and self.random.random() < 0.5:
            which.pop()
        elif which:
            which.add().CopyFrom(self.pick(which))

    def opset(self):
        if self.model.opset_import:
            self.pick(self.model.opset_import).version = self.random.choice([*range(0, 32), -1, 1 << 40])

    MUTATIONS = ["delete_node", "repeat_node", "operator", "operator", "domain", "input_name", "input_name",
                 "self_cycle", "output_name", "operands", "operands", "results", "attribute", "attribute",
                 "attribute", "new_attribute", "new_attribute", "initializer", "integers", "integers",
                 "drop_initializer", "declared", "declared", "ends", "opset"]

    def apply(self):
        for _ in range(self.random.choice([1, 1, 2, 3])):
            getattr(self, self.random.choice(self.MUTATIONS))()


def bind_dims(model):
    """Sizes for the symbolic dimensions, so that the import goes on behind them."""
    names = {d.dim_param for v in model.graph.input for d in v.type.tensor_type.shape.dim if d.dim_param}
    return [f"--dim={name}=2" for name in sorted(names)]


def judge(options, command, statuses, most_errors):
    """The status, and what is wrong with it or None."""
    try:
        done = subprocess.run(limited(command, options.gib), capture_output=True,
                              timeout=options.seconds)
    except subprocess.TimeoutExpired:
        return "time", f"more than {options.seconds} s"
    status, text = done.returncode, done.stderr.decode(errors="replace")
    if status not in statuses:
        return status, "crash: " + " ".join(text.split())[:300]
    errors = text.count("error: ")
    if errors > (most_errors if status else 0) or status and not errors:
        return status, f"{errors} errors: " + " ".join(text.split())[:300]
    return status, None


def run(options, path, seed, folder):
    model = onnx.load(path, load_external_data=False)
    mutation = Mutation(model, f"{path.parent.name}/{path.name} {seed}")
    mutation.apply()
    file = options.keep or folder / f"{path.parent.name}_{path.stem}_{seed}.onnx"
    file.write_bytes(model.SerializeToString())
    imported = folder / f"{file.name}.mlir" if options.then else pathlib.Path("/dev/null")
    status, wrong = judge(options, [*shlex.split(options.pc_translate), str(file), "-o", str(imported),
                                    *bind_dims(model)], (0, 1, 2), 1)
    if options.then and status == 0 and not wrong:
        later, wrong = judge(options, [*shlex.split(options.then), str(imported)], (0, 1), sys.maxsize)
        status = f"{status} then {later}"
    if not options.keep:
        file.unlink()
    if options.then:
        imported.unlink(missing_ok=True)
    return status, wrong and f"FAIL {path} seed {seed}: status {status}: {wrong}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--pc-translate", default="pc-translate", help="the command that imports")
    parser.add_argument("--then", help="a command that gets what was imported")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--gib", type=int, default=8, help="memory of one import")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="where the last mutation stays")
    options = parser.parse_args()
    statuses, failures = collections.Counter(), 0
    seeds = range(options.first, options.first + options.count)
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = [pool.submit(run, options, model, seed, pathlib.Path(folder))
                 for model in options.models for seed in seeds]
        for task in concurrent.futures.as_completed(tasks):
            status, wrong = task.result()
            statuses[str(status)] += 1
            if wrong:
                failures += 1
                print(wrong, flush=True)
    counts = ", ".join(f"{count} x status {status}" for status, count in sorted(statuses.items()))
    print(f"{sum(statuses.values())} mutations: {counts}; {failures} failures")
    sys.exit(failures > 0)


main()
