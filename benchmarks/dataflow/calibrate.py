#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the estimates of pcflow-report against what Yosys makes of circuits.

    benchmarks/dataflow/calibrate.py [CIRCUIT]... [--folder DIR]
    benchmarks/dataflow/calibrate.py --update [KIND]... [--folder DIR]

Synthesises circuits (synth_xilinx -flatten) and compares what they take with the
report: DSP and BRAM have to be equal, LUT and FF within 25 %. Without names, all
circuits of HELD_OUT, of which no part was measured for the estimates.
--update synthesises each unit of other circuits by itself and fits the
coefficients of lib/Dialect/Dataflow/Analysis/CostTable.inc anew, or those of some
kinds of units (conv, map_f32) if some are named. What was synthesised is kept in the folder and not done again.
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
RTL = ROOT / "lib" / "Target" / "SystemVerilog" / "rtl"
TABLE = ROOT / "lib" / "Dialect" / "Dataflow" / "Analysis" / "CostTable.inc"
MODELS = [ROOT / "examples", ROOT / "test" / "Dialect" / "Dataflow" / "Reference" / "Inputs"]
TOLERANCE = 0.25

# Layers (or the script that makes the model, and its options), batch, format, further options, and the
# kinds of units that are measured, if not all.
CALIBRATION = {
    "plain": ("4-4-2", 1, "18,14", "--rate=0.05"),
    "wide": ("8-6-3", 1, "12,8", "--rate=0.05 --lanes=12"),
    "tiny": ("2-1-1", 1, "8,5", "--rate=0.0625 --segments=16"),
    "batch": ("16-8-4", 4, "16,12", "--rate=0.03 --lanes=16"),
    "long": ("6-6-6", 2, "24,16", "--rate=0.05 --lanes=6"),
    "classes": ("10-5-3", 8, "18,12", "--rate=0.02 --loss=cross-entropy --lanes=10"),
    "deep": ("32-16-4", 1, "16,12", "--rate=0.0625 --lanes=8"),
    "digits": ("64-32-10", 16, "18,12", "--rate=0.25 --loss=cross-entropy --lanes=20"),
    "moving": ("4-8-4", 1, "18,14", "--rate=0.05 --optimizer=momentum --segments=64"),
    "rolling": ("8-4-2", 4, "12,9", "--rate=0.1 --optimizer=momentum --lanes=12"),
    "steps": ("4-4-4-2", 1, "16,10", "--rate=0.05 --schedule=fixed --step=0.3 --iterations=12"),
    "strict": ("5-3-2", 2, "18,12", "--rate=0.05 --schedule=strict --step=0.3 --iterations=8"),
    "broad": ("20-12-6", 1, "14,10", "--rate=0.04 --lanes=32 --segments=128"),
    "columns": ("128-4-2", 2, "18,14", "--rate=0.05 --lanes=6"),
    "exact": ("3-2-2", 1, "32,20", "--rate=0.05"),
    "graph": ("make_graph.py 5 --plain", 2, "20,12", "--rate=0.02"),
    "sums": ("make_graph.py 7 --plain", 1, "10,6", "--rate=0.05 --segments=16"),
    "tree": ("make_graph.py 4 --plain", 1, "16,10", "--rate=0.0625 --segments=16"),
    "lanes": ("6-9-3", 3, "10,6", "--rate=0.05 --lanes=27 --segments=32"),
    "image": ("make_convnet.py --channels=1 --size=4 --classes=1", 1, "8,4", "--rate=0.0625"),
    "kernels": ("make_convnet.py --channels=2,3 --size=6 --kernel=2 --classes=2 --pool=mean", 2, "12,8",
                "--rate=0.05 --lanes=6"),
    "filters": ("make_convnet.py --channels=8,4 --size=8 --classes=2", 4, "18,12", "--rate=0.02 --lanes=8"),
    "pixels": ("make_convnet.py --channels=2,2 --size=16 --classes=2 --pool=mean", 1, "16,10", "--rate=0.02"),
    "planes": ("make_convnet.py --channels=6,6 --size=10 --kernel=2 --classes=3", 1, "20,12",
               "--rate=0.125 --lanes=12"),
    "faster": ("make_convnet.py --channels=4,2 --size=6 --classes=2", 2, "18,12",
               "--rate=0.03 --optimizer=momentum"),
    "slow": ("make_convnet.py --channels=3,6 --size=8 --kernel=5 --classes=2", 8, "14,10",
             "--rate=0.05 --lanes=9"),
    "points": ("make_convnet.py --channels=4,8 --size=12 --kernel=2 --classes=2 --pool=mean", 2, "24,14",
               "--rate=0.05 --lanes=4"),
    "free": ("make_convnet.py --channels=2,4 --size=4 --classes=2", 2, "16,11",
             "--rate=0.05 --schedule=strict --step=0.3 --iterations=8 --lanes=4"),
    "large": ("make_convnet.py --channels=1,2 --size=24 --classes=1", 2, "18,12", "--rate=0.05"),
    "parts": ("make_grouped.py", 2, "16,11", "--rate=0.05 --lanes=8"),
    "turns": ("make_graph.py 13 --images", 2, "20,12", "--rate=0.05 --segments=16"),
    "means": ("make_graph.py 2", 1, "16,10", "--rate=0.05 --segments=16"),
}
# Of floats: a unit of a few lanes takes as long to synthesise as a circuit of the others.
CALIBRATION_OF_FLOATS = {
    "float": ("4-4-2", 1, "f32", "--rate=0.05 --segments=64"),
    "float-batch": ("3-4-2", 2, "f32", "--rate=0.0625 --segments=64 --lanes=3"),
    "float-moving": ("3-3-2", 2, "f32", "--rate=0.05 --optimizer=momentum --segments=64"),
    "float-steps": ("3-3-2", 1, "f32", "--rate=0.05 --schedule=fixed --step=0.3 --iterations=6 --segments=128"),
    "float-halves": ("2-3-1", 1, "f32", "--rate=0.05 --schedule=fixed --step=0.5 --iterations=4 --segments=64"),
    "float-strict": ("3-3-2", 1, "f32", "--rate=0.125 --schedule=strict --step=0.3 --iterations=6 --segments=128"),
    "float-classes": ("4-3", 2, "f32", "--rate=0.05 --loss=cross-entropy --segments=64"),
    "float-image": ("make_convnet.py --channels=2 --size=4 --classes=2", 1, "f32", "--rate=0.05"),
    "float-means": ("make_convnet.py --channels=2 --size=4 --kernel=2 --classes=1 --pool=mean", 2, "f32",
                    "--rate=0.05 --lanes=3"),
    "float-parts": ("make_grouped.py", 2, "f32", "--rate=0.05 --optimizer=momentum --segments=128"),
    "float-rows": ("make_rearranged.py", 1, "f32", "--rate=0.125", "rearrange_f32 sum_f32"),
}
CALIBRATION.update(CALIBRATION_OF_FLOATS)
HELD_OUT = {
    "even": ("8-8-4", 2, "18,14", "--rate=0.1 --lanes=8"),
    "labels": ("12-6-3", 4, "16,11", "--rate=0.04 --loss=cross-entropy --lanes=12"),
    "velocity": ("4-3-2", 1, "20,14", "--rate=0.1 --optimizer=momentum"),
    "halves": ("6-4-2", 1, "14,10", "--rate=0.05 --schedule=fixed --step=0.6 --iterations=9"),
    "shift": ("24-8-2", 1, "18,12", "--rate=0.125 --lanes=4"),
    "small": ("3-2-1", 1, "12,8", "--rate=0.05 --segments=64"),
    "branches": ("make_graph.py 8 --plain", 2, "18,12", "--rate=0.03"),
    "random": ("make_graph.py 11 --plain", 2, "22,12", "--rate=0.02 --lanes=16"),
    "convnet": ("make_convnet.py --channels=4 --size=8 --classes=10", 16, "18,12",
                "--rate=0.25 --loss=cross-entropy --lanes=14"),
    "deeper": ("make_convnet.py --channels=2,4 --size=6 --classes=2 --pool=mean", 1, "16,12", "--rate=0.04 --lanes=4"),
    "rows": ("make_rearranged.py", 2, "24,14", "--rate=0.05"),
    "channels": ("make_graph.py 8 --images", 2, "16,10", "--rate=0.03 --segments=64"),
    "separate": ("make_graph.py 21 --images", 2, "18,12", "--rate=0.05 --segments=32"),
    "float-chain": ("5-4-2", 1, "f32", "--rate=0.1 --lanes=4 --segments=128"),
    "float-velocity": ("3-4-2", 2, "f32", "--rate=0.1 --optimizer=momentum --segments=64"),
    "float-branches": ("make_graph.py 8 --plain", 2, "f32", "--rate=0.03 --segments=64"),
    "float-convnet": ("make_convnet.py --channels=2,3 --size=6 --kernel=2 --classes=2", 2, "f32", "--rate=0.03"),
    "photo": ("make_convnet.py --channels=2,2 --size=20 --classes=1", 1, "12,8", "--rate=0.0625"),
}


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def compile_circuit(name, circuit, folder):
    """Its hardware, and its report with terms."""
    layers, batch, word, options, *_ = circuit
    model, out = folder / f"{name}.onnx", folder / name
    script, *arguments = layers.split() if ".py" in layers else ["make_mlp.py", layers, "--activation", "Tanh"]
    path = next(folder / script for folder in MODELS if (folder / script).exists())
    seeds = [argument for argument in arguments[:1] if not argument.startswith("--")]
    run(sys.executable, path, *seeds, model, *arguments[len(seeds):])
    options = options.split()
    if not any(option.startswith("--loss") for option in options):
        options += ["--loss=mse", "--reduction=sum"]
    if not any(option.startswith("--optimizer") for option in options):
        options.append("--optimizer=sgd")
    run("pc-compile", model, "--dim", f"N={batch}", "--grad", "--target=dataflow",
        f"--format={word}" if word == "f32" else f"--format=fixed<{word}>",
        f"--dump-phases={folder / name}-phases", *options, "-o", out)
    report = run("pc-opt", f"{folder / name}-phases/3-dataflow.mlir", "--pcflow-report=terms", "-o", "/dev/null")
    return out, json.loads(report)[0]


