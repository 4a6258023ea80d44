# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Puts the tests that pass descriptions name as examples into the pages.

usage: expand_examples.py SOURCE_ROOT PAGE OUTPUT
Also writes OUTPUT.d, the files that OUTPUT was made from, for the build tool.
`Example: <path of a test>` becomes the text of that test, so that an example in
the documentation is one that runs. Fails when the file is not there.
"""

import pathlib
import re
import sys

EXAMPLE = re.compile(r"\s*Example:\s*`?(test/[\w./-]+\w)`?\.?")


def main():
    root, page, output = map(pathlib.Path, sys.argv[1:])

    used = []

    def expand(match):
        used.append(root / match[1])
        text = used[-1].read_text(encoding="utf-8").strip()
        return f"\n\nExample, from `{match[1]}`:\n\n```mlir\n{text}\n```\n"

    output.write_text(EXAMPLE.sub(expand, page.read_text(encoding="utf-8")),
                      encoding="utf-8")
    pathlib.Path(f"{output}.d").write_text(
        f"{output}: {' '.join(map(str, used))}\n", encoding="utf-8")


main()
