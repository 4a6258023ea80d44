# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Operators on strings and of the machine-learning domain against what their text says.

  ml.py --pc-run PC_RUN [--only REGEX] [--plant]   all cases that match
  ml.py --pc-run PC_RUN --wrong                    cases with attributes that are wrong
  ml.py models DIR CASE...                         models of cases, fed by initializers

Each case is a model of one node, its inputs, and the same function in Python or PyTorch.
Strings and integers must be equal, floats within 1e-6 (round-off of f32), and gradients
by float inputs, of a run in f64 under random cotangents, within 1e-9. --plant changes
one element of each reference, which must be noticed. --wrong prints exit statuses and
diagnostics.
"""

import argparse
import math
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

FLOAT, DOUBLE, INT64 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64
INT16, INT32, STRING, BOOL = (TensorProto.INT16, TensorProto.INT32, TensorProto.STRING,
                              TensorProto.BOOL)
CASES = {}
rng = np.random.default_rng(0)


def case(function):
    CASES[function.__name__] = function
    return function


def floats(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def strings(*texts):
    return np.array(texts, object)


def node(op, inputs, outputs=("y",), domain="", **attributes):
    return helper.make_node(op, list(inputs), list(outputs), op, domain=domain, **attributes)


def ml(op, inputs, outputs=("y",), **attributes):
    return node(op, inputs, outputs, "ai.onnx.ml", **attributes)


def each(function, x):
    """On elements of any shape."""
    flat = [function(element) for element in x.ravel()]
    return np.array(flat + [None], object)[:-1].reshape(x.shape)


#===-----------------------------------------------------------------------===#
# Strings
#===-----------------------------------------------------------------------===#

TEXTS = ("Straße", "ΟΔΟΣ", "ÇA va", "", "iI", "ﬃ", "Ünïcödé", "日本語")


def normalizer(x, reference, **attributes):
    return (node("StringNormalizer", ["x"], **attributes), {"x": x}, {"y": STRING}, reference, 10)


@case
def text_lower():
    """With what Python knows of Unicode, the sigma at the end of a word included."""
    return normalizer(strings(*TEXTS), lambda x: each(str.lower, x), case_change_action="LOWER")


@case
def text_upper():
    """Some characters become several."""
    return normalizer(strings(*TEXTS).reshape(1, -1), lambda x: each(str.upper, x),
                      case_change_action="UPPER")


@case
def text_of_a_language():
    """The i without a dot is another letter than the one with."""
    def reference(x):
        return each(lambda text: text.replace("i", "İ").replace("ı", "I").upper(), x)
    return normalizer(strings("izin", "ılık", "İ"), reference, locale="tr_TR.UTF-8",
                      case_change_action="UPPER")


@case
def text_stop_words():
    """What is left over keeps its case, also where case does not matter for the words."""
    def reference(x):
        words = {"STRASSE".casefold(), "the"}
        return np.array([text for text in x if text.casefold() not in words], object)
    return normalizer(strings("Straße", "The", "Thé", "straSSe", "", "the", "Street"), reference,
                      stopwords=["STRASSE", "the"])


@case
def text_stop_words_of_a_language():
    """I is no i there."""
    return normalizer(strings("IN", "in", "ın", "İN"), lambda x: x[[0, 2]],
                      locale="tr", stopwords=["in"])


@case
def text_stop_words_exactly():
    return normalizer(strings("The", "the", "THE").reshape(1, 3),
                      lambda x: each(str.lower, x[:, [0, 2]]), is_case_sensitive=1,
                      stopwords=["the"], case_change_action="LOWER")


@case
def text_nothing_left():
    return normalizer(strings("a", "A").reshape(1, 2), lambda x: strings("").reshape(1, 1),
                      stopwords=["a"])


@case
def text_concat():
    def reference(a, b):
        return a + b
    return (node("StringConcat", ["a", "b"]),
            {"a": strings("é", "", "ab").reshape(3, 1), "b": strings("", "ö", "ab", "ö")},
            {"y": STRING}, reference, 20)


def split(x, delimiter=None, most=None):
    """As Python does; with blanks, none are left behind the last part either."""
    attributes = {} if delimiter is None else {"delimiter": delimiter}
    attributes |= {} if most is None else {"maxsplit": most}

    def reference(x):
        parts = each(lambda text: (text if delimiter else text.strip()).split(
            delimiter or None, -1 if most is None else most), x)
        width = max((len(part) for part in parts.ravel()), default=0)
        rows = [part + [""] * (width - len(part)) for part in parts.ravel()]
        return (np.array(rows, object).reshape(x.shape + (width,)),
                each(len, parts).astype(np.int64))
    return (node("StringSplit", ["x"], ["y", "n"], **attributes), {"x": x},
            {"y": STRING, "n": INT64}, reference, 20)


@case
def text_split_at_blanks():
    return split(strings("  a\tb\u3000c \n", "", " \t", "日本 語", "x"))


@case
def text_split_at_blanks_once():
    return split(strings(" a  b  c  ", "a", "").reshape(3, 1), most=1)


@case
def text_split_never():
    return split(strings(" a  b ", ""), "", 0)


@case
def text_split():
    return split(strings("a--b", "--", "", "---", "a-b").reshape(1, 5), "--")


@case
def text_split_twice():
    return split(strings("ababab", "b", "abab"), "ab", 2)


@case
def text_regex():
    pattern = r"(?i)(ä+|\pL{2}[0-9]*)"
    texts = strings("äää", "ÄÄä", "ab12", "ab ", "", "a").reshape(2, 3)

    def reference(x):
        return each(lambda text: bool(re.fullmatch(r"(?i)(ä+|[^\W\d_]{2}[0-9]*)", text)),
                    x).astype(bool)
    return node("RegexFullMatch", ["x"], pattern=pattern), {"x": texts}, {"y": BOOL}, reference, 20


def count_grams(x, pool, starts, columns, longest, shortest, skips):
    """Rows of counts, straight from the text."""
    bounds = list(starts) + [len(pool)]
    grams = [tuple(pool[at:at + n + 1]) for n, start in enumerate(starts)
             for at in range(start, bounds[n + 1], n + 1)]
    rows = np.zeros((len(x), max(columns) + 1), np.float32)
    for row, tokens in zip(rows, x):
        for n in range(shortest, longest + 1):
            for step in range(1, (skips if n > 1 else 0) + 2):
                for at in range(len(tokens) - (n - 1) * step):
                    found = tuple(tokens[at:at + (n - 1) * step + 1:step])
                    if found in grams:
                        row[columns[grams.index(found)]] += 1
    return rows


@case
def text_ngrams():
    pool, starts, columns = ["a", "ö", "a", "a", "ö", "c"], [0, 2], [3, 0, 1, 4]

    def reference(x):
        counts = count_grams(x, pool, starts, columns, 2, 1, 2)
        weights = np.zeros(5, np.float32)
        weights[columns] = [1, 2, 3, 4]
        return counts * weights
    return (node("TfIdfVectorizer", ["x"], mode="TFIDF", min_gram_length=1, max_gram_length=2,
                 max_skip_count=2, ngram_counts=starts, ngram_indexes=columns,
                 pool_strings=pool, weights=[1.0, 2.0, 3.0, 4.0]),
            {"x": strings("a", "a", "ö", "c", "", "ö", "b", "c").reshape(2, 4)}, {"y": FLOAT},
            reference, 9)


#===-----------------------------------------------------------------------===#
# Labels
#===-----------------------------------------------------------------------===#

def tensor(values, dtype):
    return numpy_helper.from_array(np.array(values, dtype))


def text_tensor(values):
    return helper.make_tensor("", STRING, [len(values)], [text.encode() for text in values])


def encoder(x, table, otherwise, kind, version, **attributes):
    """`table` is what the attributes say."""
    def reference(x):
        keys = x.detach().numpy() if isinstance(x, torch.Tensor) else x

        def find(key):
            for other, value in table.items():
                if key == other or key != key and other != other:
                    return value
            return otherwise
        dtype = {STRING: object, FLOAT: np.float32, DOUBLE: np.float64, INT16: np.int16,
                 INT64: np.int64}[kind]
        return each(find, keys).astype(dtype)
    return (ml("LabelEncoder", ["x"], **attributes), {"x": x}, {"y": kind}, reference, version)


@case
def labels_from_floats():
    """NaN is found, and so is a zero of either sign; nothing is known of the data."""
    x = np.array([[np.nan, 0.1, -0.0], [7, -np.inf, 0]], np.float32)
    return encoder(x, {math.nan: 5.0, np.float32(0.1): 0.3, 0.0: -1.0, -math.inf: math.inf}, 2.5,
                   FLOAT, 2, keys_floats=[math.nan, 0.1, 0.0, -math.inf],
                   values_floats=[5.0, 0.3, -1.0, math.inf], default_float=2.5)


@case
def labels_beyond_doubles():
    """Integers are compared and kept exactly."""
    big = 2 ** 62 + 1
    return encoder(np.array([big, big - 1, 3]), {big: big - 2, 3: 4}, -1, INT64, 4,
                   keys_int64s=[big, 3], values_int64s=[big - 2, 4])


@case
def labels_of_integers():
    """The result is strings although the operand is data."""
    return encoder(np.array([3, 0, -1, 3]), {0: "ö", 3: "", -1: "c"}, "other", STRING, 2,
                   keys_int64s=[0, 3, -1], values_strings=["ö", "", "c"], default_string="other")


@case
def labels_by_default():
    return encoder(np.array(8), {3: "c"}, "_Unused", STRING, 4, keys_int64s=[3],
                   values_strings=["c"])


@case
def labels_in_tensors():
    x = np.array([0.1, math.nan, 2])
    return encoder(x, {0.1: 3, math.nan: -4}, 9, INT16, 4,
                   keys_tensor=tensor([0.1, math.nan], np.float64),
                   values_tensor=tensor([3, -4], np.int16),
                   default_tensor=tensor([9], np.int16))


@case
def labels_from_strings():
    return encoder(strings("ä", "b", "").reshape(3, 1), {"ä": 0.5, "": -2.0}, 0.0, DOUBLE, 4,
                   keys_tensor=text_tensor(["ä", ""]),
                   values_tensor=tensor([0.5, -2], np.float64))


@case
def labels_between_strings():
    return encoder(strings("a", "b", "c"), {"a": "b", "b": "a"}, "_Unused", STRING, 4,
                   keys_strings=["a", "b"], values_tensor=text_tensor(["b", "a"]))


@case
def labels_twice_the_same():
    return encoder(np.array([1, 2]), {1: 5.0, 2: 7.0}, 0.0, FLOAT, 4, keys_int64s=[1, 2, 1],
                   values_floats=[5.0, 7.0, 5.0])


@case
def labels_of_old():
    """The last one of two that are the same, in the first version."""
    return encoder(strings("b", "a", "x"), {"a": 2, "b": 1}, 7, INT64, 1,
                   classes_strings=["a", "b", "a"], default_int64=7)


@case
def labels_of_old_positions():
    return encoder(np.array([2, 5, 0]), {0: "a", 2: "c"}, "none", STRING, 1,
                   classes_strings=["a", "b", "c"], default_string="none")


@case
def labels_of_categories():
    made = encoder(np.array([[5], [-3]]), {5: "e", -3: "m"}, "none", STRING, 1)
    return (ml("CategoryMapper", ["x"], cats_int64s=[5, -3], cats_strings=["e", "m"],
               default_string="none"), *made[1:])


@case
def labels_to_categories():
    made = encoder(strings("m", "q"), {"e": 5, "m": -3}, -7, INT64, 1)
    return (ml("CategoryMapper", ["x"], cats_int64s=[5, -3], cats_strings=["e", "m"],
               default_int64=-7), *made[1:])


#===-----------------------------------------------------------------------===#
# Features
#===-----------------------------------------------------------------------===#

@case
def features_scaled():
    def reference(x):
        return (x - torch.tensor([1.0, -2, 0.5])) * torch.tensor([2.0, 3, 0.25])
    return (ml("Scaler", ["x"], offset=[1.0, -2.0, 0.5], scale=[2.0, 3.0, 0.25]),
            {"x": floats(4, 3)}, {"y": FLOAT}, reference, 1)


@case
def features_scaled_integers():
    return (ml("Scaler", ["x"], offset=[1.0], scale=[0.25]), {"x": np.array([[5, -3]])},
            {"y": FLOAT}, lambda x: (x - 1.0) * 0.25, 1)


def normalized(norm, divisor):
    x = floats(3, 4)
    x[1] = 0  # stays
    return (ml("Normalizer", ["x"], norm=norm), {"x": x}, {"y": FLOAT},
            lambda x: torch.cat([x[:1] / divisor(x[:1]), x[1:2], x[2:] / divisor(x[2:])]), 1)


@case
def features_by_maximum():
    return normalized("MAX", lambda x: x.max(1, keepdim=True).values)


@case
def features_by_sum():
    return normalized("L1", lambda x: x.abs().sum(1, keepdim=True))


@case
def features_by_length():
    return normalized("L2", lambda x: (x * x).sum(1, keepdim=True).sqrt())


@case
def features_imputed():
    x = floats(4, 3)
    x[0, 1] = x[3, 0] = math.nan
    return (ml("Imputer", ["x"], imputed_value_floats=[1.0, 2.0, 3.0],
               replaced_value_float=math.nan), {"x": x}, {"y": FLOAT},
            lambda x: torch.where(x.isnan(), torch.tensor([1.0, 2, 3], dtype=x.dtype), x), 1)


@case
def features_imputed_integers():
    return (ml("Imputer", ["x"], imputed_value_int64s=[2 ** 62 + 1], replaced_value_int64=-1),
            {"x": np.array([[-1, 4], [1, -1]])}, {"y": INT64},
            lambda x: torch.where(x == -1, torch.tensor(2 ** 62 + 1), x), 1)


@case
def features_one_hot():
    """Floats are cut off."""
    return (ml("OneHotEncoder", ["x"], cats_int64s=[3, -1, 0]),
            {"x": np.array([[3.9, -1], [0.5, 7]], np.float32)}, {"y": FLOAT},
            lambda x: (x.detach().trunc()[..., None] == torch.tensor([3, -1, 0])).double(), 1)


@case
def features_one_hot_strings():
    def reference(x):
        return np.array([[text == label for label in ("b", "ä")] for text in x], np.float32)
    return (ml("OneHotEncoder", ["x"], cats_strings=["b", "ä"]), {"x": strings("ä", "", "b")},
            {"y": FLOAT}, reference, 1)


@case
def features_joined():
    def reference(a, b, c):
        return torch.cat([a[:, :1], b[None], torch.nn.functional.pad(c, (0, 2))], 1)
    return (ml("FeatureVectorizer", ["a", "b", "c"], inputdimensions=[1, 2, 5]),
            {"a": floats(1, 2), "b": floats(2), "c": floats(1, 3)}, {"y": FLOAT}, reference, 1)


@case
def features_taken_strings():
    return (ml("ArrayFeatureExtractor", ["x", "i"]),
            {"x": strings(*"abcdef").reshape(2, 3), "i": np.array([2, 0])}, {"y": STRING},
            lambda x, i: x[:, [2, 0]], 1)


#===-----------------------------------------------------------------------===#
# Linear models
#===-----------------------------------------------------------------------===#

WEIGHTS = [0.5, -1.0, 2.0, 0.25, 1.5, -0.75, 1.0, 1.0, -2.0]
BIASES = [0.5, -0.25, 0.125]


def get_scores(x):
    return (x.double() @ torch.tensor(WEIGHTS).reshape(3, 3).double().T
            + torch.tensor(BIASES).double())


@case
def linear_regression():
    return (ml("LinearRegressor", ["x"], coefficients=WEIGHTS, intercepts=BIASES, targets=3),
            {"x": floats(4, 3)}, {"y": FLOAT}, get_scores, 1)


@case
def linear_regression_of_one_row():
    def reference(x):
        return torch.sigmoid(x.double() @ torch.tensor(WEIGHTS[:3]).double())[None, None]
    return (ml("LinearRegressor", ["x"], coefficients=WEIGHTS[:3], post_transform="LOGISTIC"),
            {"x": floats(3)}, {"y": FLOAT}, reference, 1)


@case
def linear_classes():
    def reference(x):
        scores = get_scores(x)
        labels = [["a", "ö", "c"][best] for best in scores.argmax(1)]
        return strings(*labels), torch.softmax(scores, 1)
    return (ml("LinearClassifier", ["x"], ["y", "z"], coefficients=WEIGHTS, intercepts=BIASES,
               classlabels_strings=["a", "ö", "c"], post_transform="SOFTMAX"),
            {"x": floats(5, 3)}, {"y": STRING, "z": FLOAT}, reference, 1)


@case
def linear_classes_of_integers():
    def reference(x):
        scores = get_scores(x)
        return torch.tensor([7, -1, 2 ** 60 + 1])[scores.argmax(1)], scores
    return (ml("LinearClassifier", ["x"], ["y", "z"], coefficients=WEIGHTS, intercepts=BIASES,
               classlabels_ints=[7, -1, 2 ** 60 + 1]),
            {"x": np.array([[1, 2, 3], [3, -4, 0]])}, {"y": INT64, "z": FLOAT}, reference, 1)


@case
def linear_classes_of_one_score():
    def reference(x):
        score = x.double() @ torch.tensor(WEIGHTS[:3]).double() + 0.5
        both = torch.sigmoid(torch.stack([-score, score], 1))
        return torch.tensor([4, 9])[(score > 0).long()], both
    return (ml("LinearClassifier", ["x"], ["y", "z"], coefficients=WEIGHTS[:3], intercepts=[0.5],
               classlabels_ints=[4, 9], post_transform="LOGISTIC"),
            {"x": floats(6, 3)}, {"y": INT64, "z": FLOAT}, reference, 1)


#===-----------------------------------------------------------------------===#
# Trees
#===-----------------------------------------------------------------------===#

HOLDS = {"BRANCH_LEQ": np.less_equal, "BRANCH_LT": np.less, "BRANCH_GTE": np.greater_equal,
         "BRANCH_GT": np.greater, "BRANCH_EQ": np.equal, "BRANCH_NEQ": np.not_equal}


def make_forest(votes_of, seed=0, modes=tuple(HOLDS), depth=3):
    """Two full trees and one that is a leaf: [tree, number, feature, mode, split, missing, true,
    false], and the votes [tree, number, target, weight] of the leaves."""
    random = np.random.default_rng(seed)
    nodes, votes = [], []
    for tree, levels in ((4, depth), (1, depth - 1), (7, 0)):
        inner = 2 ** levels - 1
        for number in range(2 * inner + 1):
            is_leaf = number >= inner
            mode = "LEAF" if is_leaf else str(random.choice(modes))
            nodes.append((tree, number, int(random.integers(3)), mode,
                          float(random.integers(-2, 3)) / 2, int(random.integers(2)),
                          0 if is_leaf else 2 * number + 2, 0 if is_leaf else 2 * number + 1))
            if is_leaf:
                votes += [(tree, number, *vote) for vote in votes_of(random)]
    return nodes, votes


def find_votes(nodes, votes, row):
    """The votes of the leaves of one row."""
    table = {node[:2]: node[2:] for node in nodes}
    for tree in dict.fromkeys(node[0] for node in nodes):
        number = 0
        while table[tree, number][1] != "LEAF":
            feature, mode, split, missing, on_true, on_false = table[tree, number]
            value = row[feature]
            holds = HOLDS[mode](value, split) or (missing and value != value)
            number = on_true if holds else on_false
        yield [vote[2:] for vote in votes if vote[:2] == (tree, number)]


def get_rows():
    """Halves, so that splits are met; one is missing."""
    x = rng.integers(-3, 4, (12, 3)).astype(np.float32) / 2
    x[1, 0] = x[2] = math.nan
    return x


def forest_attributes(nodes, votes, stem):
    names = ("treeids", "nodeids", "featureids", "modes", "values", "missing_value_tracks_true",
             "truenodeids", "falsenodeids")
    made = {f"nodes_{name}": list(column) for name, column in zip(names, zip(*nodes))}
    for name, column in zip(("treeids", "nodeids", "ids", "weights"), zip(*votes)):
        made[f"{stem}_{name}"] = list(column)
    return made


def regression(aggregate, votes_of, combine, targets, version=1, **changes):
    nodes, votes = make_forest(votes_of)
    base = [0.5, -1.0][:targets]

    def reference(x):
        rows = []
        for row in x.detach().numpy():
            found = list(find_votes(nodes, votes, row))
            rows.append([combine([weight for vote in found for target, weight in vote
                                  if target == wanted], len(found)) + base[wanted]
                         for wanted in range(targets)])
        return torch.tensor(rows)
    attributes = forest_attributes(nodes, votes, "target") | changes
    if version == 3:
        for name in ("nodes_values", "target_weights"):
            attributes[name + "_as_tensor"] = tensor(attributes.pop(name), np.float64)
    return (ml("TreeEnsembleRegressor", ["x"], aggregate_function=aggregate, n_targets=targets,
               base_values=base, **attributes),
            {"x": get_rows()}, {"y": FLOAT}, reference, version)


def one_vote(random):
    return [(0, float(random.integers(-9, 9)))]


def some_votes(random):
    """Of two targets, none or more."""
    return [(int(random.integers(2)), float(random.integers(-9, 9)))
            for _ in range(random.integers(3))]


@case
def trees_sum():
    return regression("SUM", some_votes, lambda weights, count: sum(weights), 2)


@case
def trees_average():
    return regression("AVERAGE", some_votes, lambda weights, count: sum(weights) / count, 2, 3)


@case
def trees_least():
    return regression("MIN", one_vote, lambda weights, count: min(weights), 1)


@case
def trees_most():
    return regression("MAX", one_vote, lambda weights, count: max(weights), 1)


def classification(votes_of, scores_of, labels, transform, version=1):
    nodes, votes = make_forest(votes_of, 1)

    def reference(x):
        scores = torch.tensor([scores_of([vote for found in find_votes(nodes, votes, row)
                                          for vote in found])
                               for row in x.detach().numpy()], dtype=torch.float64)
        names = np.array(labels, object if isinstance(labels[0], str) else np.int64)
        return names[scores.argmax(1).numpy()], transform(scores)
    labels_of = {"classlabels_strings" if isinstance(labels[0], str)
                 else "classlabels_int64s": labels}
    name = {torch.sigmoid: "LOGISTIC", torch.Tensor.double: "NONE"}.get(transform, "SOFTMAX")
    kind = STRING if isinstance(labels[0], str) else INT64
    return (ml("TreeEnsembleClassifier", ["x"], ["y", "z"], post_transform=name, **labels_of,
               **forest_attributes(nodes, votes, "class")),
            {"x": get_rows()}, {"y": kind, "z": FLOAT}, reference, version)


@case
def trees_of_classes():
    def votes_of(random):
        return [(target, float(random.random())) for target in range(3)]
    return classification(
        votes_of, lambda votes: [sum(weight for target, weight in votes if target == wanted)
                                 for wanted in range(3)],
        ["a", "ö", "c"], lambda scores: torch.softmax(scores, 1))


@case
def trees_of_logits():
    """All votes are for what is the second class."""
    def scores_of(votes):
        total = sum(weight for _, weight in votes)
        return [-total, total]
    return classification(lambda random: [(0, float(random.standard_normal()))], scores_of,
                          [5, -7], torch.sigmoid)


@case
def trees_of_shares():
    def scores_of(votes):
        total = sum(weight for _, weight in votes)
        return [1 - total, total]
    return classification(lambda random: [(0, float(random.random()) / 3)], scores_of,
                          ["no", "yes"], torch.Tensor.double, 3)


@case
def trees_of_sets():
    """The newest form: members of sets, one of them empty."""
    sets = [[1.5, -0.5, 0], [], [0.5]]

    def reference(x):
        rows = []
        for a, b, c in x.detach().numpy():
            missing = a != a
            if a in sets[0] or missing:
                leaf = 0 if b in sets[1] else 1
            else:
                leaf = 2 if c in sets[2] else 3
            rows.append([[4.0, 0], [0, 3.0], [-1.0, 0], [0, 0.25]][leaf])
        return torch.tensor(rows)
    members = np.array([value for each in sets for value in [*each, math.nan]], np.float32)
    return (ml("TreeEnsemble", ["x"], tree_roots=[0], n_targets=2, aggregate_function=1,
               nodes_featureids=[0, 1, 2], nodes_modes=tensor([6, 6, 6], np.uint8),
               nodes_splits=tensor([0, 0, 0], np.float32), membership_values=tensor(members, np.float32),
               nodes_truenodeids=[1, 0, 2], nodes_falsenodeids=[2, 1, 3], nodes_trueleafs=[0, 1, 1],
               nodes_falseleafs=[0, 1, 1], nodes_missing_value_tracks_true=[1, 0, 0],
               leaf_targetids=[0, 1, 0, 1], leaf_weights=tensor([4, 3, -1, 0.25], np.float32)),
            {"x": get_rows()}, {"y": FLOAT}, reference, 5)


#===-----------------------------------------------------------------------===#
# Support vectors
#===-----------------------------------------------------------------------===#

def get_kernels(kind, x, vectors, gamma=0.5, shift=0.25, degree=3):
    products = x @ vectors.T
    if kind == "RBF":
        return torch.exp(-gamma * ((x[:, None] - vectors) ** 2).sum(2))
    return {"LINEAR": products, "POLY": (products * gamma + shift) ** degree,
            "SIGMOID": torch.tanh(products * gamma + shift)}[kind]


def support_regression(kind, **attributes):
    vectors, coefficients = floats(4, 3), floats(4)

    def reference(x):
        kernels = get_kernels(kind, x, torch.tensor(vectors).double())
        return (kernels @ torch.tensor(coefficients).double() + 0.5)[:, None]
    return (ml("SVMRegressor", ["x"], kernel_type=kind, kernel_params=[0.5, 0.25, 3.0],
               n_supports=4, rho=[0.5], support_vectors=vectors.ravel().tolist(),
               coefficients=coefficients.tolist(), **attributes),
            {"x": floats(5, 3)}, {"y": FLOAT}, reference, 1)


@case
def support_linear():
    return support_regression("LINEAR")


@case
def support_polynomial():
    return support_regression("POLY")


@case
def support_radial():
    return support_regression("RBF")


@case
def support_sigmoid():
    return support_regression("SIGMOID")


@case
def support_without_vectors():
    """One class: inside or not."""
    def reference(x):
        inside = x.double() @ torch.tensor([1.0, -2, 0.5]).double() + 0.5 > 0
        return torch.where(inside, 1.0, -1.0)[:, None]
    return (ml("SVMRegressor", ["x"], coefficients=[1.0, -2.0, 0.5], rho=[0.5], one_class=1),
            {"x": floats(6, 3)}, {"y": FLOAT}, reference, 1)


@case
def support_classes():
    """Each class against each other; who wins most is it, the first of equals."""
    counts, labels = [2, 1, 3], ["a", "ö", "c"]
    vectors, rho = floats(6, 3), floats(3)
    coefficients = floats(2, 6)

    def reference(x):
        kernels = get_kernels("RBF", x, torch.tensor(vectors).double())
        parts = [range(0, 2), range(2, 3), range(3, 6)]
        scores, votes = [], torch.zeros(len(x), 3)
        for number, (i, j) in enumerate([(0, 1), (0, 2), (1, 2)]):
            score = float(rho[number]) + sum(
                float(coefficients[j - 1, k]) * kernels[:, k] for k in parts[i]) + sum(
                float(coefficients[i, k]) * kernels[:, k] for k in parts[j])
            votes[:, i] += score > 0
            votes[:, j] += ~(score > 0)
            scores.append(score)
        return strings(*(labels[best] for best in votes.argmax(1))), torch.stack(scores, 1)
    return (ml("SVMClassifier", ["x"], ["y", "z"], kernel_type="RBF", kernel_params=[0.5, 0.0, 3.0],
               rho=rho.tolist(), support_vectors=vectors.ravel().tolist(),
               vectors_per_class=counts, coefficients=coefficients.ravel().tolist(),
               classlabels_strings=labels),
            {"x": floats(7, 3)}, {"y": STRING, "z": FLOAT}, reference, 1)


#===-----------------------------------------------------------------------===#
# The runner
#===-----------------------------------------------------------------------===#

def to_proto(array, name):
    if array.dtype != object:
        return numpy_helper.from_array(np.asarray(array), name)
    return helper.make_tensor(name, STRING, array.shape, [text.encode() for text in array.ravel()])


def to_array(proto):
    if proto.data_type != STRING:
        return numpy_helper.to_array(proto)
    texts = [text.decode() for text in proto.string_data]
    return np.array(texts + [None], object)[:-1].reshape(tuple(proto.dims))


def save(path, name, array):
    with open(path, "wb") as file:
        file.write(to_proto(np.asarray(array), name).SerializeToString())


def load(path):
    proto = onnx.TensorProto()
    with open(path, "rb") as file:
        proto.ParseFromString(file.read())
    return proto.name, proto


def make_model(made, inputs, outputs, opset, is_known=False):
    """The operator sets of the node's domain and of the other one."""
    infos = [helper.make_tensor_value_info(name, to_proto(array, name).data_type, array.shape)
             for name, array in inputs.items()]
    known = [to_proto(array, name) for name, array in inputs.items()]
    graph = helper.make_graph(
        [made], "g", [] if is_known else infos,
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs.items()],
        known if is_known else [])
    opsets = [helper.make_opsetid("", 20)]
    opsets = ([helper.make_opsetid("ai.onnx.ml", opset), *opsets] if made.domain
              else [helper.make_opsetid("", opset)])
    return helper.make_model(graph, opset_imports=opsets)