def synthesise(files, top, folder):
    """What the netlist of `top` takes."""
    digest = hashlib.sha256("".join(path.read_text() for path in files).encode()).hexdigest()
    kept = folder / f"{top}-{digest[:16]}.json"
    if kept.exists():
        return json.loads(kept.read_text())
    with tempfile.NamedTemporaryFile() as log:
        run("yosys", "-q", "-p", f"read_verilog -sv {' '.join(map(str, files))}; "
            f"synth_xilinx -flatten -top {top}; tee -o {log.name} stat")
        cells = {name: int(number) for name, number in
                 re.findall(r"^ +([A-Z][A-Z0-9_]+) +(\d+)$", pathlib.Path(log.name).read_text(), re.M)}

    def count(**weights):
        return sum(weight * cells.get(name, 0) for name, weight in weights.items())
    taken = {
        "dsp": count(DSP48E1=1),
        "lut": count(LUT1=1, LUT2=1, LUT3=1, LUT4=1, LUT5=1, LUT6=1, SRL16E=1, SRLC32E=1, RAM32X1D=2,
                     RAM64X1D=2, RAM128X1D=4, RAM32M=4, RAM64M=4),
        "ff": count(FDRE=1, FDSE=1, FDCE=1, FDPE=1),
        "bram18": count(RAMB18E1=1, RAMB36E1=2),
    }
    kept.write_text(json.dumps(taken))
    return taken


