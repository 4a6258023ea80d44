# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables in pages of docs/, between the marks of the script that measured them."""

import sys


def update(page, script, lines):
    begin, end = f"<!-- {script}: begin -->", f"<!-- {script}: end -->"
    text = page.read_text()
    if begin not in text or end not in text:
        sys.exit(f"{script}: {page}: expected the marks {begin} and {end}")
    head, rest = text.split(begin)
    page.write_text(head + begin + "\n\n" + "\n".join(lines) + "\n\n" + end + rest.split(end)[1])
