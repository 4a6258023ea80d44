#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes one model from ONNX to a waveform, a report and a bitstream, another of
images to a bitstream, and cuts a third in half while it learns.

    benchmarks/dataflow/page.py --update [--folder DIR]
    benchmarks/dataflow/page.py --pictures FOLDER

--update writes docs/Hardware.md and its pictures anew, with what the programs
said. --pictures writes the pictures alone, into FOLDER: they are the same
everywhere, because words and cycles are.
"""

import argparse
import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "Hardware.md"
PICTURES = ROOT / "docs" / "hardware"
TESTS = ROOT / "test"
LAYERS = ["make_mlp.py", "2-1-1", "mlp.onnx", "--activation", "Tanh"]
IMAGES = ["make_convnet.py", "images.onnx", "--channels=1", "--size=4", "--kernel=2", "--classes=1"]
COMPILE = ["--dim", "N=1", "--grad", "--optimizer=sgd", "--rate=0.0625", "--loss=mse", "--reduction=sum",
           "--target=dataflow", "--format=fixed<8,5>", "--segments=16"]
CUT_SAMPLE, SAMPLES, FRACTION = 600, 1200, 14


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


class Picture:
    """Shapes of an SVG, in the colours of light and of dark pages."""

    def __init__(self, width, height, title):
        self.size, self.title, self.shapes = (width, height), title, []

    def line(self, points, kind="", **more):
        extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        self.shapes.append(f'<polyline class="{kind}" points="' +
                           " ".join(f"{x:g},{y:g}" for x, y in points) + f'"{extra}/>')

    def box(self, x, y, width, height, kind=""):
        self.shapes.append(f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3"/>')

    def text(self, x, y, text, anchor="start", kind=""):
        self.shapes.append(f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{html.escape(text)}</text>')

    def write(self, path):
        width, height = self.size
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">\n'
            f"<title>{html.escape(self.title)}</title>\n"
            "<style>text{font:11px sans-serif;fill:#333}polyline{fill:none;stroke:#246;stroke-width:1.4}"
            "rect{fill:#e8f0fa;stroke:#246}.soft{stroke:#bbb;stroke-width:1}.dead{stroke:#c43;stroke-dasharray:4 3}"
            "rect.dead{fill:#fbeae7}.other{stroke:#999}.small{font-size:9px}"
            ".back{fill:#fff;stroke:none}</style>\n"
            f'<rect class="back" width="{width}" height="{height}"/>\n' + "\n".join(self.shapes) + "\n</svg>\n")


# ---------------------------------------------------------------------------
# The waveform


def read_waveform(path):
    """Values of every signal, cycle by cycle."""
    names, values, now = {}, {}, {}
    for line in path.read_text().splitlines():
        if line.startswith("$var"):
            _, _, bits, code, name, _ = line.split()
            names[code] = (name, int(bits))
            values[name] = []
        elif line.startswith("#"):
            for name, _ in names.values() if now else ():
                values[name].append(now[name])
        elif line[:1] in "01b" and not line.startswith("$"):
            value, code = line[1:].split() if line[0] == "b" else (line[0], line[1:])
            name, bits = names[code]
            number = int(value, 2)
            now[name] = number - (1 << bits) if bits > 1 and number >> (bits - 1) else number
    for name, _ in names.values():
        values[name].append(now[name])
    return values


def draw_waveform(path, picture, count):
    """The first sample after reset: what moves, and what it is."""
    values = read_waveform(path)
    moves = {name[:-len("_data")]: [v and r for v, r in zip(values[name[:-4] + "valid"], values[name[:-4] + "ready"])]
             if name[:-4] + "valid" in values else values[name[:-4] + "moves"]
             for name in values if name.endswith("_data")}
    start = next(i for i, moved in enumerate(moves["image"]) if moved)
    left, step, row = 130, 11, 30
    streams = sorted(moves, key=lambda name: next((i for i in range(start, len(moves[name])) if moves[name][i]), 1e9))
    drawing = Picture(left + count * step + 20, (len(streams) + 2) * row + 40,
                      "Words that move in a learning circuit, cycle by cycle")
    for cycle in range(0, count, 10):
        x = left + cycle * step
        drawing.line([(x, 24), (x, (len(streams) + 2) * row + 20)], "soft")
        drawing.text(x, 16, str(cycle), "middle", "small")
    drawing.text(10, 16, "cycle")
    for number, name in enumerate([*streams, "idle", "sat"]):
        y = 44 + number * row
        drawing.text(10, y + 6, name.replace("error_", "error of "))
        line = values[name] if name in values else moves[name]
        points, window = [], line[start:start + count]
        for cycle, level in enumerate(window):
            height = y + 8 - 14 * bool(level)
            points += [(left + cycle * step, height), (left + (cycle + 1) * step, height)]
        drawing.line(points, "" if name in ("idle", "sat") else "other")
        if name in ("idle", "sat"):
            continue
        for cycle, moved in enumerate(window):
            if moved:
                drawing.box(left + cycle * step, y - 6, step, 14)
                word = values[f"{name}_data"][start + cycle]
                drawing.text(left + (cycle + 0.5) * step, y + (19 if cycle % 2 else -9), str(word), "middle", "small")
    drawing.write(picture)


def simulate(folder, make):
    """A model as a circuit in simulation; what the programs said."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {}
    model, phases, words = next(word for word in make if word.endswith(".onnx")), folder / "phases", folder / "words"
    run(sys.executable, ROOT / "examples" / make[0], *(folder / word if word == model else word for word in make[1:]))
    said["report"] = run("pc-compile", folder / model, *COMPILE, f"--dump-phases={phases}", "--stats",
                         "--json", folder / "report.json", "-o", folder / "rtl")
    said["reference"] = run("pc-translate", "--simulate-circuit", phases / "3-dataflow.mlir", "--samples=4",
                            "--seed=3", "-o", words)
    run(sys.executable, TESTS / "Target" / "SystemVerilog" / "Inputs" / "build_circuit.py", folder / "rtl")
    said["bench"] = run(folder / "rtl" / "obj" / "bench", words, 4, f"+vcd={folder / 'wave.vcd'}")
    for name in ("taps", "weights"):
        if (words / f"{name}.txt").read_text() != (words / "rtl" / f"{name}.txt").read_text():
            sys.exit(f"{name} of the hardware are not those of the reference")
    said["cycles"] = int(re.search(r"batch 0: (\d+) cycles", said["bench"])[1])
    counted = json.loads((folder / "report.json").read_text())[0]["cycles"]
    if counted != said["cycles"]:
        sys.exit(f"the first sample takes {said['cycles']} cycles, not {counted}")
    return said


