#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_figures.py FILE.svg=LINES...: XML with that many entries of a legend,
and all that is drawn inside the picture."""

import sys
import xml.etree.ElementTree as ElementTree

SVG = "{http://www.w3.org/2000/svg}"
for argument in sys.argv[1:]:
    path, lines = argument.rsplit("=", 1)
    root = ElementTree.parse(path).getroot()
    _, _, width, height = map(float, root.get("viewBox").split())
    entries = [r for r in root.iter(SVG + "rect") if r.get("width") == "9"]
    if len(entries) != int(lines):
        sys.exit(f"{path}: expected {lines} lines, found {len(entries)}")
    for mark in root.iter(SVG + "circle"):
        if not (0 <= float(mark.get("cx")) <= width and 0 <= float(mark.get("cy")) <= height):
            sys.exit(f"{path}: expected a point inside, found {mark.attrib}")
    if not any("L" in p.get("d") for p in root.iter(SVG + "path")):
        sys.exit(f"{path}: expected curves, found none")
print(len(sys.argv) - 1, "figures")
