# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sequences and optionals in files, and their gradients against PyTorch.

  sequences.py FOLDER PC_RUN MODEL LENGTHS OPTIONAL [FLAG...]

MODEL is `sequence_border` of models.py. Its sequence gets tensors of these LENGTHS
(2,3,2), its optional an element where OPTIONAL is 1. Outputs and gradients are those of
autograd in f64, 1e-12: a handful of operations each."""

import pathlib
import subprocess
import sys

import numpy as np
import onnx
import torch
from onnx import numpy_helper


def to_sequence(arrays):
    made = onnx.SequenceProto(elem_type=onnx.SequenceProto.TENSOR)
    made.tensor_values.extend(numpy_helper.from_array(array) for array in arrays)
    return made


def to_optional(array):
    made = onnx.OptionalProto(elem_type=onnx.OptionalProto.UNDEFINED)
    if array is not None:
        made.elem_type = onnx.OptionalProto.TENSOR
        made.tensor_value.CopyFrom(numpy_helper.from_array(array))
    return made


def write(path, message):
    path.write_bytes(message.SerializeToString())


def read(path, message):
    message.ParseFromString(path.read_bytes())
    if isinstance(message, onnx.SequenceProto):
        tensors = list(message.tensor_values)
    elif isinstance(message, onnx.OptionalProto):
        tensors = [message.tensor_value] if message.elem_type == onnx.OptionalProto.TENSOR else []
    else:
        tensors = [message]
    return message.name, [numpy_helper.to_array(tensor) for tensor in tensors]


def reference(sequence, optional, w, cotangents):
    """Outputs, and gradients of all leaves."""
    leaves = [torch.tensor(array.astype(np.float64), requires_grad=True)
              for array in sequence + [optional] * (optional is not None) + [w]]
    mapped = [torch.tanh(leaf * leaves[-1]) for leaf in leaves[:len(sequence)]]
    everything = mapped + ([leaves[-2]] if optional is not None else [])
    loss = sum((torch.tensor(c.astype(np.float64)) * value).sum()
               for c, value in zip(cotangents, everything))
    loss.backward()
    return [value.detach().numpy() for value in everything], [leaf.grad.numpy() for leaf in leaves]


def check(what, found, expected):
    assert len(found) == len(expected), f"{what}: {len(found)} tensors instead of {len(expected)}"
    for one, other in zip(found, expected):
        assert one.shape == other.shape, f"{what}: {one.shape} instead of {other.shape}"
        assert np.allclose(one, other, rtol=1e-12, atol=1e-12), f"{what}: {one} instead of {other}"


def main():
    folder, binary, model, lengths, present, *flags = sys.argv[1:]
    folder = pathlib.Path(folder)
    out = folder / "out"
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(0)
    normal = lambda size: draw.standard_normal(size).astype(np.float32)
    sequence = [normal(int(length)) for length in lengths.split(",")]
    optional = normal(2) if present == "1" else None
    cotangents = [normal(array.shape) for array in sequence + [np.zeros(2)] * int(present)]
    write(folder / "input_0.pb", to_sequence(sequence))
    write(folder / "input_1.pb", to_optional(optional))
    write(folder / "cotangent_0.pb", to_sequence(cotangents[1:]))
    write(folder / "cotangent_1.pb", to_optional(cotangents[0]))
    subprocess.run([binary, model, "--data", folder, "--out", out, "--grad", "--float=f64"] + flags,
                   check=True)
    outputs, gradients = reference(sequence, optional, np.array([2], np.float32), cotangents)
    check("y", read(out / "output_0.pb", onnx.SequenceProto())[1], outputs[1:])
    check("z", read(out / "output_1.pb", onnx.OptionalProto())[1], outputs[:1])
    kinds = [onnx.SequenceProto] + [onnx.OptionalProto] * int(present) + [onnx.TensorProto]
    names, found = zip(*(read(out / f"grad_{i}.pb", kind()) for i, kind in enumerate(kinds)))
    assert names == (("s", "o", "w") if optional is not None else ("s", "w")), names
    check("gradients", [tensor for group in found for tensor in group], gradients)
    print(f"{len(outputs)} tensors in 2 outputs, {len(gradients)} gradients in {len(found)} files")


if __name__ == "__main__":
    main()
