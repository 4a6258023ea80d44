#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From published image models to objects: are they proved, how long does it take.

    benchmarks/cpu/objects.py DIR                      # all DIR/*.onnx, some minutes
    benchmarks/cpu/objects.py DIR --only alexnet,mnasnet0_5
    benchmarks/cpu/objects.py DIR --update docs/CPU.md

Each model becomes its graph, whose gradients for all inputs by `fixed-exact` have to
be proved equal to reverse mode and local, and an object with the forward function
and that gradient (`pc-compile --grad`). Beside the models of DIR, ResNet-18 is
exported from PyTorch (`resnet18`). Times are CPU seconds of the whole process, from
the ONNX file on. A model whose sizes follow from what it computes gets random weights
and a random image (`--data`), and is marked. What is refused all the same (exit status 2)
is listed with the reason.
Exit status: 0 every other model is proved, local and compiled, and ResNet-18 in
less than a minute; 1 one is not.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pages

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MOST = {"resnet18": 60}  # seconds to compile


@dataclasses.dataclass
class Row:
    model: str
    refusal: str = ""
    data: list = dataclasses.field(default_factory=list)  # flags for sizes that follow from it
    vertices: int = 0
    proof: str = ""
    proving: float = 0
    compiling: float = 0
    size: int = 0
    wrong: str = ""


def export_resnet18(path):
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            def convolve(inputs, size, stride):
                return [nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs)]
            self.body = nn.Sequential(*convolve(inputs, 3, stride), nn.ReLU(), *convolve(outputs, 3, 1))
            self.skip = nn.Sequential(*(convolve(inputs, 1, stride) if stride > 1 else []))

        def forward(self, x):
            return torch.relu(self.body(x) + self.skip(x))

    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    for inputs, outputs in ((64, 64), (64, 128), (128, 256), (256, 512)):
        layers += [Block(inputs, outputs, outputs // inputs), Block(outputs, outputs, 1)]
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)).eval()
    torch.onnx.export(model, torch.zeros(1, 3, 224, 224), path, opset_version=17, export_params=False)


def draw_data(path, folder):
    """Inputs of the spread that keeps activations near 1 (He et al. 2015), images in [0, 1)."""
    import numpy as np
    import onnx
    from onnx import numpy_helper
    draw = np.random.default_rng(0)
    folder.mkdir()
    for k, port in enumerate(onnx.load(path).graph.input):
        shape = [size.dim_value for size in port.type.tensor_type.shape.dim]
        array = (draw.normal(0, 0.1, shape) if len(shape) == 1 else draw.uniform(0, 1, shape) if len(shape) == 3
                 else draw.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape))
        tensor = numpy_helper.from_array(array.astype(np.float32), port.name)
        (folder / f"input_{k}.pb").write_bytes(tensor.SerializeToString())


def execute(command):
    """The exit status, what was said, and the CPU seconds."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([str(word) for word in command], stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return process.returncode, said.read(), usage.ru_utime + usage.ru_stime


def prove(options, path, work, row):
    module, graph = work / "model.mlir", work / "graph.mlir"
    translate = [options.bin / "pc-translate", path, "-o", module]
    status, text, seconds = execute(translate)
    if status == 2 and "must be known at compile time" in text:
        draw_data(path, work / row.model)
        row.data = ["--data", work / row.model]
        status, text, seconds = execute(translate + row.data)
    if status == 2:
        row.refusal = " ".join(text.split())
        return
    schedule = "schedule=fixed step=1.0 iterations=3 " if options.plant else ""
    passes = ["pc-attach-loss{loss=cotangent}", "pc-build-graph", f"pc-expand-inference{{{schedule}wrt=all}}",
              "pc-prove-equivalence{print=true}", "pc-check-locality"]
    if status == 0:
        status, text, more = execute([options.bin / "pc-opt", module, "-o", graph,
                                      f"--pass-pipeline=builtin.module({','.join(passes)})"])
        seconds += more
    row.proving = seconds
    if status:
        row.wrong = f"status {status}: {' '.join(text.split())[:300]}"
        return
    row.vertices = len(re.findall(r"= pc\.vertex @", graph.read_text()))
    verdicts = re.findall(r"^  '.*': (proved|bounded|measured)", text, re.M)
    row.proof = f"{verdicts.count('proved')} of {len(verdicts)}"
    if not verdicts or set(verdicts) != {"proved"}:
        row.wrong = f"expected all gradients to be proved, but {row.proof} are"


def build(options, path, work, row):
    command = [options.bin / "pc-compile", path, "--grad", "--loss=cotangent", "--learn=.*", "--emit=object",
               "-o", work / "model.o", *row.data]
    status, text, row.compiling = execute(command)
    if status:
        row.wrong = f"status {status}: {' '.join(text.split())[:300]}"
        return
    row.size = (work / "model.o").stat().st_size
    if row.compiling > MOST.get(row.model, float("inf")):
        row.wrong = f"expected at most {MOST[row.model]} s to compile, but it took {row.compiling:.0f} s"


def measure(options, name, work):
    row, path = Row(name), options.models / f"{name}.onnx"
    if name == "resnet18":
        path = work / "resnet18.onnx"
        export_resnet18(path)
    prove(options, path, work, row)
    if not row.refusal and not row.wrong:
        build(options, path, work, row)
    if row.wrong:
        print(f"WRONG {name}: {row.wrong}", flush=True)
    else:
        print(f"{name}: " + (f"refused: {row.refusal}" if row.refusal else
                             f"{row.vertices} vertices, {row.proof} gradients proved in {row.proving:.1f} s, "
                             f"compiled in {row.compiling:.1f} s to {row.size} bytes"), flush=True)
    return row


def report(rows):
    lines = ["| model | vertices | gradients proved | in (s) | compiled in (s) | object (KiB) |",
             "|---|---|---|---|---|---|"]
    lines += [f"| {row.model}{' (for one image)' if row.data else ''} | {row.vertices} | {row.proof} | {row.proving:.1f} | {row.compiling:.1f} | "
              f"{row.size / 1024:.0f} |" for row in rows if not row.refusal]
    for row in rows:
        if row.refusal:
            reason = re.sub(r".*the model is not supported: ", "", row.refusal)
            lines += ["", f"{row.model} is refused: {reason}."]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--only", metavar="NAMES")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", metavar="DIR")
    parser.add_argument("--update", type=pathlib.Path, metavar="FILE", help="also put the table into a page")
    parser.add_argument("--plant", action="store_true", help="falsifier: too few iterations; it has to fail")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else \
        ["resnet18"] + sorted(path.stem for path in options.models.glob("*.onnx"))
    with tempfile.TemporaryDirectory() as work:
        rows = [measure(options, name, pathlib.Path(work)) for name in names]
    wrong = sum(bool(row.wrong) for row in rows)
    if options.update and not wrong:
        pages.update(options.update, "objects.py", report(rows))
    print("\n".join(report(rows)) if not wrong else f"{wrong} models are wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