# ---------------------------------------------------------------------------
# Units by themselves


def wrap(unit, settings, constants, name):
    """The unit with its parameters set and its constant ports bound."""
    header = re.search(r"module \w+ #\((.*?)\n\) \((.*?)\n\);", (RTL / f"{unit}.sv").read_text(), re.S)
    parameters = re.sub(r"(parameter .*\b(\w+) = )(\{.*?\}|[^,\n]+)(?=,?$)",
                        lambda m: m[1] + settings.get(m[2], m[3]), re.sub(r" *//.*", "", header[1]), flags=re.M)
    names = re.findall(r"parameter .*\b(\w+) = ", header[1])
    ports = [re.sub(r" *//.*", "", line).strip().rstrip(",") for line in header[2].strip().splitlines()]
    ports = [port for port in ports if port and port.split()[-1] not in constants]
    body = [".*"] + [f".{port}({value})" for port, value in constants.items()]
    return (f"module {name} #({parameters}\n) (\n  " + ",\n  ".join(ports) + f"\n);\n  {unit} #(" +
            ", ".join(f".{p}({p})" for p in names) + f") u (\n    {', '.join(body)});\nendmodule\n")


def list_units(out, report):
    """Pairs of files with a module to synthesise and the terms of its estimate."""
    library = {path.stem for path in RTL.glob("*.sv")}
    instances = {}
    for path in [out / "top.sv", *out.glob("vertex_*.sv")]:
        scope = "" if path.stem == "top" else path.stem[len("vertex_"):]
        for unit, settings, body in re.findall(r"^  df_(\w+) #\((.*?)\) \w+ \((.*?)\);$", path.read_text(),
                                               re.M | re.S):
            constants = dict(re.findall(r"\.(rate|momentum|step)\((\d+'d\d+)\)", body))
            settings = dict(re.findall(r"\.(\w+)\(([^()]+)\)", settings))
            instances.setdefault((scope, unit), []).append((settings, constants))
    assert {f"df_{unit}" for _, unit in instances} <= library
    width = report["width"]
    queues = {queue["depth"]: queue["terms"] for queue in report["queues"]
              if queue["terms"]["kind"] and not queue["behind"].startswith("target")}
    for (scope, unit), found in instances.items():
        if unit == "fifo":
            for settings, _ in found:
                if int(settings["W"]) == width and int(settings["DEPTH"]) in queues:
                    yield unit, settings, {}, queues[int(settings["DEPTH"])]
            continue
        of_kind = [entry for entry in report["units"] if entry["terms"]["kind"].removesuffix("_f32") == unit and
                   re.sub(r"\W", "_", entry["name"].rpartition("/")[0]) == scope]
        if unit in ("linear", "conv", "pool", "rearrange", "state", "activity", "latch", "first", "sum", "softmax"):
            assert len(of_kind) == len(found), (scope, unit)
            for entry, (settings, constants) in zip(of_kind, found):
                yield unit, settings, constants, entry["terms"]
    for entry in report["units"]:
        if entry["kind"] == "map":
            yield "map", "map_" + re.sub(r"\W", "_", entry["name"]), {}, entry["terms"]


