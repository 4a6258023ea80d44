# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One case for every structured operation of linalg on floats.

usage: structured.py cases          functions for pc-gradient-test
       structured.py planted        the same, each with a wrong rule
       structured.py torch FILE     compares the dump of pc-gradient-test with PyTorch
       structured.py lint FOLDER    every operation that the TableGen files in
                                    FOLDER define has its case
"""

import json
import pathlib
import re
import sys

POSITIVE = (0.3, 3.0)
WIDE = (-3.0, 3.0)
DEFAULT = (-1.0, 1.0)


class Case:
    """`linalg.<op>` on arguments a, b, ... of the shapes `ins`, and z, the
    initial value of the result, of the shape `out`. `init` is a constant to take
    instead of z; `torch` gives the result without z."""

    def __init__(self, op, ins, out, torch=None, attributes="", init=None, ranges=(),
                 suffix="", prefix=""):
        self.op, self.out, self.torch, self.init = op, out, torch, init
        self.ins, self.attributes, self.prefix = ins.split(), attributes, prefix
        self.ranges = ranges or [DEFAULT] * len(self.ins)
        self.name = op + suffix

    def write(self, planted):
        types = [tensor(shape) for shape in self.ins]
        names = "abcdef"[: len(types)]
        arguments = [argument(*x) for x in zip(names, types, self.ranges)]
        lines = []
        if self.init is None:
            arguments.append(argument("z", tensor(self.out), DEFAULT))
        else:
            lines.append(f"  %z = arith.constant dense<{self.init}> : {tensor(self.out)}")
        attributes = ", ".join(filter(None, [self.attributes, "pc.planted_fault" if planted else ""]))
        operands = ", ".join("%" + name for name in names)
        lines.append(f"  %r = linalg.{self.op} {self.prefix}"
                     + (f"{{{attributes}}} " if attributes else "")
                     + f"ins({operands} : {', '.join(types)}) outs(%z : {tensor(self.out)})"
                     + f" -> {tensor(self.out)}")
        lines.append(f"  return %r : {tensor(self.out)}\n}}")
        head = f"func.func @{self.name}({', '.join(arguments)}) -> {tensor(self.out)}"
        return "\n".join([head + (" attributes {test.planted} {" if planted else " {")] + lines)


def tensor(shape):
    kind = "i1" if shape.endswith("?") else "f64"
    dims = shape.rstrip("?")
    return f"tensor<{dims}x{kind}>" if dims != "-" else f"tensor<{kind}>"


def argument(name, type, bounds):
    return (f'%{name}: {type} {{pc.name = "{name}", pc.role = "input", '
            f"test.range = {list(bounds) if 'i1' not in type else [0, 2]}}}")


def window(rank, strides=1, dilations=1):
    return (f"dilations = dense<{dilations}> : tensor<{rank}xi64>, "
            f"strides = dense<{strides}> : tensor<{rank}xi64>")


def unary(op, torch, bounds=WIDE, **more):
    return Case(op, "2x3", "2x3", torch, ranges=[bounds], **more)


def binary(op, torch, bounds=WIDE, **more):
    return Case(op, "2x3 2x3", "2x3", torch, ranges=[bounds, bounds], **more)


def conv(op, ins, out, torch, strides=1, dilations=1):
    rank = int(re.search(r"conv_(\d)d", op)[1])
    return Case(op, ins, out, torch, window(rank, strides, dilations),
                suffix="" if strides == dilations == 1 else f"_s{strides}_d{dilations}")


def pool(op, ins, out, torch, strides=1, dilations=1):
    init = {"sum": None, "max": -10.0, "min": 10.0}[op.rsplit("_", 1)[1]]
    shape = ins.split()[1]
    return Case(op, ins, out, torch, window(len(shape.split("x")), strides, dilations), init,
                suffix=f"_{shape}_s{strides}_d{dilations}")


NHWC = "a.permute(0, 3, 1, 2)"
BACK = ".permute(0, 2, 3, 1)"
MAPS = "indexing_maps = [affine_map<{}>, affine_map<{}>, affine_map<{}>] "

CASES = [
    unary("exp", "a.exp()"), unary("log", "a.log()", POSITIVE), unary("abs", "a.abs()"),
    unary("ceil", "a.ceil()"), unary("floor", "a.floor()"), unary("round", "a.round()"),
    unary("negf", "-a"), unary("reciprocal", "1 / a", POSITIVE), unary("square", "a * a"),
    unary("sqrt", "a.sqrt()", POSITIVE), unary("rsqrt", "a.rsqrt()", POSITIVE),
    unary("tanh", "a.tanh()"), unary("erf", "a.erf()"), unary("copy", "a"),
    binary("add", "a + b"), binary("sub", "a - b"), binary("mul", "a * b"),
    binary("div", "a / b", POSITIVE), binary("max", "torch.maximum(a, b)"),
    binary("min", "torch.minimum(a, b)"), binary("powf", "a ** b", POSITIVE),
    Case("select", "2x3? 2x3 2x3", "2x3", "torch.where(a != 0, b, c)"),
    Case("elementwise", "3 2x3", "3x2", "(a / b).T", ranges=[WIDE, POSITIVE],
         prefix="kind = #linalg.elementwise_kind<div> "
         + MAPS.format("(i, j) -> (i)", "(i, j) -> (j, i)", "(i, j) -> (i, j)")),
    Case("matmul", "3x4 4x5", "3x5", "a @ b"),
    Case("matmul", "4x3 4x5", "3x5", "a.T @ b", suffix="_transposed", prefix=MAPS.format(
        "(i, j, k) -> (k, i)", "(i, j, k) -> (k, j)", "(i, j, k) -> (i, j)")),
    Case("contract", "3x4 4x5", "5x3", "(a @ b).T", prefix=MAPS.format(
        "(i, j, k) -> (i, k)", "(i, j, k) -> (k, j)", "(i, j, k) -> (j, i)")),
    Case("batch_matmul", "2x3x4 2x4x5", "2x3x5", "a @ b"),
    Case("batch_reduce_matmul", "2x3x4 2x4x5", "3x5", "(a @ b).sum(0)"),
    Case("mmt4d", "2x3x2x2 4x3x3x2", "2x4x2x3", "torch.einsum('mkpr,nkqr->mnpq', a, b)"),
    Case("batch_mmt4d", "2x1x3x2x2 2x2x3x3x2", "2x1x2x2x3",
         "torch.einsum('bmkpr,bnkqr->bmnpq', a, b)"),
    Case("matvec", "3x4 4", "3", "a @ b"), Case("vecmat", "3 3x4", "4", "a @ b"),
    Case("batch_matvec", "2x3x4 2x4", "2x3", "torch.einsum('bij,bj->bi', a, b)"),
    Case("batch_vecmat", "2x3 2x3x4", "2x4", "torch.einsum('bi,bij->bj', a, b)"),
    Case("dot", "4 4", "-", "a @ b"),
    Case("conv_1d", "8 3", "6", "F.conv1d(a[None, None], b[None, None])[0, 0]"),
    Case("conv_2d", "5x6 3x2", "3x5", "F.conv2d(a[None, None], b[None, None])[0, 0]"),
    Case("conv_3d", "3x4x5 2x3x2", "2x2x4", "F.conv3d(a[None, None], b[None, None])[0, 0]"),
    conv("conv_1d_nwc_wcf", "2x7x2 3x2x3", "2x5x3",
         "F.conv1d(a.permute(0, 2, 1), b.permute(2, 1, 0)).permute(0, 2, 1)"),
    conv("conv_1d_ncw_fcw", "2x2x9 3x2x3", "2x3x3", "F.conv1d(a, b, stride=2, dilation=2)", 2, 2),
    conv("conv_2d_nhwc_hwcf", "1x6x5x2 3x2x2x3", "1x4x4x3",
         f"F.conv2d({NHWC}, b.permute(3, 2, 0, 1)){BACK}"),
    conv("conv_2d_nhwc_fhwc", "1x6x5x2 3x3x2x2", "1x4x4x3",
         f"F.conv2d({NHWC}, b.permute(0, 3, 1, 2)){BACK}"),
    conv("conv_2d_nchw_fchw", "2x2x6x5 3x2x3x2", "2x3x4x4", "F.conv2d(a, b)"),
    conv("conv_2d_nchw_fchw", "1x2x7x7 3x2x3x2", "1x3x3x3", "F.conv2d(a, b, stride=2)", 2),
    conv("conv_2d_nchw_fchw", "1x2x7x7 3x2x3x2", "1x3x3x5", "F.conv2d(a, b, dilation=2)", 1, 2),
    conv("conv_2d_nchw_fchw", "1x2x9x8 3x2x3x2", "1x3x2x3",
         "F.conv2d(a, b, stride=2, dilation=3)", 2, 3),
    conv("conv_2d_nchw_fchw", "1x2x7x7 3x2x1x1", "1x3x3x3", "F.conv2d(a, b, stride=3)", 3),
    conv("conv_2d_ngchw_fgchw", "1x2x2x6x5 3x2x2x3x2", "1x2x3x4x4",
         "F.conv2d(a.reshape(1, 4, 6, 5), b.transpose(0, 1).reshape(6, 2, 3, 2), groups=2)"
         ".reshape(1, 2, 3, 4, 4)"),
    conv("conv_2d_ngchw_gfchw", "1x2x2x7x6 2x3x2x3x2", "1x2x3x3x3",
         "F.conv2d(a.reshape(1, 4, 7, 6), b.reshape(6, 2, 3, 2), groups=2, stride=2)"
         ".reshape(1, 2, 3, 3, 3)", 2),
    conv("conv_2d_nhwgc_gfhwc", "1x6x5x2x2 2x3x3x2x2", "1x4x4x2x3",
         # PyTorch 1.13 has a wrong gradient of the filter without `contiguous`.
         "F.conv2d(a.permute(0, 3, 4, 1, 2).reshape(1, 4, 6, 5).contiguous(),"
         " b.permute(0, 1, 4, 2, 3).reshape(6, 2, 3, 2).contiguous(), groups=2)"
         ".reshape(1, 2, 3, 4, 4).permute(0, 3, 4, 1, 2)"),
    conv("conv_3d_ndhwc_dhwcf", "1x3x4x3x2 2x2x2x2x2", "1x2x3x2x2",
         "F.conv3d(a.permute(0, 4, 1, 2, 3), b.permute(4, 3, 0, 1, 2)).permute(0, 2, 3, 4, 1)"),
    conv("conv_3d_ncdhw_fcdhw", "1x2x3x4x3 2x2x2x2x2", "1x2x2x3x2", "F.conv3d(a, b)"),
    conv("depthwise_conv_1d_nwc_wc", "2x7x3 3x3", "2x5x3",
         "F.conv1d(a.permute(0, 2, 1), b.T[:, None], groups=3).permute(0, 2, 1)"),
    conv("depthwise_conv_1d_ncw_cw", "2x3x7 3x3", "2x3x5", "F.conv1d(a, b[:, None], groups=3)"),
    conv("depthwise_conv_1d_nwc_wcm", "2x7x3 3x3x2", "2x5x3x2",
         "F.conv1d(a.permute(0, 2, 1), b.permute(1, 2, 0).reshape(6, 1, 3), groups=3)"
         ".reshape(2, 3, 2, 5).permute(0, 3, 1, 2)"),
    conv("depthwise_conv_2d_nhwc_hwc", "1x6x5x3 3x2x3", "1x4x4x3",
         f"F.conv2d({NHWC}, b.permute(2, 0, 1)[:, None], groups=3){BACK}"),
    conv("depthwise_conv_2d_nchw_chw", "1x3x7x6 3x3x2", "1x3x3x3",
         "F.conv2d(a, b[:, None], groups=3, stride=2)", 2),
    conv("depthwise_conv_2d_nhwc_hwcm", "1x6x5x3 3x2x3x2", "1x4x4x3x2",
         f"F.conv2d({NHWC}, b.permute(2, 3, 0, 1).reshape(6, 1, 3, 2), groups=3)"
         f"{BACK}.reshape(1, 4, 4, 3, 2)"),
    conv("depthwise_conv_3d_ndhwc_dhwc", "1x3x4x3x2 2x2x2x2", "1x2x3x2x2",
         "F.conv3d(a.permute(0, 4, 1, 2, 3), b.permute(3, 0, 1, 2)[:, None], groups=2)"
         ".permute(0, 2, 3, 4, 1)"),
    conv("depthwise_conv_3d_ncdhw_cdhw", "1x2x3x4x3 2x2x2x2", "1x2x2x3x2",
         "F.conv3d(a, b[:, None], groups=2)"),
    conv("depthwise_conv_3d_ndhwc_dhwcm", "1x3x4x3x2 2x2x2x2x2", "1x2x3x2x2x2",
         "F.conv3d(a.permute(0, 4, 1, 2, 3), b.permute(3, 4, 0, 1, 2).reshape(4, 1, 2, 2, 2),"
         " groups=2).reshape(1, 2, 2, 2, 3, 2).permute(0, 3, 4, 5, 1, 2)"),
    pool("pooling_nhwc_sum", "1x6x5x2 3x2", "1x4x4x2",
         f"F.avg_pool2d({NHWC}, (3, 2), 1){BACK} * 6"),
    pool("pooling_nchw_sum", "1x2x6x6 2x2", "1x2x3x3", "F.avg_pool2d(a, 2, 2) * 4", 2),
    pool("pooling_nhwc_max", "1x6x5x2 3x2", "1x4x4x2", f"F.max_pool2d({NHWC}, (3, 2), 1){BACK}"),
    pool("pooling_nhwc_min", "1x6x5x2 3x2", "1x4x4x2",
         f"-F.max_pool2d(-{NHWC}, (3, 2), 1){BACK}"),
    pool("pooling_nchw_max", "1x2x6x7 2x3", "1x2x3x3", "F.max_pool2d(a, (2, 3), 2)", 2),
    pool("pooling_nchw_max", "1x2x7x7 3x3", "1x2x3x3", "F.max_pool2d(a, 3, 2)", 2, 1),
    pool("pooling_nchw_max", "1x2x7x7 3x3", "1x2x3x3", "F.max_pool2d(a, 3, 1, 0, 2)", 1, 2),
    pool("pooling_nwc_sum", "1x6x2 3", "1x4x2", "a.unfold(1, 3, 1).sum(-1)"),
    pool("pooling_ncw_sum", "1x2x6 3", "1x2x4", "a.unfold(2, 3, 1).sum(-1)"),
    pool("pooling_nwc_max", "1x6x2 3", "1x4x2", "a.unfold(1, 3, 1).amax(-1)"),
    pool("pooling_ncw_max", "1x2x6 3", "1x2x4", "a.unfold(2, 3, 1).amax(-1)"),
    pool("pooling_nwc_min", "1x6x2 3", "1x4x2", "a.unfold(1, 3, 1).amin(-1)"),
    pool("pooling_ndhwc_sum", "1x3x4x3x2 2x2x2", "1x2x3x2x2",
         "F.avg_pool3d(a.permute(0, 4, 1, 2, 3), 2, 1).permute(0, 2, 3, 4, 1) * 8"),
    pool("pooling_ndhwc_max", "1x3x4x3x2 2x2x2", "1x2x3x2x2",
         "F.max_pool3d(a.permute(0, 4, 1, 2, 3), 2, 1).permute(0, 2, 3, 4, 1)"),
    pool("pooling_ndhwc_min", "1x3x4x3x2 2x2x2", "1x2x3x2x2",
         "-F.max_pool3d(-a.permute(0, 4, 1, 2, 3), 2, 1).permute(0, 2, 3, 4, 1)"),
]

# The window of a pooling is only a shape, and these write over their results.
OVERWRITING = {"exp", "log", "abs", "ceil", "floor", "round", "negf", "reciprocal", "square",
               "sqrt", "rsqrt", "tanh", "erf", "copy", "add", "sub", "mul", "div", "max", "min",
               "powf", "select", "elementwise"}
ZERO = {"ceil", "floor", "round"}
# Operations with a syntax of their own have cases in the .mlir files; the others
# here are on integers.
ELSEWHERE = {"generic", "map", "reduce", "transpose", "broadcast", "fill"}
INTEGERS = r".*_q|.*unsigned|quantized_.*|fill_rng_2d"


def lint(folder):
    text = "".join(p.read_text() for p in sorted(pathlib.Path(folder).glob("Linalg*Structured*.td")))
    defined = set(re.findall(r'LinalgStructuredBase_Op<"(\w+)"', text))
    missing = {op for op in defined - {c.op for c in CASES} - ELSEWHERE
               if not re.fullmatch(INTEGERS, op)}
    print("\n".join(f"linalg.{op}: expected a case" for op in sorted(missing))
          or f"no problems in {len(defined)} operations")
    return bool(missing)


def compare(found):
    """The largest relative distance of a gradient from PyTorch's."""
    import torch

    values = {}
    for port in found["arguments"]:
        value = torch.tensor(port["values"], dtype=torch.float64)
        values[port["name"]] = value.reshape(port["shape"])
    case = next(c for c in CASES if c.name == found["case"])
    wanted = [port["name"] for port in found["gradients"]]
    for name in wanted:
        values[name].requires_grad_()
    scope = {"torch": torch, "F": torch.nn.functional}
    output = eval(case.torch, scope, values)
    if case.init is None and case.op not in OVERWRITING:
        output = output + values["z"]
    loss = (values["cotangent_0"] * output).sum()
    expected = torch.autograd.grad(loss, [values[n] for n in wanted], allow_unused=True)
    largest = 0.0
    for port, theirs in zip(found["gradients"], expected):
        ours = torch.tensor(port["values"], dtype=torch.float64).reshape(port["shape"])
        theirs = torch.zeros_like(ours) if theirs is None else theirs
        largest = max(largest, float((ours - theirs).norm() / theirs.norm().clamp(min=1e-3)))
    return largest


def compare_all(path):
    failures = 0
    found = json.loads(pathlib.Path(path).read_text())
    for case in found:
        distance = compare(case)
        good = distance <= 1e-12  # sums of at most 64 products in f64
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {case['case']} {distance:.1e}")
    print(f"{len(found)} operations, {failures} failures")
    return failures != 0


def main():
    if sys.argv[1] == "lint":
        return lint(sys.argv[2])
    if sys.argv[1] == "torch":
        return compare_all(sys.argv[2])
    planted = sys.argv[1] == "planted"
    for case in CASES:
        if not (planted and case.op in ZERO):
            print(case.write(planted))
    return 0


sys.exit(main())
