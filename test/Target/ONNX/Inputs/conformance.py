# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs published ONNX tests through pc-run, one process each.

  conformance.py --pc-run PC_RUN [--grad DIR] [--only REGEX] [--jobs N]
                 [--baseline FILE [--update]] [--tsv FILE]
                 [--archive FILE... --into DIR] SUITE_DIR...

Archives are unpacked once, into DIR. A SUITE_DIR holds TEST/model.onnx and
TEST/test_data_set_0, or TEST.onnx and TEST_output_0.pb without inputs: those are
fed k/n, and their outputs do not depend on it. Forward results are compared with
the published outputs: same shape and type, |y - r| <= 1e-7 + 1e-3 |r| (the suite's
own tolerance).
With --grad, DIR/SUITE/TEST (or TEST_expanded there, or TEST/grad) holds
reference gradients in f64, and the compiled f32 gradient must be within a
relative L2 distance of 1e-4 (round-off of f32 sums; the algorithm is checked in
f64, at 1e-9, with --f64); for models on 16-bit floats, of two of their units.

A baseline is a list of the tests that pass. A test on it that fails makes this
fail; a test that passes without being on it is only reported.
"""

import argparse
import collections
import fcntl
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
from onnx import numpy_helper

from limits import limited

FLOATS = (np.float16, np.float32, np.float64)


# Numbers of the types that the packaged classes do not know: their bits, and for
# floats those of the exponent, of the mantissa, and the bias.
NARROW = {17: (8, 4, 3, 7), 18: (8, 4, 3, 8), 19: (8, 5, 2, 15), 20: (8, 5, 2, 16),
          21: (4,), 22: (4,), 23: (4, 2, 1, 1), 24: (8, 8, 0, 127), 25: (2,), 26: (2,)}
SIGNED = (22, 26)


def decode_float(kind, code):
    """The number that the bits `code` stand for, from the text of the types."""
    bits, exponent, mantissa, bias = NARROW[kind]
    if kind == 24:
        return np.nan if code == 255 else 2.0 ** (code - 127)
    sign = -1.0 if code >> (bits - 1) else 1.0
    raised, low = code >> mantissa & ((1 << exponent) - 1), code & ((1 << mantissa) - 1)
    if kind in (18, 20) and code == 0x80 or kind == 17 and code & 0x7f == 0x7f:
        return np.nan
    if kind == 19 and raised == 31:
        return np.nan if low else sign * np.inf
    if raised == 0:
        return sign * low * 2.0 ** (1 - bias - mantissa)
    return sign * (low + (1 << mantissa)) * 2.0 ** (raised - bias - mantissa)


def load_narrow(tensor):
    """As f64; several elements share a byte, the first in the lowest bits."""
    kind, width = tensor.data_type, NARROW[tensor.data_type][0]
    data = tensor.raw_data if tensor.HasField("raw_data") else bytes(
        value & 0xff for value in tensor.int32_data)
    codes = [byte >> shift & ((1 << width) - 1) for byte in data for shift in range(0, 8, width)]
    codes = codes[:int(np.prod(tensor.dims))]
    if len(NARROW[kind]) > 1:
        values = [decode_float(kind, code) for code in codes]
    else:
        wrap = 1 << width if kind in SIGNED else 0
        values = [code - wrap if 2 * code >= wrap > 0 else code for code in codes]
    return np.array(values, np.float64).reshape(tuple(tensor.dims))


def load(path, message):
    with open(path, "rb") as file:
        message.ParseFromString(file.read())
    return message


def load_value(path, declared):
    """The tensors of a file, and what they are together, by the type of the value."""
    if declared.HasField("optional_type"):
        value = load(path, onnx.OptionalProto())
        if value.elem_type == onnx.OptionalProto.UNDEFINED:
            return [], "nothing"
        if value.HasField("sequence_value"):
            return list(value.sequence_value.tensor_values), "optional sequence"
        return [value.tensor_value], "optional"
    if declared.HasField("sequence_type"):
        return list(load(path, onnx.SequenceProto()).tensor_values), "sequence"
    return [load(path, onnx.TensorProto())], "tensor"


def to_array(tensor):
    if tensor.data_type in NARROW:
        return load_narrow(tensor)
    if tensor.data_type == onnx.TensorProto.BFLOAT16 and tensor.HasField("raw_data"):
        bits = np.frombuffer(tensor.raw_data, np.uint16).astype(np.uint32) << 16
        return bits.view(np.float32).reshape(tuple(tensor.dims))
    return numpy_helper.to_array(tensor)


def load_tensor(path):
    tensor = load(path, onnx.TensorProto())
    return tensor.name, to_array(tensor)


def save_tensor(path, name, array):
    with open(path, "wb") as file:
        file.write(numpy_helper.from_array(np.asarray(array), name).SerializeToString())


class Failure(Exception):
    pass


def bind_inputs(model, source, target):
    """Copies the inputs, numbered by their place among those without initializer."""
    initialized = {tensor.name for tensor in model.graph.initializer}
    inputs = [value.name for value in model.graph.input]
    fed = [name for name in inputs if name not in initialized]
    files = sorted((f for f in os.listdir(source) if f.startswith("input_")),
                   key=lambda f: int(f[6:-3]))
    for number, file in enumerate(files):
        if len(files) == len(inputs):
            if inputs[number] in initialized:
                continue
            number = fed.index(inputs[number])
        os.symlink(os.path.abspath(os.path.join(source, file)),
                   os.path.join(target, f"input_{number}.pb"))


def feed_ramp(model, target):
    """k/n for each input, n being its number of elements."""
    initialized = {tensor.name for tensor in model.graph.initializer}
    fed = [value for value in model.graph.input if value.name not in initialized]
    for number, value in enumerate(fed):
        shape = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        ramp = np.arange(np.prod(shape), dtype=np.float64) / np.prod(shape)
        save_tensor(os.path.join(target, f"input_{number}.pb"), value.name,
                    ramp.astype(np.float32).reshape(shape))


def distance(found, expected):
    """Relative L2, or the absolute one where the reference is zero."""
    norm = np.linalg.norm(expected.astype(np.float64).ravel())
    gap = np.linalg.norm((found.astype(np.float64) - expected).ravel())
    return gap / norm if norm > 0 else gap


# Inverse transforms cancel: the published references are f32 transforms, with
# the rounding of their largest coefficients in the smallest.
CANCELLING = re.compile("test_dft_inverse")


def get_tolerance(source, expected):
    if not CANCELLING.search(source):
        return 1e-7
    return 1e-7 + np.finfo(np.float32).eps * np.abs(expected).max(initial=0)


def check_tensor(place, found, expected, source):
    if found.data_type != expected.data_type:
        raise Failure(f"{place}: expected elements of type {expected.data_type}, "
                      f"got {found.data_type}")
    if expected.data_type == onnx.TensorProto.STRING:
        if found.dims != expected.dims or found.string_data != expected.string_data:
            raise Failure(f"{place}: expected {list(expected.string_data)} in "
                          f"{list(expected.dims)}, got {list(found.string_data)} in "
                          f"{list(found.dims)}")
        return
    found, expected = to_array(found), to_array(expected)
    if found.shape != expected.shape or found.dtype != expected.dtype:
        raise Failure(f"{place}: expected {expected.dtype}{expected.shape}, "
                      f"got {found.dtype}{found.shape}")
    atol = get_tolerance(source, expected)
    if not np.allclose(found, expected, rtol=1e-3, atol=atol, equal_nan=True):
        gap = np.nanmax(np.abs(found.astype(np.float64) - expected.astype(np.float64)))
        raise Failure(f"{place}: differs by {gap:.3g}")


def check_outputs(model, references, out):
    for number, output in enumerate(model.graph.output):
        reference = references(number)
        if not os.path.exists(reference):
            continue
        expected, form = load_value(reference, output.type)
        found, found_form = load_value(os.path.join(out, f"output_{number}.pb"), output.type)
        if found_form != form or len(found) != len(expected):
            raise Failure(f"output {number}: expected {form} of {len(expected)}, "
                          f"got {found_form} of {len(found)}")
        for place, (one, other) in enumerate(zip(found, expected)):
            check_tensor(f"output {number}" + (f", tensor {place}" if form != "tensor" else ""),
                         one, other, reference)


def write_cotangents(model, grad, source, target):
    """Those of the reference, in the types and shapes of the published outputs."""
    outputs = {}
    for number, _ in enumerate(model.graph.output):
        file = os.path.join(source, f"output_{number}.pb")
        if os.path.exists(file):
            outputs[number] = load_tensor(file)[1]
    for file in os.listdir(grad):
        if file.startswith("cotangent_"):
            number = int(file[10:-3])
            name, array = load_tensor(os.path.join(grad, file))
            dtype = outputs[number].dtype
            if array.shape != outputs[number].shape:  # rank 0 is stored as [1]
                array = array.reshape(outputs[number].shape)
            save_tensor(os.path.join(target, file), name, array.astype(dtype))


def load_gradients(folder):
    """By the name of what they are of, in the order of their files."""
    return dict(load_tensor(os.path.join(folder, file)) for file in sorted(os.listdir(folder))
                if file.startswith("grad_"))


def check_gradients(model, grad, out, tolerance):
    """Every reference gradient by name; a leaf without one has gradient zero.
    Weights in Constant nodes are parameters of ours, but no leaves there."""
    leaves = {value.name for value in model.graph.input}
    leaves |= {tensor.name for tensor in model.graph.initializer}
    found = load_gradients(out)
    for name, expected in load_gradients(grad).items():
        if name not in found:
            raise Failure(f"no gradient of '{name}'")
        gradient = found.pop(name)
        if gradient.size != expected.size:
            raise Failure(f"gradient of '{name}': expected {expected.shape}, got {gradient.shape}")
        gap = distance(gradient.reshape(expected.shape), expected)
        if not gap <= tolerance:
            raise Failure(f"gradient of '{name}': relative distance {gap:.3g}")
    for name, gradient in found.items():
        largest = np.abs(gradient.astype(np.float64)).max(initial=0)
        if name in leaves and largest > tolerance:
            raise Failure(f"gradient of '{name}': expected zero")


def get_gradient_tolerance(model):
    """Of gradients in the types of the model: references are computed in f64, and
    values that are stored in 16 bits are rounded again and again. Two units."""
    types = {value.type.tensor_type.elem_type for value in model.graph.input}
    if onnx.TensorProto.BFLOAT16 in types:
        return 2.0 ** -6
    return 2.0 ** -9 if onnx.TensorProto.FLOAT16 in types else 1e-4


def call(command, seconds):
    try:
        process = subprocess.run(limited(command), capture_output=True, text=True,
                                 errors="replace", timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failure(f"takes more than {seconds} s")
    if process.returncode == 2:
        lines = [line.strip() for line in process.stderr.splitlines()]
        raise Failure("UNSUPPORTED " + "; ".join(lines[1:4] or lines))
    if process.returncode < 0:
        raise Failure(f"CRASH signal {-process.returncode}")
    if process.returncode:
        raise Failure("error: " + " ".join(process.stderr.split())[:200])


def find_gradients(root, suite, test, folder):
    """Those of the test, or of its twin: the same function spelled as its body."""
    places = [os.path.join(root, suite, test + twin)
              for twin in ("", "_expanded", "_expanded_ver26")]
    places.append(os.path.join(folder, "grad"))
    return next((place for place in places if os.path.isdir(place)), None)


def run_test(options, suite, test, folder):
    source = os.path.join(folder, "test_data_set_0")
    path = os.path.join(folder, "model.onnx")
    references = lambda number: os.path.join(source, f"output_{number}.pb")
    is_light = not os.path.exists(path)
    if is_light:
        path, references = folder + ".onnx", lambda number: f"{folder}_output_{number}.pb"
    model = onnx.load(path, load_external_data=False)
    grad = find_gradients(options.grad, suite, test, folder) if options.grad else None
    if options.grad and not grad:
        return None
    with tempfile.TemporaryDirectory() as work:
        data, out = os.path.join(work, "data"), os.path.join(work, "out")
        os.mkdir(data)
        os.mkdir(out)
        if is_light:
            feed_ramp(model, data)
        else:
            bind_inputs(model, source, data)
        command = [options.pc_run, path, "--data", data, "--out", out] + options.flag
        if grad:
            write_cotangents(model, grad, source, data)
            command.append("--grad")
            if options.f64:
                command.append("--float=f64")
        call(command, options.seconds)
        if not (grad and options.f64):
            check_outputs(model, references, out)
        if grad:
            check_gradients(model, grad, out, 1e-9 if options.f64
                            else get_gradient_tolerance(model))
    return "PASS"


def attempt(options, suite, test, folder):
    try:
        return run_test(options, suite, test, folder)
    except Failure as failure:
        return str(failure) if str(failure).startswith("UNSUPPORTED") else f"FAIL {failure}"
    except Exception as error:  # a file of the suite that this script cannot read
        return f"SKIPPED {type(error).__name__}: {error}"


def collect(options):
    tests = []
    for directory in options.suites:
        suite = os.path.basename(os.path.normpath(directory))
        for test in sorted(os.listdir(directory)):
            test = test.removesuffix(".onnx")
            folder = os.path.join(directory, test)
            name = f"{suite}/{test}"
            models = (os.path.join(folder, "model.onnx"), folder + ".onnx")
            if any(map(os.path.exists, models)) and (
                    not options.only or re.search(options.only, name)):
                tests.append((suite, test, folder))
    return tests


def compare_with_baseline(options, results):
    passing = sorted(name for name, result in results.items() if result == "PASS")
    if options.update:
        old = set()
        if os.path.exists(options.baseline):
            with open(options.baseline) as file:
                old = {line.strip() for line in file if line.strip()} - set(results)
        with open(options.baseline, "w") as file:
            file.write("\n".join(sorted(old | set(passing))) + "\n")
        return 0
    if not os.path.exists(options.baseline):
        return 0
    with open(options.baseline) as file:
        expected = {line.strip() for line in file if line.strip()}
    lost = [name for name in sorted(expected) if results.get(name, "PASS") != "PASS"]
    for name in lost:
        print(f"LOST {name}: {results[name]}")
    new = [name for name in passing if name not in expected]
    if new:
        print(f"{len(new)} tests pass that the baseline does not have")
    return 1 if lost else 0


def unpack(options):
    """Each archive once; whoever comes second waits for the first."""
    os.makedirs(options.into, exist_ok=True)
    with open(os.path.join(options.into, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for archive in options.archive:
            mark = os.path.join(options.into, os.path.basename(archive) + ".done")
            if not os.path.exists(mark):
                subprocess.run(["tar", "xJf", archive, "-C", options.into], check=True)
                open(mark, "w").close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("suites", nargs="+")
    parser.add_argument("--pc-run", required=True)
    parser.add_argument("--grad")
    parser.add_argument("--f64", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--from-baseline", action="store_true",
                        help="run only the tests that the baseline names")
    parser.add_argument("--every", type=int, default=1, help="run each n-th test")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--baseline")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--tsv")
    parser.add_argument("--flag", action="append", default=[], help="given to pc-run")
    parser.add_argument("--archive", action="append", default=[])
    parser.add_argument("--into")
    options = parser.parse_args()
    if options.archive:
        unpack(options)

    tests = collect(options)
    if options.from_baseline:
        with open(options.baseline) as file:
            names = {line.strip() for line in file}
        tests = [t for t in tests if f"{t[0]}/{t[1]}" in names]
    tests = tests[::options.every]
    with ThreadPoolExecutor(options.jobs) as pool:
        outcomes = list(pool.map(lambda test: attempt(options, *test), tests))
    results = {f"{suite}/{test}": outcome
               for (suite, test, _), outcome in zip(tests, outcomes) if outcome}
    if options.tsv:
        with open(options.tsv, "w") as file:
            for name in sorted(results):
                file.write(f"{name}\t{results[name]}\n")
    totals = collections.Counter((name.split("/")[0], result.split()[0])
                                 for name, result in results.items())
    for (suite, status), count in sorted(totals.items()):
        print(f"{suite}: {count} {status}")
    if not results:
        print("no tests")
        return 1
    return compare_with_baseline(options, results) if options.baseline else 0


if __name__ == "__main__":
    sys.exit(main())