def measure(unit, settings, constants, out, folder):
    floats = sorted(RTL.glob("f32_*.sv"))
    if unit == "map":
        files = sorted(out.glob(f"{settings}*.sv")) + [RTL / "df_round.sv", *floats]
        return synthesise(files, settings, folder)
    name = f"one_{unit}"
    text = wrap(f"df_{unit}", settings, constants, name)
    files = []
    if unit == "softmax":
        table = next(out.glob("*_table.sv"))
        module = table.stem
        text = re.sub(r",\n  \w+ +logic signed \[W-1:0\] table_\w|,\n  input +logic +table_sat", "", text)
        text = text.replace(f"  df_{unit} #", "  logic signed [W-1:0] table_x, table_y;\n  logic table_sat;\n"
                            f"  {module} t (.x(table_x), .y(table_y), .sat(table_sat));\n  df_{unit} #")
        files.append(table)
    wrapper = folder / f"{name}.sv"
    wrapper.write_text(text)
    parts = {"linear": ["linear", "lane", "bias"], "conv": ["conv", "window", "lane", "bias"],
             "pool": ["pool", "window"]}.get(unit, [unit])
    files += [RTL / f"df_{part}.sv" for part in [*parts, "round"]] + floats + [wrapper]
    return synthesise(files, name, folder)


