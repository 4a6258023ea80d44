# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The operations that the derivative tables cover: how to write one, where its
arguments may lie, and what it is in PyTorch.

usage: rules.py lint TABLES TESTS  the tables, this one and the tests of the
                                emitted operations in these folders name the same
       rules.py cases           functions for pc-gradient-test
       rules.py planted         the same, each with a wrong rule
       rules.py torch FILE      compares the dump of pc-gradient-test with PyTorch
"""

import json
import pathlib
import re
import sys


class Rule:
    """`text` is the operation on %x, %y, %z without its type; `ranges` says
    where the arguments lie, and thereby how many there are."""

    def __init__(self, text, torch, *ranges, type="tensor<8xf64>", before="", after="",
                 results=1, isZero=False):
        self.text, self.torch, self.ranges, self.type = text, torch, ranges, type
        self.before, self.after, self.results, self.isZero = before, after, results, isZero


TENSOR = "tensor<8xf64>"
UNIT, WIDE, POSITIVE = (-1.0, 1.0), (-3.0, 3.0), (0.3, 3.0)
# Multiples of 2^-12: exact in f32, and so are their neighbours at the steps of
# finite differences.
EXACT = (-1.0, 1.0, 2.0**-12)
INTEGERS = (-3, 4)


def unary(name, ranges, torch=None, **more):
    return Rule(f"math.{name} %x", torch or f"torch.{name}(x)", ranges, **more)


def binary(name, torch, *ranges):
    return Rule(f"arith.{name} %x, %y", torch, *(ranges or (WIDE, WIDE)))


RULES = {
    "arith::AddFOp": binary("addf", "x + y"),
    "arith::SubFOp": binary("subf", "x - y"),
    "arith::MulFOp": binary("mulf", "x * y"),
    "arith::DivFOp": binary("divf", "x / y", WIDE, (0.5, 2.0)),
    "arith::NegFOp": Rule("arith.negf %x", "-x", WIDE),
    "arith::RemFOp": binary("remf", "torch.fmod(x, y)", (-5.0, 5.0), (0.7, 2.0)),
    "arith::MaximumFOp": binary("maximumf", "torch.maximum(x, y)"),
    "arith::MinimumFOp": binary("minimumf", "torch.minimum(x, y)"),
    "arith::MaxNumFOp": binary("maxnumf", "torch.fmax(x, y)"),
    "arith::MinNumFOp": binary("minnumf", "torch.fmin(x, y)"),
    "arith::SelectOp": Rule(
        "arith.select %c, %x, %y", "torch.where(z < x, x, y)", WIDE, WIDE, WIDE,
        before=f"%c = arith.cmpf olt, %z, %x : {TENSOR}", type=f"tensor<8xi1>, {TENSOR}"),
    "arith::ExtFOp": Rule(
        "arith.extf %n", "x", EXACT, type="tensor<8xf32> to tensor<8xf64>",
        before="%n = arith.truncf %x : tensor<8xf64> to tensor<8xf32>"),
    "arith::TruncFOp": Rule(
        "arith.truncf %x", "x", EXACT, type="tensor<8xf64> to tensor<8xf32>",
        after="%w = arith.extf %r : tensor<8xf32> to tensor<8xf64>"),
    "math::AbsFOp": unary("absf", WIDE, "torch.abs(x)"),
    "math::CopySignOp": Rule("math.copysign %x, %y", "torch.copysign(x, y)", WIDE, WIDE),
    "math::ClampFOp": Rule(
        "math.clampf %x to [%y, %z]", "torch.minimum(torch.maximum(x, y), z)",
        WIDE, (-1.5, -0.5), (0.5, 1.5)),
    "math::FmaOp": Rule("math.fma %x, %y, %z", "x * y + z", WIDE, WIDE, WIDE),
    "math::FloorOp": unary("floor", WIDE, isZero=True),
    "math::CeilOp": unary("ceil", WIDE, isZero=True),
    "math::RoundOp": unary("round", WIDE, isZero=True),
    "math::RoundEvenOp": unary("roundeven", WIDE, "torch.round(x)", isZero=True),
    "math::TruncOp": unary("trunc", WIDE, isZero=True),
    "math::ExpOp": unary("exp", WIDE),
    "math::Exp2Op": unary("exp2", WIDE),
    "math::ExpM1Op": unary("expm1", WIDE),
    "math::LogOp": unary("log", POSITIVE),
    "math::Log2Op": unary("log2", POSITIVE),
    "math::Log10Op": unary("log10", POSITIVE),
    "math::Log1pOp": unary("log1p", (-0.7, 2.0)),
    "math::PowFOp": Rule("math.powf %x, %y", "x ** y", POSITIVE, (-2.0, 2.0)),
    "math::FPowIOp": Rule(
        "math.fpowi %x, %n", "x ** n", (0.5, 2.0), INTEGERS,
        type="tensor<8xf64>, tensor<8xi32>"),
    "math::SqrtOp": unary("sqrt", POSITIVE),
    "math::RsqrtOp": unary("rsqrt", POSITIVE),
    "math::CbrtOp": unary("cbrt", POSITIVE, "x ** (1 / 3)"),
    "math::SinOp": unary("sin", WIDE),
    "math::CosOp": unary("cos", WIDE),
    "math::SincosOp": unary("sincos", WIDE, "torch.sin(x), torch.cos(x)", results=2),
    "math::TanOp": unary("tan", UNIT),
    "math::AsinOp": unary("asin", (-0.8, 0.8)),
    "math::AcosOp": unary("acos", (-0.8, 0.8)),
    "math::AtanOp": unary("atan", WIDE),
    "math::Atan2Op": Rule("math.atan2 %x, %y", "torch.atan2(x, y)", WIDE, (0.5, 2.0)),
    "math::SinhOp": unary("sinh", WIDE),
    "math::CoshOp": unary("cosh", WIDE),
    "math::TanhOp": unary("tanh", WIDE),
    "math::AsinhOp": unary("asinh", WIDE),
    "math::AcoshOp": unary("acosh", (1.5, 4.0)),
    "math::AtanhOp": unary("atanh", (-0.8, 0.8)),
    "math::ErfOp": unary("erf", WIDE),
    "math::ErfcOp": unary("erfc", WIDE),
}


def mnemonic(rule):
    return rule.text.split()[0]


def argument(name, bounds):
    kind = "tensor<8xi32>" if isinstance(bounds[0], int) else TENSOR
    return (f'%{name}: {kind} {{pc.name = "{name}", pc.role = "input", '
            f"test.range = {list(bounds)}}}")


def function(rule, planted):
    names = ["n" if isinstance(b[0], int) else "xyz"[i] for i, b in enumerate(rule.ranges)]
    arguments = ", ".join(map(argument, names, rule.ranges))
    outs = ", ".join([TENSOR] * rule.results)
    values = ["%w" if rule.after else "%r"]
    if rule.results > 1:
        values = [f"%r#{i}" for i in range(rule.results)]
    count = f":{rule.results}" if rule.results > 1 else ""
    mark = " {pc.planted_fault}" if planted else ""
    name = mnemonic(rule).replace(".", "_") + ("_planted" if planted else "")
    return "\n".join([
        f"func.func @{name}({arguments}) -> ({outs})"
        + (" attributes {test.planted}" if planted else "") + " {",
        *([f"  {rule.before}"] if rule.before else []),
        f"  %r{count} = {rule.text}{mark} : {rule.type}",
        *([f"  {rule.after}"] if rule.after else []),
        f"  return {', '.join(values)} : {outs}", "}"])


def lint(tables, tests):
    text = "".join(p.read_text() for p in sorted(pathlib.Path(tables).glob("*Rules.td")))
    defined = set(re.findall(r'def : VJPRule<"([\w:]+)"', text))
    checked = "".join(p.read_text() for p in sorted(pathlib.Path(tests).glob("*.mlir"))
                      if "-pc-autodiff" in p.read_text())
    problems = [f"{name}: expected an entry in rules.py" for name in sorted(defined - set(RULES))]
    problems += [f"{name}: expected a rule" for name in sorted(set(RULES) - defined)]
    problems += [f"{name}: expected a test of the emitted operations"
                 for name, rule in RULES.items() if f" = {mnemonic(rule)} %" not in checked]
    print("\n".join(problems) or f"no problems in {len(defined)} rules")
    return bool(problems)


def compare(case):
    """The largest relative distance of a gradient from PyTorch's."""
    import torch

    def tensor(port):
        kind = torch.int64 if port["name"] == "n" else torch.float64
        return torch.tensor(port["values"], dtype=kind)

    rule = next(r for r in RULES.values() if mnemonic(r).replace(".", "_") == case["case"])
    values = {port["name"]: tensor(port) for port in case["arguments"]}
    wanted = [port["name"] for port in case["gradients"]]
    for name in wanted:
        values[name].requires_grad_()
    outputs = eval(rule.torch, {"torch": torch}, values)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    loss = sum((values[f"cotangent_{k}"] * y).sum() for k, y in enumerate(outputs))
    expected = torch.autograd.grad(loss, [values[n] for n in wanted], allow_unused=True)
    largest = 0.0
    for port, theirs in zip(case["gradients"], expected):
        ours = tensor(port)
        theirs = torch.zeros_like(ours) if theirs is None else theirs
        largest = max(largest, float((ours - theirs).norm() / theirs.norm().clamp(min=1e-3)))
    return largest


def torch_main(path):
    failures = 0
    cases = json.loads(pathlib.Path(path).read_text())
    for case in cases:
        distance = compare(case)
        good = distance <= 1e-12  # two formulas in f64, a few roundings each
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {case['case']} {distance:.1e}")
    print(f"{len(cases)} rules, {failures} failures")
    return failures != 0


def main():
    if sys.argv[1] == "lint":
        return lint(sys.argv[2], sys.argv[3])
    if sys.argv[1] == "torch":
        return torch_main(sys.argv[2])
    planted = sys.argv[1] == "planted"
    for rule in RULES.values():
        if not (planted and rule.isZero):
            print(function(rule, planted))
    return 0


sys.exit(main())