def plant(array):
    """Another element where there is one."""
    changed = array.copy()
    if array.size:
        flat = changed.reshape(-1)
        if array.dtype == object:
            flat[0] += "x"
        else:
            flat[0] = not flat[0] if array.dtype == bool else flat[0] + 1
    return changed


def compare(name, kind, proto, expected):
    found = to_array(proto)
    if proto.data_type != kind or found.shape != expected.shape:
        return [f"{name}: expected type {kind} {expected.shape}, got type {proto.data_type} "
                f"{found.shape}"]
    if kind in (FLOAT, DOUBLE):
        same = np.allclose(found, expected, rtol=1e-6, atol=1e-6, equal_nan=True)
    else:
        same = np.array_equal(found, expected)
    return [] if same else [f"{name}: expected {expected.tolist()}, got {found.tolist()}"]


def get_gap(found, expected):
    scale = max(np.linalg.norm(expected.ravel()), 1e-300)
    gap = np.linalg.norm((found.astype(np.float64) - expected).ravel())
    return gap / scale if np.any(expected) else gap


def check_gradients(pc_run, path, data, out, tensors, results, outputs):
    """In f64, of the outputs that have a derivative."""
    total = 0
    for i, (name, result) in enumerate(zip(outputs, results)):
        if isinstance(result, torch.Tensor) and outputs[name] == FLOAT:
            cotangent = floats(*result.shape)
            total = total + (torch.tensor(cotangent) * result).sum()
            save(os.path.join(data, f"cotangent_{i}.pb"), name, cotangent)
        elif outputs[name] == FLOAT:
            save(os.path.join(data, f"cotangent_{i}.pb"), name,
                 np.ones(np.shape(result), np.float32))
    if isinstance(total, torch.Tensor) and total.requires_grad:
        total.backward()
    process = subprocess.run([pc_run, path, "--data", data, "--out", out, "--grad", "--float=f64",
                              "--schedule=fixed-exact"], capture_output=True, text=True)
    if process.returncode:
        return [process.stderr.strip()]
    found = dict(load(os.path.join(out, file)) for file in os.listdir(out)
                 if file.startswith("grad_"))
    failures = []
    for name, leaf in tensors.items():
        expected = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()
        if name not in found:
            failures += [f"no gradient of {name}"] if np.any(expected) else []
            continue
        gap = get_gap(numpy_helper.to_array(found[name]), expected)
        failures += [] if gap <= 1e-9 else [f"gradient of {name}: relative distance {gap:.3g}"]
    return failures