# ---------------------------------------------------------------------------
# The part


def synthesise(folder):
    read = (folder / "rtl" / "read.ys").read_text().replace("\n", "; ")
    log = folder / "xilinx.txt"
    run("yosys", "-q", "-p", f"{read} synth_xilinx -flatten -top top; tee -o {log} stat")
    cells = {name: int(number) for name, number in re.findall(r"^ +([A-Z][A-Z0-9_]+) +(\d+)$", log.read_text(), re.M)}
    run("yosys", "-q", "-p", f"{read} hierarchy -check -top top; proc; flatten; check -assert; "
        f"synth_ice40 -json {folder}/net.json; check -assert")
    run("nextpnr-ice40", "-q", "--hx8k", "--package", "ct256", "--pcf-allow-unconstrained", "--freq", "25",
        "--json", folder / "net.json", "--asc", folder / "net.asc", "--report", folder / "place.json")
    run("icepack", folder / "net.asc", folder / "net.bin")
    place = json.loads((folder / "place.json").read_text())
    return {
        "dsp": cells.get("DSP48E1", 0),
        "ff": sum(number for name, number in cells.items() if name in ("FDRE", "FDSE", "FDCE", "FDPE")),
        "lut": sum(number for name, number in cells.items() if re.fullmatch(r"LUT\d|SRL.*", name)) +
               sum({"RAM32M": 4, "RAM64M": 4, "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4}.get(name, 0) * number
                   for name, number in cells.items()),
        "bram18": cells.get("RAMB18E1", 0) + 2 * cells.get("RAMB36E1", 0),
        "cells": place["utilization"]["ICESTORM_LC"]["used"],
        "fmax": next(iter(place["fmax"].values()))["achieved"],
        "bytes": (folder / "net.bin").stat().st_size,
    }


# ---------------------------------------------------------------------------
# The cut


def read_losses(words, name):
    """Squared error of each sample, as a mean over 40."""
    unit = 2.0 ** -FRACTION
    y, t = ([int(word) for word in path.read_text().split()]
            for path in (words / "out" / "out.txt", words / "in" / name))
    size = len(y) // SAMPLES
    losses = [sum(((a - b) * unit) ** 2 for a, b in zip(y[k:k + size], t[k:k + size]))
              for k in range(0, len(y), size)]
    return [sum(losses[k:k + 40]) / 40 for k in range(0, SAMPLES, 40)]


def draw_cut(links, dead, losses, whole, picture):
    drawing = Picture(860, 330, "A circuit that is cut in half while it learns")
    left, top, width, height = 50, 40, 440, 230
    most = max(losses + whole) * 1.05
    drawing.text(left, 22, "squared error, mean of 40 samples")
    for value in (0, 0.1, 0.2, 0.3):
        y = top + height * (1 - value / most)
        drawing.line([(left, y), (left + width, y)], "soft")
        drawing.text(left - 6, y + 4, f"{value:g}", "end")
    for sample in range(0, SAMPLES + 1, 300):
        drawing.text(left + width * sample / SAMPLES, top + height + 18, str(sample), "middle")
    drawing.text(left + width / 2, top + height + 38, "samples learned", "middle")
    for curve, kind in ((whole, "other"), (losses, "")):
        drawing.line([(left + width * (k + 0.5) / len(curve), top + height * (1 - loss / most))
                      for k, loss in enumerate(curve)], kind)
    cut = left + width * CUT_SAMPLE / SAMPLES
    drawing.line([(cut, top), (cut, top + height)], "dead")
    drawing.text(cut + 6, top + 12, "half of the vertices are cut")
    drawing.text(left + width, top + height * (1 - whole[-1] / most) + 14, "never cut", "end", "small")

    names = list(dict.fromkeys(name for link in links for name in link))
    depth = {}
    for name in names:  # links come in the order of the network
        depth[name] = 1 + max([depth.get(parent, 0) for parent, child in links if child == name], default=-1)
    rows, place = {}, {}
    for name in names:
        rows.setdefault(depth[name], []).append(name)
    for level, row in rows.items():
        for k, name in enumerate(row):
            place[name] = (690 + (k - (len(row) - 1) / 2) * 150, 40 + level * 54)
    for parent, child in links:
        kind = "dead" if parent in dead or child in dead else ""
        (a, b), (c, d) = place[parent], place[child]
        drawing.line([(a, b + 12), (c, d - 12)], kind)
    for name, (x, y) in place.items():
        drawing.box(x - 40, y - 12, 80, 24, "dead" if name in dead else "")
        drawing.text(x, y + 4, name, "middle")
    drawing.write(picture)


def cut(folder, pictures):
    folder.mkdir(parents=True, exist_ok=True)
    make = TESTS / "Dialect" / "Dataflow" / "Reference" / "Inputs" / "make_halves.py"
    run(sys.executable, make, folder / "both.onnx")
    run(sys.executable, make, "--words", folder / "words", SAMPLES, FRACTION)
    run("pc-compile", "--dim", "N=4", "--grad", "--optimizer=sgd", "--rate=0.03", "--loss=mse", "--reduction=sum",
        "--emit=mlir", folder / "both.onnx", f"--dump-phases={folder / 'phases'}", "-o", folder / "out.mlir")
    circuit = folder / "both.mlir"
    run("pc-opt", folder / "phases" / "2-relaxation.mlir", "--convert-pc-to-dataflow", "--pcflow-quantize",
        "--pcflow-gate-links", "--pcflow-materialize-forks", "--pcflow-size-buffers", "--pcflow-verify-liveness",
        "-o", circuit)
    dead = ["left1", "left2", "left3"]
    curves = []
    for name, cuts in (("late", [f"--cut={','.join(f'{v}@{CUT_SAMPLE}' for v in dead)}"]), ("whole", [])):
        run("pc-translate", "--simulate-circuit", circuit, f"--samples={SAMPLES}", f"--stimuli={folder / 'words'}",
            *cuts, "-o", folder / name)
        curves.append(read_losses(folder / name, "target.txt"))
    links = list(dict.fromkeys(re.findall(r'pcflow\.gate "([^":]+):([^"]+)"', circuit.read_text())))
    draw_cut(links, dead, *curves, pictures / "cut.svg")
    losses = curves[0]
    at = CUT_SAMPLE // 40
    return {"first": losses[0], "before": losses[at - 1], "behind": losses[at], "last": losses[-1]}


# ---------------------------------------------------------------------------
# The page


def units_of(report):
    """The part of a report before its queues."""
    return report.partition("  queue behind")[0].rstrip()


def write_part(part, report, version):
    """The table of what a circuit takes, and where it was placed."""
    takes = report["takes"]
    return f"""| | report | {version} |
|---|---|---|
| DSP (Xilinx 7 series) | {takes["dsp"]} | {part["dsp"]} |
| LUT | about {takes["lut"]} | {part["lut"]} |
| FF | about {takes["ff"]} | {part["ff"]} |
| BRAM of 18 Kbit | {takes["bram18"]} | {part["bram18"]} |
"""


def write_placement(part, report):
    return f"""Placed and routed for an iCE40 HX8K by nextpnr: {part["cells"]} of its 7680 cells, {part["fmax"]:.1f} MHz, a
bitstream of {part["bytes"]} bytes. At that clock a sample and its update, {report["sample_cycles"]} cycles, take
{report["sample_cycles"] / part["fmax"]:.1f} microseconds."""


def write_page(layers, images, losses):
    (said, part, report), (seen, place, images_report) = layers, images
    version = [run("yosys", "-V").split(" (")[0], run("verilator", "--version").split(" rev")[0].rsplit(" 20", 1)[0]]
    options = " ".join(f"'{word}'" if "<" in word else word for word in COMPILE).replace(" --loss", " \\\n  --loss")
    PAGE.write_text(f"""# From a model to hardware

What one model becomes on its way from ONNX to a bitstream, and what another does when half of it is
cut off while it learns. `benchmarks/dataflow/page.py --update` writes this page: every figure and
every picture is what the programs said. What the words mean is in [Dataflow](Dataflow.md).

## A circuit that learns

Two inputs, a vertex with tanh and a linear one, both with weights that learn, in words of 8 bits:
small enough for an iCE40, which has no multipliers.

```sh
examples/make_mlp.py 2-1-1 mlp.onnx --activation Tanh
pc-compile mlp.onnx {options} \\
  --dump-phases=phases --stats -o rtl
```

```
{said["report"].rstrip()}
```

## Its words

The reference says which words have to move; the bench runs the hardware, here for four updates, and
writes what it saw as a waveform (`+vcd=FILE`, for any viewer). Errors of every vertex in every round
and parameters after every update are equal, or the script stops.

```sh
pc-translate --simulate-circuit phases/3-dataflow.mlir --samples=4 --seed=3 -o words
bench words 4 +vcd=wave.vcd
```

```
{said["reference"].rstrip()}
{said["bench"].rstrip()}
```

![Words of the first sample](hardware/waveform.svg)

The first sample, from the first word of the image: boxes are words that move, in units of the last
place. A vertex gives zeros in the first round; the error of the output comes when it is predicted,
and goes up by one vertex a round; the last zeros are of the next sample. Nobody counts for them.

## Its part

{write_part(part, report, version[0])}
Units of this circuit are among those that the estimates were fitted to; circuits that are not stand in
[Dataflow](Dataflow.md#the-report).

{write_placement(part, report)}

## A convolution

The same with images of 4 by 4 words: a convolution of 2 by 2, relu, maxima of 2 by 2 and a product, all in
words of 8 bits.

```sh
examples/{" ".join(IMAGES)}
pc-compile images.onnx {options} \\
  --dump-phases=phases --stats -o rtl
```

```
{units_of(seen["report"])}
```

Errors of every vertex in every round and parameters after each of four updates are those of the
reference. The first sample takes {seen["cycles"]} cycles in simulation, {images_report["cycles"]} by the count of the report.

{write_part(place, images_report, version[0])}
{write_placement(place, images_report)}

## Cut in half

A model of two branches learns in words of 18 bits. Before sample {CUT_SAMPLE} every link of one branch is
cut; nobody else is told. The loss, {losses["first"]:.3f} in the first 40 samples and {losses["before"]:.3f} before the cut,
rises to {losses["behind"]:.3f} and is at {losses["last"]:.3f} in the end: what is left goes on learning. It is, bit for
bit, the circuit of the model without that branch ([Cutting](Dataflow.md#cutting)).

![The loss, and the half that is cut](hardware/cut.svg)
""")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path)
    args = parser.parse_args()
    if args.update == bool(args.pictures):
        parser.error("expected one of --update and --pictures")
    folder = args.folder or pathlib.Path(tempfile.mkdtemp(prefix="pc-page-"))
    pictures = args.pictures or PICTURES
    for place in (folder, pictures):
        place.mkdir(parents=True, exist_ok=True)
    layers, losses = simulate(folder, LAYERS), cut(folder / "cut", pictures)
    draw_waveform(folder / "wave.vcd", pictures / "waveform.svg", min(layers["cycles"] + 8, 110))
    if args.update:
        circuits = [(layers, folder), (simulate(folder / "images", IMAGES), folder / "images")]
        write_page(*((said, synthesise(where), json.loads((where / "report.json").read_text())[0])
                     for said, where in circuits), losses)
    print("the waveform is that of the reference; the loss falls, rises and falls again"
          if losses["before"] < losses["first"] / 2 and losses["behind"] > 1.5 * losses["before"] > losses["last"]
          else f"the losses are not those of a cut: {losses}")


if __name__ == "__main__":
    main()
