#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a folder of IDX files, with faults on demand."""

import argparse
import pathlib
import struct

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--images", type=int, required=True)
parser.add_argument("--labels", type=int)
parser.add_argument("--missing", type=int, default=0, help="bytes to leave out")
args = parser.parse_args()
labels = args.images if args.labels is None else args.labels
args.folder.mkdir(parents=True, exist_ok=True)
pixels = bytes(i % 256 for i in range(args.images * 28 * 28))
for part in ["train", "t10k"]:
    images = struct.pack(">IIII", 0x803, args.images, 28, 28) + pixels
    (args.folder / f"{part}-images-idx3-ubyte").write_bytes(
        images[:len(images) - args.missing])
    (args.folder / f"{part}-labels-idx1-ubyte").write_bytes(
        struct.pack(">II", 0x801, labels) + bytes(i % 10 for i in range(labels)))