def run(pc_run, function, is_planted):
    made, inputs, outputs, reference, opset = function()
    given = {name: array if array.dtype == object else torch.tensor(array)
             for name, array in inputs.items()}
    leaves = {name: given[name].double().requires_grad_() for name, array in inputs.items()
              if array.dtype == np.float32}
    results = reference(**(given | leaves))
    results = results if isinstance(results, (list, tuple)) else [results]
    with tempfile.TemporaryDirectory() as work:
        data, out, path = (os.path.join(work, name) for name in ("data", "out", "model.onnx"))
        os.mkdir(data)
        onnx.save(make_model(made, inputs, outputs, opset), path)
        for i, (name, array) in enumerate(inputs.items()):
            save(os.path.join(data, f"input_{i}.pb"), name, array)
        process = subprocess.run([pc_run, path, "--data", data, "--out", out],
                                 capture_output=True, text=True)
        if process.returncode:
            return [process.stderr.strip()]
        failures = []
        for i, ((name, kind), result) in enumerate(zip(outputs.items(), results)):
            expected = result.detach().numpy() if isinstance(result, torch.Tensor) else result
            expected = plant(expected) if is_planted else expected
            failures += compare(name, kind, load(os.path.join(out, f"output_{i}.pb"))[1], expected)
        if leaves and not is_planted and FLOAT in outputs.values():
            failures += check_gradients(pc_run, path, data, os.path.join(work, "grad"), leaves,
                                        results, outputs)
    return failures


