#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a folder of arrays for pc-train: five training sequences of three ids,
three held out. Id k has label k + 1. The options break one thing each."""

import argparse
import pathlib

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--dtype", default="int64", help="of the samples")
parser.add_argument("--labels", default="int64", help="dtype of the labels")
parser.add_argument("--fortran", action="store_true")
parser.add_argument("--cut", type=int, default=0, help="bytes missing at the end")
parser.add_argument("--nan", action="store_true")
parser.add_argument("--negative", action="store_true")
parser.add_argument("--rows", type=int, default=5, help="of the training labels")
parser.add_argument("--positions", type=int, default=3)
parser.add_argument("--test-positions", type=int)
args = parser.parse_args()

args.folder.mkdir()
ids = {"train": np.array([[0, 1, 2], [1, 2, 3], [2, 3, 0], [3, 0, 1], [1, 1, 1]]),
       "test": np.array([[0, 1, 2], [3, 2, 1], [2, 2, 3]])}
for part, x in ids.items():
    y = x + 1
    if part == "train":
        y = y[:args.rows]
        if args.negative:
            y[0, 0] = -1
    positions = args.positions
    if part == "test" and args.test_positions:
        positions = args.test_positions
    x = x.astype(args.dtype)
    if args.nan:
        x[0, 0] = np.nan
    np.save(args.folder / f"{part}-samples.npy", np.asfortranarray(x) if args.fortran else x)
    np.save(args.folder / f"{part}-labels.npy", y[:, :positions].astype(args.labels))
if args.cut:
    path = args.folder / "train-samples.npy"
    path.write_bytes(path.read_bytes()[:-args.cut])
