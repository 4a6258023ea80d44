#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_qat.py MODEL DATA: the accuracy of a trained model of make_qat.py on all
digits, by the fake quantisation of PyTorch."""

import gzip
import sys

import numpy as np
import onnx
import torch
from onnx import numpy_helper

weights = {t.name: torch.tensor(numpy_helper.to_array(t))
           for t in onnx.load(sys.argv[1]).graph.initializer}
rows = np.loadtxt(gzip.open(sys.argv[2]), delimiter=",", dtype=np.float32)
h = torch.tensor(rows[:, :-1] / 16)
for number, scale in ((1, 1 / 255), (2, 1 / 32)):
    h = torch.fake_quantize_per_tensor_affine(torch.relu(h), scale, 0, 0, 255)
    w = torch.fake_quantize_per_tensor_affine(weights[f"w{number}"], 1 / 16, 0, -128, 127)
    h = h @ w.T + weights[f"b{number}"]
accuracy = float((h.argmax(1).numpy() == rows[:, -1]).mean())
print(f"accuracy {accuracy:.4f}")
sys.exit(accuracy < 0.9)
