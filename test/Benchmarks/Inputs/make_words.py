#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""make_words.py FILE: words of two made-up languages, labelled."""

import itertools
import sys

with open(sys.argv[1], "w", encoding="utf-8") as file:
    for language, consonants, vowels in (("first", "ptk", "aeiou"), ("second", "tkmn", "oué")):
        for parts in itertools.product(consonants, vowels, consonants, vowels):
            file.write("".join(parts) + f"\t{language}\n")
