#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""same_parameters.py A.mlir B.mlir: compares the pc.value of all parameters."""

import re
import sys

VALUE = re.compile(r'pc\.name = "([^"]+)", pc\.role = "parameter", pc\.value = '
                   r'dense(_resource)?<"?([^">]*)"?>')
RESOURCE = re.compile(r'^ +(\w+): "0x\w{8}(\w+)"', re.M)  # behind the alignment


def values(path):
    text = open(path).read()
    resources = dict(RESOURCE.findall(text))
    return {name: resources[value] if kind else value.removeprefix("0x")
            for name, kind, value in VALUE.findall(text)}


a, b = map(values, sys.argv[1:3])
if not a or a.keys() != b.keys():
    sys.exit(f"expected the same parameters, found {sorted(a)} and {sorted(b)}")
different = [name for name in a if a[name] != b[name]]
print(f"{len(different)} parameters differ" if different else f"{len(a)} equal parameters")
sys.exit(bool(different))
