# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Strings that are fed, moved and compared.

  strings.py model|refused|mixed|computed|unknown|malformed FILE    a model
  strings.py write FILE VALUE...         a tensor of strings, \\xNN being a byte
  strings.py write-count FILE COUNT VALUE...
  strings.py write-sequence FILE VALUE...   one tensor from each, split at commas
  strings.py check DATA OUT              outputs against what follows from DATA
  strings.py exits STATUS COMMAND...     runs it, and wants that exit status
"""

import pathlib
import re
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models import model, node, value

STRING, BOOL, FLOAT = TensorProto.STRING, TensorProto.BOOL, TensorProto.FLOAT


def texts(name, values):
    return helper.make_tensor(name, STRING, [len(values)], [text.encode() for text in values])


def sequence(name):
    return helper.make_value_info(
        name, helper.make_sequence_type_proto(helper.make_tensor_type_proto(STRING, None)))


def make_model():
    """`picked` follows from the data, `chosen` from what is computed."""
    return model(
        [node("Identity", ["x"], ["same"], "same"),
         node("Gather", ["x", "order"], ["picked"], "picked"),
         node("Concat", ["x", "t"], ["joined"], "joined", axis=0),
         node("Equal", ["x", "a"], ["equal"], "equal"),
         node("Where", ["equal", "x", "other"], ["kept"], "kept"),
         node("Greater", ["f", "zero"], ["positive"], "positive"),
         node("Where", ["positive", "x", "other"], ["chosen"], "chosen"),
         node("Identity", ["s"], ["all"], "all"),
         node("SequenceAt", ["s", "last"], ["at"], "at"),
         node("Constant", [], ["one"], "one", value_string="ä"),
         node("Constant", [], ["some"], "some", value_strings=["", "ß"]),
         node("Constant", [], ["whole"], "whole", value=texts("", ["x"])),
         node("Concat", ["some", "whole"], ["constants"], "constants", axis=0)],
        [value("x", ["n"], STRING), value("t", [2], STRING), value("f", [3]), sequence("s")],
        [value("same", [3], STRING), value("picked", [4], STRING), value("joined", [5], STRING),
         value("equal", [3], BOOL), value("kept", [3], STRING), value("chosen", [3], STRING),
         sequence("all"), value("at", None, STRING), value("one", [], STRING),
         value("constants", [3], STRING)],
        [texts("a", ["ä"]), texts("other", ["öther"]),
         numpy_helper.from_array(np.array([2, 0, -1, 1]), "order"),
         numpy_helper.from_array(np.array(-1), "last"),
         numpy_helper.from_array(np.array([0], np.float32), "zero")])


def make_refused():
    """Strings where numbers are wanted, and an operator that there is not."""
    return model(
        [node("Cast", ["x"], ["number"], "read", to=FLOAT),
         node("Frobnicate", ["x"], ["other"], "other")],
        [value("x", [2], STRING)], [value("number", [2]), value("other", [2], STRING)])


def make_mixed():
    return model([node("Concat", ["x", "f"], ["y"], "mixed", axis=0)],
                 [value("x", [2], STRING), value("f", [2])], [value("y", [4], STRING)])


def make_malformed():
    return model([node("Constant", [], ["c"], "constant", value_strings=[b"a", b"b\xff"]),
                  node("Equal", ["c", "c"], ["y"], "equal")], [], [value("y", [2], BOOL)])


def choose(nodes, outputs):
    """Strings that a network chooses: those of the largest of each row."""
    made = model([node("ArgMax", ["x"], ["best"], "best", axis=1, keepdims=0),
                  node("Gather", ["labels", "best"], ["chosen"], "chosen"), *nodes],
                 [value("x", [4, 3])], outputs, [texts("labels", ["a", "ö", "c"])], opset=20)
    made.opset_import.append(helper.make_opsetid("ai.onnx.ml", 2))
    return made


def make_computed():
    return choose(
        [helper.make_node("LabelEncoder", ["chosen"], ["code"], "code", domain="ai.onnx.ml",
                          keys_strings=["c", "ö"], values_int64s=[7, 5]),
         node("TfIdfVectorizer", ["chosen"], ["counts"], "counts", mode="TF", min_gram_length=2,
              max_gram_length=2, max_skip_count=0, ngram_counts=[0, 0], ngram_indexes=[0, 1],
              pool_strings=["ö", "a", "a", "a"])],
        [value("code", [4], TensorProto.INT64), value("counts", [2])])


def make_unknown():
    return choose([node("StringSplit", ["chosen"], ["parts", "count"], "parts")],
                  [value("count", [4], TensorProto.INT64)])


def to_bytes(text):
    return re.sub(rb"\\x([0-9a-f]{2})", lambda code: bytes([int(code[1], 16)]), text.encode())


def save(path, message):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(message.SerializeToString())


def write(path, count, values):
    save(path, TensorProto(data_type=STRING, dims=[count],
                           string_data=[to_bytes(text) for text in values]))


def write_sequence(path, values):
    save(path, onnx.SequenceProto(elem_type=onnx.SequenceProto.TENSOR, tensor_values=[
        texts("", text.split(",")) for text in values]))


def read(path, message):
    message.ParseFromString(path.read_bytes())
    return message


def to_list(tensor):
    """With its type, since an array of strings does not tell it."""
    if tensor.data_type == STRING:
        assert len(tensor.string_data) == np.prod(tensor.dims, dtype=int), tensor
        return [text.decode() for text in tensor.string_data]
    return numpy_helper.to_array(tensor).tolist()


def check(data, out):
    data, out = pathlib.Path(data), pathlib.Path(out)
    x, t, f = (to_list(read(data / f"input_{k}.pb", TensorProto())) for k in range(3))
    s = [to_list(tensor) for tensor
         in read(data / "input_3.pb", onnx.SequenceProto()).tensor_values]
    expected = {
        "same": x, "picked": [x[2], x[0], x[-1], x[1]], "joined": x + t,
        "equal": [text == "ä" for text in x],
        "kept": [text if text == "ä" else "öther" for text in x],
        "chosen": [text if number > 0 else "öther" for text, number in zip(x, f)],
        "all": s, "at": s[-1], "one": ["ä"], "constants": ["", "ß", "x"]}
    for number, (name, values) in enumerate(expected.items()):
        path = out / f"output_{number}.pb"
        if name == "all":
            found = read(path, onnx.SequenceProto())
            values, content = s, [to_list(tensor) for tensor in found.tensor_values]
        else:
            found = read(path, TensorProto())
            content = to_list(found)
        if found.name != name or content != values:
            sys.exit(f"output {name}: expected {values}, found {found.name} {content}")
    print(f"{len(expected)} outputs are right")


def main():
    mode, *rest = sys.argv[1:]
    if mode == "write":
        write(rest[0], len(rest) - 1, rest[1:])
    elif mode == "write-count":
        write(rest[0], int(rest[1]), rest[2:])
    elif mode == "write-sequence":
        write_sequence(rest[0], rest[1:])
    elif mode == "check":
        check(*rest)
    elif mode == "exits":
        status = subprocess.call(rest[1:])
        if status != int(rest[0]):
            sys.exit(f"expected exit status {rest[0]}, found {status}")
    else:
        save(rest[0], globals()[f"make_{mode}"]())


if __name__ == "__main__":
    main()
