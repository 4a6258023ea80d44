# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Values of every form through a model that hands them on: same_values.py FOLDER PC_RUN MODEL.

MODEL is `sequence_identity` of models.py: a sequence, an optional tensor and an optional
sequence, of vectors of two floats."""

import pathlib
import subprocess
import sys

import numpy as np
import onnx

from sequences import to_optional, to_sequence, write


def to_optional_sequence(arrays):
    made = onnx.OptionalProto(elem_type=onnx.OptionalProto.UNDEFINED)
    if arrays is not None:
        made.elem_type = onnx.OptionalProto.SEQUENCE
        made.sequence_value.CopyFrom(to_sequence(arrays))
    return made


def main():
    folder, binary, model = sys.argv[1:]
    vector = np.array([0.5, -2], np.float32)
    rounds = [([], None, None), ([vector], vector, []), ([vector, -vector], None, [vector]),
              ([], vector, [vector, vector])]
    same = 0
    for number, (sequence, optional, both) in enumerate(rounds):
        data = pathlib.Path(folder) / str(number)
        data.mkdir(parents=True, exist_ok=True)
        fed = [to_sequence(sequence), to_optional(optional), to_optional_sequence(both)]
        for k, message in enumerate(fed):
            write(data / f"input_{k}.pb", message)
        subprocess.run([binary, model, "--data", data, "--out", data / "out"], check=True)
        for k, message in enumerate(fed):
            found = type(message)()
            found.ParseFromString((data / "out" / f"output_{k}.pb").read_bytes())
            assert found.name == ["s_same", "o_same", "q_same"][k], found.name
            found.ClearField("name")
            assert found == message, f"expected {message}, found {found}"
            same += 1
    print(f"{same} values came back as they were")


if __name__ == "__main__":
    main()
