#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_data.py SOURCE_ROOT FOLDER: looks at the data of the experiments."""

import pathlib
import sys

import numpy as np

sys.dont_write_bytecode = True
root, folder = map(pathlib.Path, sys.argv[1:])
sys.path.insert(0, str(root / "benchmarks/paper"))
import data  # noqa: E402


def load(name):
    return {f"{p}_{k}": np.load(folder / name / f"{p}-{k}.npy")
            for p in ("train", "test") for k in ("samples", "labels")}


def say_missing(call, *arguments):
    try:
        call(*arguments)
        sys.exit("expected something to be missing")
    except data.MissingData as error:
        print("missing:", error)


words = folder / "words.txt"
words.write_text("".join(f"{a}É{b}\ta\nzz{a}{b}\tb\n" for a in "abcde" for b in "abcdefgh"),
                 encoding="utf-8")
alphabet, languages = data.words(folder / "words", words, 6, 60, 20)
found = load("words")
assert alphabet == list("abcdefghz") and languages == ["a", "b"]
assert found["train_samples"].shape == (60, 6) and found["test_labels"].shape == (20,)
for row, label in zip(found["train_samples"], found["train_labels"]):
    word = "".join(alphabet[i] for i in row if i < len(alphabet))
    assert word in (f"{word[0]}e{word[-1]}", f"zz{word[-2:]}") and (label == 1) == (len(word) == 4)
    assert all(row[:6 - len(word)] == len(alphabet))
assert {0, 1} == set(found["train_labels"])
print("words: padded in front, without accents, both languages")

text = folder / "text.txt"
text.write_text("the quick brown fox\njumps over  the lazy dog. " * 5)
alphabet = data.characters(folder / "text", text, 4, 30, 10)
found = load("text")
assert all((found["train_samples"][:, 1:] == found["train_labels"][:, :-1]).flatten())
one_space = " ".join(text.read_text().split())
assert all("".join(alphabet[i] for i in [*x, y[-1]]) in one_space
           for x, y in zip(found["test_samples"], found["test_labels"]))
print("characters: labels are the next characters")

table = root / "examples/digits/digits.csv.gz"
data.pictures(folder / "digits", table, None, 50, 10)
data.pictures(folder / "again", table, None, 50, 10)
found, again = load("digits"), load("again")
assert found["train_samples"].shape == (50, 3, 32, 32) and found["train_labels"].max() < 10
assert np.abs(found["train_samples"]).max() < 1.5 and found["train_samples"].std() > 0.2
assert all(np.array_equal(found[key], again[key]) for key in found)
print("digits: 3x32x32 between -1.5 and 1.5, the same for the same seed")

record = bytes([7]) + bytes([255]) * 1024 + bytes([0]) * 1024 + bytes([51]) * 1024
for name in [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]:
    (folder / name).write_bytes(record)
data.pictures(folder / "cifar", table, folder, 4, 1)
found = load("cifar")
assert list(found["train_labels"]) == [7] * 4
assert np.allclose(found["test_samples"][0, :, 5, 9], [1, -1, -0.6])
print("cifar: planes of red, green, blue")

words.write_text("".join(f"{a}e{b}\ta\n" for a in "abcde" for b in "abcdefgh") + "lone\tb\n")
say_missing(data.words, folder / "none", words, 6, 60, 20)
(folder / "short.txt").write_text("short")
say_missing(data.characters, folder / "none", folder / "short.txt", 4, 30, 10)
data.DICTIONARIES = folder
say_missing(data.words, folder / "none", None, 6, 60, 20)