# A case, and attributes in the place of its own; None takes one away.
WRONG = (
    ("text_lower", {"locale": "Turkish_Turkey.1254"}),
    ("text_lower", {"case_change_action": "TITLE"}),
    ("text_stop_words", {"stopwords": [b"a", b"\xff"]}),
    ("text_regex", {"pattern": "(a"}),
    ("text_regex", {"pattern": r"\pL{999}"}),
    ("text_regex", {"pattern": "(?=a)"}),
    ("text_regex", {"pattern": None}),
    ("text_split", {"delimiter": b"\xc3"}),
    ("text_split", {"delimiter": 3}),
    ("text_ngrams", {"pool_int64s": [1, 2, 1, 1, 2, 3]}),
    ("text_ngrams", {"pool_int64s": [1, 2, 1, 1, 2, 3], "pool_strings": None}),
    ("text_ngrams", {"pool_strings": ["a", "b", "c"]}),
    ("labels_of_integers", {"keys_floats": [1.0, 2.0, 3.0]}),
    ("labels_of_integers", {"keys_int64s": None}),
    ("labels_of_integers", {"keys_int64s": [1, 2]}),
    ("labels_of_integers", {"keys_int64s": [0, 3, 0]}),
    ("labels_of_integers", {"keys_int64s": None, "keys_strings": ["a", "b", "c"]}),
    ("labels_in_tensors", {"keys_tensor": tensor([1, 2], np.float16)}),
    ("labels_in_tensors", {"default_tensor": tensor([9], np.int32)}),
    ("labels_in_tensors", {"default_tensor": tensor([9, 9], np.int16)}),
    ("labels_of_categories", {"cats_strings": ["e"]}),
    ("features_scaled", {"scale": [1.0, 2.0]}),
    ("features_by_sum", {"norm": "L3"}),
    ("features_imputed", {"imputed_value_floats": None, "imputed_value_int64s": [1]}),
    ("features_one_hot", {"cats_int64s": [1, 1]}),
    ("features_one_hot", {"zeros": 0}),
    ("features_one_hot_strings", {"zeros": 0}),
    ("features_joined", {"inputdimensions": [1, 2]}),
    ("features_joined", {"inputdimensions": [1, -2, 3]}),
    ("linear_regression", {"targets": 2}),
    ("linear_regression", {"intercepts": [1.0]}),
    ("linear_regression", {"post_transform": "PROBIT"}),
    ("linear_classes", {"classlabels_ints": [1, 2, 3]}),
    ("linear_classes_of_one_score", {"post_transform": "NONE"}),
    ("support_radial", {"kernel_type": "WAVELET"}),
    ("support_radial", {"kernel_params": [1.0]}),
    ("support_radial", {"support_vectors": [1.0, 2.0]}),
    ("support_radial", {"coefficients": [1.0]}),
    ("support_radial", {"post_transform": "LOGISTIC"}),
    ("support_polynomial", {"kernel_params": [1.0, 1.0, 0.5]}),
    ("support_classes", {"vectors_per_class": [6]}),
    ("support_classes", {"vectors_per_class": [-1, 2, 5]}),
    ("support_classes", {"classlabels_strings": ["a", "b"]}),
    ("support_classes", {"prob_a": [1.0, 1.0, 1.0]}),
    ("support_classes", {"post_transform": "SOFTMAX"}),
    ("trees_sum", {"nodes_modes": ["BRANCH_LEQ"]}),
    ("trees_sum", {"nodes_modes": ["BRANCH_MEMBER"] * 23}),
    ("trees_sum", {"nodes_nodeids": [0] * 23}),
    ("trees_sum", {"nodes_treeids": [1, 2] * 11 + [3]}),
    ("trees_sum", {"nodes_truenodeids": [0] * 23}),
    ("trees_sum", {"nodes_truenodeids": [99] * 23}),
    ("trees_sum", {"nodes_featureids": [3] * 23}),
    ("trees_sum", {"n_targets": 1}),
    ("trees_sum", {"base_values": [1.0, 2.0, 3.0]}),
    ("trees_sum", {"aggregate_function": "MEDIAN"}),
    ("trees_sum", {"aggregate_function": "MIN"}),
    ("trees_sum", {"target_ids": [0]}),
    ("trees_of_classes", {"classlabels_strings": ["a"], "class_ids": [0] * 39}),
    ("trees_of_logits", {"post_transform": "NONE"}),
    ("trees_of_shares", {"post_transform": "LOGISTIC"}),
    ("trees_of_sets", {"membership_values": tensor([1, 2], np.float32)}),
    ("trees_of_sets", {"aggregate_function": 4}),
)


