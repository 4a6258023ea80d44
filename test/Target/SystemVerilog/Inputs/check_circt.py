# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the text of pc-translate --circuit-to-circt against rules of hw and comb
and against the SystemVerilog of the same circuit.

usage: check_circt.py CIRCUIT.mlir FOLDER

Every line is one of the constructs below; in a module every value has one
definition and the type of each use; an instance has the ports and parameters of
its module. External modules have the ports of the SystemVerilog module of that
name, whose widths follow from the parameters. Instances and the nets between
them are those of top.sv and vertex_*.sv.
"""

import pathlib
import re
import sys

TYPE = r"(?:i\d+|!seq\.clock)"
LINES = {
    "extern": re.compile(r"hw\.module\.extern @(\w+)(?:<(.*?)>)?\((.*)\) attributes \{verilogName = \"(\w+)\"\}"),
    "module": re.compile(r"hw\.module @(\w+)\((.*)\) \{"),
    "instance": re.compile(r"(?:(%.*) = )?hw\.instance \"(\w+)\" @(\w+)(?:<(.*?)>)?\((.*)\) -> \((.*)\)"),
    "constant": re.compile(r"(%\w+) = hw\.constant (\d+) : (i\d+)"),
    "concat": re.compile(rf"(%\w+) = comb\.concat (%.*) : ({TYPE}(?:, {TYPE})*)"),
    "extract": re.compile(r"(%\w+) = comb\.extract (%\w+) from (\d+) : \((i\d+)\) -> i1"),
    "icmp": re.compile(r"(%\w+) = comb\.icmp eq (%\w+), (%\w+) : (i\d+)"),
    "mux": re.compile(r"(%\w+) = comb\.mux (%\w+), (%\w+), (%\w+) : (i\d+)"),
    "fold": re.compile(r"(%\w+) = comb\.(?:and|or) (%\w+(?:, %\w+)+) : (i\d+)"),
    "output": re.compile(rf"hw\.output (%.*) : ({TYPE}(?:, {TYPE})*)"),
}
COMPARED = re.compile(r"clk|rst|rounds|rate|momentum|step|cut|.*_(data|valid|ready|fire|x|y)")


def fail(text):
    sys.exit(f"check_circt.py: {text}")


def split(text):
    return text.split(", ") if text else []


def read_ports(text):
    """(direction, name, type) of each."""
    return [re.fullmatch(rf"(in|out) %?(\w+) : ({TYPE})", port).groups() for port in split(text)]


class Module:
    def __init__(self, name, ports):
        self.name, self.ports = name, ports
        self.types = {f"%{port}": kind for way, port, kind in ports if way == "in"}
        self.uses, self.instances, self.constants, self.bits = [], [], {}, {}

    def define(self, value, kind):
        if value in self.types:
            fail(f"@{self.name}: {value} has two definitions")
        self.types[value] = kind

    def use(self, values, kinds):
        self.uses += zip(values, kinds, strict=True)

    def finish(self):
        for value, kind in self.uses:
            if self.types.get(value) != kind:
                fail(f"@{self.name}: {value} is {self.types.get(value, 'not defined')}, but {kind} where it is used")


def read_line(module, kind, groups):
    if kind == "instance":
        results, _, symbol, parameters, inputs, outputs = groups
        ends = [re.fullmatch(rf"(\w+): (%\w+): ({TYPE})", end).groups() for end in split(inputs)]
        gives = [re.fullmatch(rf"(\w+): ({TYPE})", end).groups() for end in split(outputs)]
        for value, (_, width) in zip(split(results), gives, strict=True):
            module.define(value, width)
        module.use([value for _, value, _ in ends], [width for _, _, width in ends])
        settings = dict(re.fullmatch(r"(\w+): i\d+ = (\d+)", p).groups() for p in split(parameters))
        ports = [("in", port, width) for port, _, width in ends] + [("out", port, width) for port, width in gives]
        nets = {port: value for port, value, _ in ends}
        nets.update(zip((port for port, _ in gives), split(results)))
        module.instances.append((symbol, settings, ports, nets))
    elif kind == "constant":
        module.define(groups[0], groups[2])
        module.constants[groups[0]] = int(groups[1])
    elif kind == "concat":
        values, kinds = split(groups[1]), split(groups[2])
        module.define(groups[0], f"i{sum(int(width[1:]) for width in kinds)}")
        module.use(values, kinds)
        module.bits[groups[0]] = list(reversed(values))
    elif kind == "extract":
        result, value, bit, width = groups
        if int(bit) >= int(width[1:]):
            fail(f"@{module.name}: {value} has no bit {bit}")
        module.define(result, "i1")
        module.use([value], [width])
        module.bits.setdefault(value, [None] * int(width[1:]))[int(bit)] = result
    elif kind == "icmp":
        module.define(groups[0], "i1")
        module.use(groups[1:3], [groups[3]] * 2)
    elif kind == "mux":
        module.define(groups[0], groups[4])
        module.use(groups[1:4], ["i1", groups[4], groups[4]])
    elif kind == "fold":
        module.define(groups[0], groups[2])
        values = split(groups[1])
        module.use(values, [groups[2]] * len(values))
    else:
        values = split(groups[0])
        module.use(values, split(groups[1]))
        outputs = [(port, width) for way, port, width in module.ports if way == "out"]
        if [width for _, width in outputs] != split(groups[1]):
            fail(f"@{module.name}: hw.output has other types than the ports")
        module.outputs = dict(zip((port for port, _ in outputs), values, strict=True))


def read_circt(path):
    modules, externs, inside = {}, {}, None
    for line in path.read_text().splitlines():
        line = line.strip()
        if line.startswith("//") or line == "module {":
            continue
        if line == "}":
            inside = None
            continue
        for kind, pattern in LINES.items():
            if match := pattern.fullmatch(line):
                break
        else:
            fail(f"not a construct that is known: {line}")
        if kind == "extern":
            symbol, parameters, ports, verilog = match.groups()
            names = [parameter.split(": ")[0] for parameter in split(parameters)]
            externs[symbol] = (verilog, names, read_ports(ports))
        elif kind == "module":
            inside = modules[match[1]] = Module(match[1], read_ports(match[2]))
        else:
            read_line(inside, kind, match.groups())
    return modules, externs


def check_instances(module, modules, externs, headers):
    for symbol, settings, ports, _ in module.instances:
        verilog, names, declared = externs.get(symbol, (None, [], None))
        if symbol in modules:
            declared = modules[symbol].ports
        elif verilog is None:
            fail(f"@{module.name}: no module @{symbol}")
        if sorted(declared) != sorted(ports) or names != list(settings):
            fail(f"@{module.name}: an instance of @{symbol} has other ports or parameters")
        if verilog:
            expected = headers(verilog, settings)
            if sorted(ports) != sorted(expected):
                fail(f"@{symbol}: SystemVerilog has {sorted(set(expected) ^ set(ports))}")


def read_header(folder, name, settings):
    """Ports of a SystemVerilog module whose parameters are set."""
    header = re.search(r"module \w+ (?:#\((.*?)\n\) )?\((.*?)\n?\);", (folder / f"{name}.sv").read_text(), re.S)
    values, ports = {name: int(value) for name, value in settings.items()}, []
    known = re.findall(r"parameter (?:int|logic \[.*?\]) (\w+) *= *(.*?),?(?: *//.*)?\n", (header[1] or "") + "\n")
    if set(settings) - {parameter for parameter, _ in known}:
        fail(f"{name}.sv has no such parameters: {settings}")
    for parameter, default in known:  # those of ports are numbers or choices between them
        choice = re.fullmatch(r"\((\w+) != 0\) \? (.*) : (.*)", default)
        if parameter not in values and re.fullmatch(r"\d+", default):
            values[parameter] = int(default)
        elif parameter not in values and choice:
            values[parameter] = int(choice[2] if values[choice[1]] else choice[3])
    for way, width, port in re.findall(r"(input|output) +logic +(?:signed +)?(?:\[(.*?):0\] *)?(\w+)", header[2]):
        bits = int(eval(width, {"__builtins__": {}}, values)) + 1 if width else 1
        ports.append(({"input": "in", "output": "out"}[way], port, "!seq.clock" if port == "clk" else f"i{bits}"))
    return ports


def gather(ends):
    """Ends of every net, without its name."""
    nets = {}
    for net, end in ends:
        nets.setdefault(net, set()).add(end)
    return sorted(sorted(net, key=str) for net in nets.values())


def list_circt_nets(module, externs):
    ends = []

    def add(value, end):
        if value in module.bits:
            ends.extend((bit or f"{value}.{i}", (*end, i)) for i, bit in enumerate(module.bits[value]))
        elif value in module.constants:
            ends.append((f"{module.constants[value]}", (*end, module.constants[value])))
        else:
            ends.append((value, end))
    for number, (symbol, _, _, nets) in enumerate(module.instances):
        name = externs[symbol][0] if symbol in externs else symbol
        for port, value in nets.items():
            if COMPARED.fullmatch(port):
                add(value, (f"{number} {name}", port))
    for way, port, _ in module.ports:
        if COMPARED.fullmatch(port):
            add(f"%{port}" if way == "in" else module.outputs[port], ("module", port))
    return gather(ends)


def list_verilog_nets(path):
    text, ends, same = path.read_text(), [], {}

    def find(net):
        while net in same:
            net = same[net]
        return net
    for left, bits, right in re.findall(r"^  assign (\w+) = (\d+'[bd])?(\w+);$", text, re.M):
        right = str(int(right)) if bits else right
        if find(left) != find(right):
            same[find(left)] = find(right)

    def add(value, end):
        if value.startswith("{"):
            bits = [bit.strip() for bit in value[1:-1].split(",")]
            ends.extend((find(bit), (*end, i)) for i, bit in enumerate(reversed(bits)))
        elif constant := re.fullmatch(r"\d+'[bd](\d+)", value):
            ends.append((constant[1], (*end, int(constant[1]))))
        elif bit := re.fullmatch(r"cut\[(\d+)\]", value):
            ends.append((value, end))
            ends.append((value, ("module", "cut", int(bit[1]))))
        else:
            number = find(value)
            ends.append((number, (*end, int(number)) if number.isdigit() else end))
    header, body = text.split("\n);\n", 1)
    instances = re.findall(r"^  (\w+)(?: #\(.*?\))? u_\w+ \((.*?)\);$", body, re.M | re.S)
    for number, (name, connections) in enumerate(instances):
        for port, value in re.findall(r"\.(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?", connections):
            if COMPARED.fullmatch(port):
                add(value or port, (f"{number} {name}", port))
    for port in re.findall(r"logic +(?:\[.*?\] )?(\w+)", header):
        if COMPARED.fullmatch(port) and port != "cut":
            add(port, ("module", port))
    return gather(ends)


def main():
    path, folder = map(pathlib.Path, sys.argv[1:])
    modules, externs = read_circt(path)
    for module in modules.values():
        module.finish()
        check_instances(module, modules, externs, lambda name, settings: read_header(folder, name, settings))
    units = {verilog for verilog, _, _ in externs.values()}
    if {path.stem for path in folder.glob("vertex_*.sv")} - units | {"top"} != set(modules):
        fail("other modules than SystemVerilog has")
    for name, module in modules.items():
        ours, theirs = list_circt_nets(module, externs), list_verilog_nets(folder / f"{name}.sv")
        if ours != theirs:
            off = [net for net in ours if net not in theirs] + [net for net in theirs if net not in ours]
            fail(f"@{name}: other nets than SystemVerilog has: {off}")
    instances = sum(len(module.instances) for module in modules.values())
    print(f"{len(modules)} modules and {instances} instances are those of SystemVerilog")


main()
