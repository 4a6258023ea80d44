#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a model with two operators that nobody knows, and a folder of data."""

import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True)
nodes = [helper.make_node("Frobnicate", ["x"], ["a"], name="first"),
         helper.make_node("Frobnicate", ["a"], ["b"], name="second"),
         helper.make_node("Relu", ["b"], ["c"], name="third"),
         helper.make_node("Twiddle", ["c"], ["y"], name="fourth")]
value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [2])
graph = helper.make_graph(nodes, "g", [value("x")], [value("y")])
(folder / "model.onnx").write_bytes(helper.make_model(graph).SerializeToString())
(folder / "input_0.pb").write_bytes(
    numpy_helper.from_array(np.ones(2, np.float32)).SerializeToString())