def print_wrong(pc_run, only):
    for name, changes in WRONG:
        if not re.search(only, name):
            continue
        made, inputs, outputs, _, opset = CASES[name]()
        for key, changed in changes.items():
            kept = [attribute for attribute in made.attribute if attribute.name != key]
            del made.attribute[:]
            made.attribute.extend(kept)
            if changed is not None:
                made.attribute.append(helper.make_attribute(key, changed))
        with tempfile.TemporaryDirectory() as work:
            path = os.path.join(work, "model.onnx")
            onnx.save(make_model(made, inputs, outputs, opset), path)
            for i, (key, array) in enumerate(inputs.items()):
                save(os.path.join(work, f"input_{i}.pb"), key, array)
            process = subprocess.run([pc_run, path, "--data", work, "--out", work + "/out"],
                                     capture_output=True, text=True)
        lines = process.stderr.strip().splitlines() or ["nothing"]
        print(name, ", ".join(changes), process.returncode, lines[-1].split("error: ")[-1].strip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pc-run", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--plant", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    if options.wrong:
        print_wrong(options.pc_run, options.only)
        return 0
    failed = 0
    chosen = {name: f for name, f in CASES.items() if re.search(options.only, name)}
    for name, function in chosen.items():
        failures = run(options.pc_run, function, options.plant)
        failed += bool(failures)
        print(f"{name}: {'; '.join(failures) or 'fine'}")
    print(f"{len(chosen) - failed} of {len(chosen)} fine")
    return 1 if failed or not chosen else 0


def write_models(folder, names):
    for name in names:
        made, inputs, outputs, _, opset = CASES[name]()
        onnx.save(make_model(made, inputs, outputs, opset, is_known=True),
                  os.path.join(folder, name + ".onnx"))


if __name__ == "__main__":
    if sys.argv[1] == "models":
        sys.exit(write_models(sys.argv[2], sys.argv[3:]))
    sys.exit(main())
