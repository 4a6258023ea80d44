# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Data of the experiments, as folders of arrays that pc-train reads."""

import pathlib
import unicodedata

import numpy as np

# 18 languages in Latin letters, as many as the paper has categories: the word
# lists of Debian that scripts/install experiments brings.
LANGUAGES = ["american-english", "bokmaal", "catalan", "danish", "dutch", "esperanto",
             "faroese", "french", "gaelic", "galician-minimos", "irish", "italian", "manx",
             "ngerman", "polish", "portuguese", "spanish", "swedish"]
DICTIONARIES = pathlib.Path("/usr/share/dict")


class MissingData(Exception):
    pass


def write(folder, train, test):
    """`train` and `test` are pairs of samples and labels."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, (samples, labels) in (("train", train), ("test", test)):
        np.save(folder / f"{part}-samples.npy", samples)
        np.save(folder / f"{part}-labels.npy", labels.astype(np.int64))
    return folder


def split(random, samples, labels, train, test):
    if len(samples) < train + test:
        raise MissingData(f"expected {train + test} samples, found {len(samples)}")
    order = random.permutation(len(samples))
    first, second = order[:train], order[train:train + test]
    return (samples[first], labels[first]), (samples[second], labels[second])


def coloured_digits(table, random):
    """Handwritten digits of 8x8 pixels, three times as large, somewhere in a
    picture of 3x32x32, in a random colour on a random ground, with noise."""
    rows = np.loadtxt(table, delimiter=",")
    ink = np.kron((rows[:, :-1] / 16).reshape(-1, 8, 8), np.ones((1, 3, 3)))
    pictures = np.empty((len(rows), 3, 32, 32), np.float32)
    for picture, digit in zip(pictures, ink):
        mask = np.zeros((32, 32))
        y, x = random.randint(0, 9, 2)
        mask[y:y + 24, x:x + 24] = digit
        ground, colour = random.uniform(0, 0.4, (3, 1, 1)), random.uniform(0.6, 1, (3, 1, 1))
        if random.randint(2):
            ground, colour = colour, ground
        picture[:] = ground + mask * (colour - ground) + random.normal(0, 0.05, (3, 32, 32))
    return pictures, rows[:, -1].astype(np.int64)


def cifar(folder):
    """The binary version of CIFAR-10: a byte of label, 3072 bytes of picture."""
    def read(names):
        content = b"".join((folder / name).read_bytes() for name in names)
        records = np.frombuffer(content, np.uint8).reshape(-1, 3073)
        return records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255, records[:, 0]
    return (read([f"data_batch_{i}.bin" for i in range(1, 6)]), read(["test_batch.bin"]))


def pictures(folder, table, cifar_folder, train, test):
    random = np.random.RandomState(0)
    if cifar_folder:
        parts = [(x[:n], y[:n]) for (x, y), n in zip(cifar(cifar_folder), (train, test))]
    else:
        parts = split(random, *coloured_digits(table, random), train, test)
    # As in the paper's code: mean and deviation of one half.
    return write(folder, *(((x - 0.5) / 0.5, y) for x, y in parts))


def plain(word):
    """Without accents and capitals, which would tell a language at once."""
    parts = unicodedata.normalize("NFKD", word.strip().lower())
    return "".join(c for c in parts if not unicodedata.combining(c))


def read_text(path):
    content = pathlib.Path(path).read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def dictionary_words():
    """(language, its words) of every list; all of them have to be there."""
    absent = [name for name in LANGUAGES if not (DICTIONARIES / name).exists()]
    if absent:
        raise MissingData(f"no word lists {', '.join(absent)} in {DICTIONARIES}: "
                          "scripts/install experiments brings them, --words FILE takes others")
    return [(name, read_text(DICTIONARIES / name).splitlines()) for name in LANGUAGES]


def labelled_words(path):
    """Lines of a word, a tab or comma, and its label."""
    words = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        word, comma, label = line.replace("\t", ",").rpartition(",")
        if not comma:
            raise MissingData(f"{path}:{number}: expected a word, a tab or comma and a label")
        words.setdefault(label.strip(), []).append(word)
    return sorted(words.items())


def choose_words(entries, longest, count, random):
    """As many different words as are wanted, or all there are."""
    chosen = {}
    for i in random.permutation(len(entries)):
        word = plain(entries[i])
        if 3 <= len(word) <= longest and word.isalpha():
            chosen[word] = None
        if len(chosen) == count:
            break
    return list(chosen)


def words(folder, path, longest, train, test):
    """Words as ids of letters, padded in front with the id after the last.
    As many of each language; answers the alphabet and the languages."""
    random = np.random.RandomState(0)
    lists = labelled_words(path) if path else dictionary_words()
    each = -(-(train + test) // len(lists))
    chosen, labels = [], []
    for label, (name, entries) in enumerate(lists):
        fit = choose_words(entries, longest, each, random)
        if len(fit) < each:
            raise MissingData(f"expected {each} words of {name}, found {len(fit)}")
        chosen += fit
        labels += [label] * each
    alphabet = sorted(set("".join(chosen)))
    ids = np.full((len(chosen), longest), len(alphabet), np.int64)
    for row, word in zip(ids, chosen):
        row[longest - len(word):] = [alphabet.index(c) for c in word]
    write(folder, *split(random, ids, np.array(labels), train, test))
    return alphabet, [name for name, _ in lists]


def characters(folder, path, steps, train, test):
    """Stretches of a text, each labelled with itself one character later; the
    last part of the text is held out. Characters that are rare become one."""
    random = np.random.RandomState(0)
    text = " ".join(read_text(path).split())
    if len(text) < 10 * (steps + 1):
        raise MissingData(f"{path}: expected a text, found {len(text)} characters")
    frequent = sorted(set(text), key=lambda c: (-text.count(c), c))[:64]
    alphabet = sorted(frequent) + ["\ufffd"]
    number = {c: i for i, c in enumerate(alphabet)}
    ids = np.array([number.get(c, len(alphabet) - 1) for c in text])
    border = int(0.9 * len(ids))

    def draw(begin, end, count):
        starts = random.randint(begin, end - steps - 1, count)
        rows = np.array([ids[s:s + steps + 1] for s in starts])
        return rows[:, :-1], rows[:, 1:]
    write(folder, draw(0, border, train), draw(border, len(ids), test))
    return alphabet
