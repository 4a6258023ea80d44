# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One chain of names for every pass: definition, source file, flag, test.

usage: check_passes.py ROOT
`def FoldRelaxation : Pass<"pc-fold-relaxation">` wants a FoldRelaxation.cpp in
lib/, a test fold-relaxation*.mlir that runs the flag, a summary, and an example
(`Example: <path of a test>` in its description) that is there and runs it.
"""

import pathlib
import re
import sys

import tree

DEFINITION = re.compile(r'^def (\w+)\s*:\s*(?:Interface)?Pass<\s*"([\w-]+)"', re.M)


def problems_of(table, root, tests):
    text = tree.read(table)
    found = list(DEFINITION.finditer(text))
    for i, match in enumerate(found):
        name, flag = match[1], match[2]
        body = text[match.end():found[i + 1].start() if i + 1 < len(found) else len(text)]
        where = f"{table}: {name}"
        stem = tree.kebab(name)
        if re.sub(r"^(pc-cpu|pc-gpu|pc|pcflow|pcgpu)-", "", flag) != stem and flag != stem:
            yield f"{where}: expected the flag pc-{stem}, but it is {flag}"
        # A conversion is a folder of its own, AToB; its pass is ConvertAToB.
        source = re.sub("^Convert", "", name)
        if not any(root.glob(f"lib/**/{source}.cpp")):
            yield f"{where}: expected a file {source}.cpp in lib/"
        runs = re.compile(rf"RUN:.*[-(,\" ]{re.escape(flag)}\b(?!-)")
        short = re.sub("^convert-", "", stem)
        if not any(p.name.startswith((stem, short)) and runs.search(t) for p, t in tests):
            yield f"{where}: expected a test {short}.mlir that runs {flag}"
        if "let summary" not in body:
            yield f"{where}: expected a summary"
        example = re.search(r"Example:\s*`?([\w./-]+\w)`?", body)
        if not example:
            yield f"{where}: expected 'Example: <path of a test>' in its description"
        elif not (root / example[1]).is_file():
            yield f"{where}: its example {example[1]} is not there"
        elif not runs.search(tree.read(root / example[1])):
            yield f"{where}: its example {example[1]} does not run {flag}"


def main():
    root = pathlib.Path(sys.argv[1])
    tables = list(root.glob("include/**/*Passes.td"))
    tests = [(p, tree.read(p)) for p in tree.files(root / "test", ".mlir", ".test")]
    problems = [q for t in tables for q in problems_of(t, root, tests)]
    tree.report(problems, f"{len(tables)} tables of passes")


main()
