# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the definition of an operation or attribute says, and where it is tested.

usage: check_ops.py ROOT
Each one has a summary (one lower-case phrase, no full stop), stands in an
ops*.mlir of test/Dialect, and, when it has a description, shows itself in an
example there. Summaries of passes have the same form.
"""

import pathlib
import re
import sys

import tree

DEFINITION = re.compile(
    r'^def \w+\s*:\s*(\w*(?:Op|Base|(?<!Enum)Attr|Pass))<\s*"(\w+|pc[\w-]*)"(?:\s*,\s*"(\w+)")?', re.M)
SUMMARY = re.compile(r'let summary = "([^"]*)"')


def bodies(text):
    found = list(DEFINITION.finditer(text))
    for i, match in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else len(text)
        yield match, text[match.end():end]


def problems_of(table, tested):
    for match, body in bodies(tree.read(table)):
        kind, first, second = match.groups()
        where = f"{table}: {first}"
        summary = SUMMARY.search(body)
        if not summary:
            yield f"{where}: expected a summary"
        elif summary[1].endswith(".") or not summary[1][:1].islower():
            yield f"{where}: expected a lower-case summary without a full stop: {summary[1]}"
        if kind.endswith("Pass"):
            continue
        dialect = "pcflow" if kind.startswith("PCFlow_") else "pc"
        shown = f"#pc.{second}" if kind.endswith("Attr") else f"{dialect}.{first}"
        name = re.compile(re.escape(shown) + r"\b")
        description = re.search(r"let description = \[\{(.*?)\}\]", body, re.S)
        if description and not any(map(name.search, re.findall(r"```mlir(.*?)```", description[1], re.S))):
            yield f"{where}: expected an example with {shown} in its description"
        # The prefix of an attribute is left out where its operation knows it.
        if not (name.search(tested) or second and re.search(rf"\b{second}\b", tested)):
            yield f"{where}: {shown} is in no ops*.mlir of test/Dialect"


def main():
    root = pathlib.Path(sys.argv[1])
    tables = list(tree.files(root / "include", ".td"))
    tested = "".join(tree.read(p) for p in tree.files(root / "test" / "Dialect", ".mlir")
                     if p.name.startswith("ops"))
    seen = [q for t in tables for q in problems_of(t, tested)]
    count = sum(len(list(bodies(tree.read(t)))) for t in tables)
    tree.report(seen, f"{count} definitions")


main()