def fit(rows, wanted):
    """Coefficients, none of them negative, with the least relative error."""
    scale = 1 / np.maximum(wanted, 8)
    rows, wanted = np.array(rows, float), np.array(wanted, float)
    matrix, goal = rows * scale[:, None], wanted * scale
    active = [i for i in range(rows.shape[1]) if rows[:, i].any()]
    while True:
        # A little weight keeps terms that go together from running apart.
        pull = 1e-3 * np.diag(np.abs(matrix[:, active]).max(axis=0))
        found = np.linalg.lstsq(np.vstack([matrix[:, active], pull]),
                                np.concatenate([goal, np.zeros(len(active))]), rcond=None)[0]
        if found.min() >= 0:
            break
        active.pop(int(found.argmin()))
    result = np.zeros(rows.shape[1])
    result[active] = found
    return result.round(3)


def update(kinds, folder):
    kept = {match[1]: line for line in TABLE.read_text().splitlines() if (match := re.match(r'{"(\w+)"', line))}
    measured, wrong = {}, 0
    for name, circuit in CALIBRATION.items():
        out, report = compile_circuit(name, circuit, folder)
        for unit, settings, constants, terms in list_units(out, report):
            if terms["kind"] not in (kinds or [terms["kind"]]) or (circuit[4:] and terms["kind"] not in circuit[4]):
                continue
            taken = measure(unit, settings, constants, out, folder)
            for certain in ("dsp", "bram18"):
                if taken[certain] != terms["certain"][certain]:
                    print(f"{name}: {unit} {settings} {constants}: expected {terms['certain'][certain]} "
                          f"{certain}, but Yosys takes {taken[certain]}", flush=True)
                    wrong += 1
            measured.setdefault(terms["kind"], []).append((terms, taken))
        print(name, flush=True)
    lines = kept if kinds else {}
    for unit, pairs in sorted(measured.items()):
        coefficients = []
        for what in ("lut", "ff"):
            rows = [terms[what] for terms, _ in pairs]
            wanted = np.array([taken[what] - terms["certain"][what] for terms, taken in pairs], float)
            coefficients.append(fit(rows, wanted))
            off = np.array([abs(row @ coefficients[-1] - want) / max(taken[what], 1)
                            for row, want, (_, taken) in zip(np.array(rows), wanted, pairs)])
            print(f"{unit} {what}: {len(pairs)} units, off by {off.mean():.1%} on average, {off.max():.1%} at most")
        lines[unit] = (f'{{"{unit}", ' + ", ".join("{" + ", ".join(f"{c:g}" for c in row) + "}"
                                                   for row in coefficients) + "},")
    TABLE.write_text("// Written by benchmarks/dataflow/calibrate.py --update.\n" +
                     "".join(f"{line}\n" for _, line in sorted(lines.items())))
    if wrong:
        sys.exit(f"{wrong} counts of DSP or BRAM are off")


def check(names, folder):
    failed = False
    print(f"{'circuit':<10}" + "".join(f"{what:>22}" for what in ("DSP", "LUT", "FF", "BRAM")))
    for name in names:
        out, report = compile_circuit(name, {**HELD_OUT, **CALIBRATION}[name], folder)
        files = [pathlib.Path(line) for line in (out / "files.f").read_text().split()]
        taken, line = synthesise(files, "top", folder), f"{name:<10}"
        for what in ("dsp", "lut", "ff", "bram18"):
            said, found = report["takes"][what], taken[what]
            off = (said - found) / max(found, 1)
            good = said == found if what in ("dsp", "bram18") else abs(off) <= TOLERANCE
            failed |= not good
            line += f"{said:>7} for {found:>5}" + (f" {off:+5.0%}" if what in ("lut", "ff") else " " * 6)
            line += " " if good else "!"
        print(line, flush=True)
    if failed:
        sys.exit("estimates marked with ! are off")
    print("estimates hold")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("circuits", nargs="*", choices=[*HELD_OUT, *CALIBRATION, []])
    parser.add_argument("--update", nargs="*", metavar="KIND")
    parser.add_argument("--folder", type=pathlib.Path)
    args = parser.parse_args()
    folder = args.folder or pathlib.Path(tempfile.mkdtemp(prefix="pc-calibrate-"))
    folder.mkdir(parents=True, exist_ok=True)
    if args.update is not None:
        update(args.update, folder)
    else:
        check(args.circuits or HELD_OUT, folder)


if __name__ == "__main__":
    main()
