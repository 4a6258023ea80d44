# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Finds lines that look like FileCheck directives but that FileCheck skips.

usage: check_directives.py ROOT
FileCheck reads only `PREFIX[-SUFFIX]:` and passes over everything else without
a word, so a typo is a test that proves nothing. Three things are reported: a
word close to a directive in use, a directive whose prefix no RUN line gives,
and a prefix that a RUN line gives but no line uses.
"""

import difflib
import re
import sys

import tree

SUFFIXES = ["LABEL", "NEXT", "SAME", "NOT", "DAG", "EMPTY"]
SUFFIX = rf"(?:-(?:{'|'.join(SUFFIXES)}|COUNT-\d+))?(?:\{{LITERAL\}})?"
# Capital words before a colon that belong to lit or to prose.
LIT = {"RUN", "REQUIRES", "XFAIL", "UNSUPPORTED", "DEFINE", "REDEFINE", "END",
       "ALLOW_RETRIES", "SPDX-LICENSE-IDENTIFIER", "NOTE"}


def prefixes_of(text):
    text = "\n".join(re.findall(r".*(?:RUN|DEFINE):.*", text))
    lists = re.findall(r"-check-prefix(?:es)?[= ]\s*([\w,-]+)", text)
    given = {name for names in lists for name in names.split(",")}
    # Without the option FileCheck looks for CHECK.
    runs = re.findall(r"FileCheck(?:(?!FileCheck).)*", re.sub(r"\\\n.*RUN:", " ", text))
    if any("-check-prefix" not in run for run in runs) or not given:
        given.add("CHECK")
    return given


def looks_like(word, directives):
    upper = word.upper().replace("_", "-")
    return difflib.get_close_matches(upper, directives, 1, 0.8)


def problems_of(path):
    text = tree.read(path)
    prefixes = prefixes_of(text)
    directives = [p + s for p in prefixes for s in [""] + ["-" + s for s in SUFFIXES]]
    valid = re.compile("(%s)%s:" % ("|".join(map(re.escape, sorted(prefixes, key=len, reverse=True))), SUFFIX))
    used = set()
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"\s*(?://+|#+|;+)?\s*([A-Za-z][\w-]*)(\{\w+\})?\s*(:?)", line)
        if not match:
            continue
        good = valid.match(line[match.start(1):])
        if good:
            used.add(good[1])
            continue
        word, colon = match[1], match[3]
        where = f"{path}:{number}: {line.strip()}"
        prose = word.islower() or word.istitle()
        if word.upper() in LIT or (word != word.upper() and not colon):
            continue
        near = looks_like(word, directives)
        if near and (not prose or word.upper().replace("_", "-") in directives):
            yield f"{where}  [FileCheck skips this; {near[0]}: is near]"
        elif colon and word == word.upper() and len(word) > 2 and "RUN:" in text:
            yield f"{where}  [no RUN line gives the prefix {word}]"
    if re.search("RUN:.*FileCheck", text):
        for prefix in sorted(prefixes - used):
            yield f"{path}: no line uses the prefix {prefix}"


def main():
    paths = [p for p in tree.files(sys.argv[1], ".mlir", ".test")
             if "Inputs" not in p.parts]
    tree.report([q for p in paths for q in problems_of(p)], f"{len(paths)} tests")


main()
