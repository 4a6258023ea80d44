# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of the paper, each trained by reverse mode and by predictive
coding from the same weights, on the same samples in the same order."""

import dataclasses

import torch

import data
import models
import plot
from tools import ToolError, missing, read_table

SCHEDULES = ["backprop", "fixed", "fixed-exact", "strict"]

# Reverse mode once more in f64: what rounding alone does to the curve.
CONTROL = "backprop in f64"

# Distance of loss curves, in units of the loss of the first epoch: gradients of
# `fixed` are within 1e-4, and those of `fixed-exact` within rounding.
CURVE_TOLERANCE = 1e-4
# The long run of the convolutional network takes large steps, at the border of
# stability: rounding alone moves its curve by some 5e-3 (CONTROL shows it).
LONG_CNN_TOLERANCE = 1e-2
# Sums of up to some thousand f32 products in another order, through the depth.
ROUNDING = 1e-5
# Error that `fixed` may leave in a gradient where no closed form says how much.
GRADIENT_TOLERANCE = 1e-4


@dataclasses.dataclass
class Experiment:
    name: str
    title: str
    text: str
    model: models.Export
    data: object  # folder
    learn: list  # flags of loss, optimizer, batch, epochs
    fixed: list  # flags of the schedule `fixed`
    curve_tolerance: float
    # Parameter -> relative error that the closed form of `fixed` predicts.
    predicted: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Run:
    schedule: str
    epochs: list
    divergences: list  # rows of epoch, parameter, relative_l2, ...
    failure: str = ""

    def losses(self):
        return [row["loss"] for row in self.epochs]

    def worst(self):
        return max((row["relative_l2"] for row in self.divergences), default=0.0)


def prepare_cnn(folder, root, options):
    full = options.full
    train, test, batch, epochs = (1438, 359, 64, 12) if full else (96, 32, 16, 3)
    data.pictures(folder / "data", root / "examples/digits/digits.csv.gz", options.cifar, train, test)
    torch.manual_seed(0)
    model = models.export(models.CNN(), torch.zeros(batch, 3, 32, 32), "image",
                          str(folder / "cnn.onnx"))
    step, updates = 0.2, options.iterations or 99
    layers = ["conv1", None, "conv2", "fc1", "fc2", "fc3"]  # the second vertex is the pool
    predicted = {name: missing(5 - i, updates, step) for i, name in enumerate(layers) if name}
    source = ("CIFAR-10" if options.cifar else "handwritten digits in random colours, "
              "drawn onto 3×32×32 (in place of CIFAR, which this tree does not have)")
    text = (f"Convolution 5×5 to 6 maps, ReLU, pool, convolution 5×5 to 16 maps, ReLU, "
            f"fully connected 200, 150 and 10, no biases, weights from N(0, 0.05). {train} + {test} pictures: "
            f"{source}. Batch {batch}, {epochs} epochs, plain gradient descent on the squared "
            f"error. `fixed`: step {step}, {updates} updates, as in the paper's code.")
    return Experiment("cnn", "Convolutional network", text, model, folder / "data",
                      ["--loss=mse", "--optimizer=sgd", "--rate=1",
                       f"--batch={batch}", f"--epochs={epochs}"],
                      [f"--step={step}", f"--iterations={updates}"],
                      LONG_CNN_TOLERANCE if full else CURVE_TOLERANCE, predicted)


def fixed_flags(options, step):
    if options.iterations:
        return [f"--step={step}", f"--iterations={options.iterations}"]
    return [f"--step={step}", f"--tolerance={GRADIENT_TOLERANCE}"]


def prepare_rnn(folder, root, options):
    full = options.full
    longest, hidden = (12, 128) if full else (5, 12)
    train, test, batch, epochs = (3600, 900, 64, 12) if full else (192, 48, 16, 3)
    alphabet, languages = data.words(folder / "data", options.words, longest, train, test)
    torch.manual_seed(0)
    network = models.RNN(len(alphabet), longest, hidden, len(languages))
    model = models.export(network, torch.zeros(batch, longest, dtype=torch.long), "word",
                          str(folder / "rnn.onnx"))
    source = "the word lists of Debian" if not options.words else "a file of labelled words"
    text = (f"Names the language of a word of at most {longest} letters: {len(languages)} "
            f"languages, {train} + {test} words from {source}, without accents and capitals. "
            f"h ← tanh(W_x x + W_h h) with {hidden} units, unrolled, one vertex for each step "
            f"in time; batch {batch}, {epochs} epochs, plain gradient descent on the cross-entropy. "
            f"`fixed`: step 0.1 as in the paper, tolerance {GRADIENT_TOLERANCE:g}.")
    return Experiment("rnn", "Recurrent network", text, model, folder / "data",
                      ["--loss=cross-entropy", "--optimizer=sgd", "--rate=0.2",
                       f"--batch={batch}", f"--epochs={epochs}"],
                      fixed_flags(options, 0.1), CURVE_TOLERANCE)


def prepare_lstm(folder, root, options):
    full = options.full
    steps, hidden = (8, 48) if full else (2, 8)
    train, test, batch, epochs = (2560, 640, 64, 10) if full else (128, 32, 16, 3)
    alphabet = data.characters(folder / "data", options.text, steps, train, test)
    torch.manual_seed(0)
    network = models.LSTM(len(alphabet), steps, hidden)
    model = models.export(network, torch.zeros(batch, steps, dtype=torch.long), "text",
                          str(folder / "lstm.onnx"))
    text = (f"Guesses the next of {len(alphabet)} characters at every position of stretches of "
            f"{steps}; {train} + {test} stretches of a text, the held-out ones from its last "
            f"tenth. {hidden} units, unrolled; gates, memory and hidden state of each step are "
            f"vertices. Batch {batch}, {epochs} epochs, plain gradient descent on the "
            f"cross-entropy. `fixed`: step 0.1, tolerance {GRADIENT_TOLERANCE:g}.")
    return Experiment("lstm", "Long short-term memory", text, model, folder / "data",
                      ["--loss=cross-entropy", "--optimizer=sgd", "--rate=2",
                       f"--batch={batch}", f"--epochs={epochs}"],
                      fixed_flags(options, 0.1), CURVE_TOLERANCE)


def train(tools, experiment, schedule, folder, model):
    flags = {"backprop": ["--backprop"],
             CONTROL: ["--backprop", "--float=f64"],
             "fixed": ["--schedule=fixed", *experiment.fixed],
             "fixed-exact": ["--schedule=fixed-exact"],
             "strict": ["--schedule=strict", "--step=0.1", "--iterations=100"]}[schedule]
    stem = schedule.replace(" ", "-")
    history, divergence = folder / f"{stem}.csv", folder / f"{stem}.divergence.csv"
    for path in (history, divergence):
        path.unlink(missing_ok=True)
    arguments = [model, "--data", experiment.data, "--csv", history, *experiment.learn, *flags]
    if schedule in SCHEDULES[1:]:
        arguments += ["--divergence", divergence, "--granularity=block",
                      "--cuts=" + ",".join(experiment.model.cuts)]
    failure = ""
    try:
        tools.run("pc-train", *arguments)
    except ToolError as error:
        # Only `strict` has a step that may be too large for the weights.
        if schedule != "strict" or "diverged" not in str(error):
            raise
        failure = str(error)
    return Run(schedule, read_table(history) if history.exists() else [],
               read_table(divergence) if divergence.exists() else [], failure)


def distance(run, reference):
    """Largest distance of two loss curves in units of the first loss."""
    pairs = zip(run.losses(), reference.losses())
    return max((abs(a - b) for a, b in pairs), default=0.0) / reference.losses()[0]


def check_gradients(run, experiment):
    """Whether gradients are as far off as they have to be, and no farther."""
    start = {r["parameter"]: r["relative_l2"] for r in run.divergences}
    if run.schedule == "fixed" and experiment.predicted:
        # The closed form holds at any weights; rounding adds to it.
        worst = max(abs(r["relative_l2"] - experiment.predicted[r["parameter"]])
                    - ROUNDING - 0.01 * experiment.predicted[r["parameter"]]
                    for r in run.divergences)
        told = ", ".join(f"{name} {start[name]:.1e} ({value:.1e})"
                         for name, value in experiment.predicted.items())
        return worst <= 0, f"`fixed`: gradients miss what P(Bin(T, η) < k) says: {told}"
    limit = GRADIENT_TOLERANCE if run.schedule == "fixed" else ROUNDING
    return (run.worst() <= limit,
            f"`{run.schedule}`: gradients within {limit:g} of reverse mode in every epoch "
            f"(largest difference {run.worst():.1e})")


def judge(experiment, runs):
    reference = runs["backprop"]
    losses = reference.losses()
    checks = [(losses[-1] < losses[0],
               f"`backprop` learns: loss {losses[0]:.4f} to {losses[-1]:.4f}")]
    for schedule in ("fixed", "fixed-exact"):
        far = distance(runs[schedule], reference)
        checks.append((far <= experiment.curve_tolerance,
                       f"`{schedule}`: its loss curve lies on that of `backprop` within "
                       f"{experiment.curve_tolerance:g} of the first loss (found {far:.1e})"))
        checks.append(check_gradients(runs[schedule], experiment))
    strict = runs["strict"]
    if strict.failure:
        return [*checks, (True, f"`strict` does not settle: {strict.failure}")]
    far = distance(strict, reference)
    left = next((row["epoch"] for row, other in zip(strict.epochs, reference.epochs)
                 if abs(row["loss"] - other["loss"]) > experiment.curve_tolerance * losses[0]),
                None)
    where = f"from epoch {left:.0f} on" if left else "nowhere"
    return [*checks, (far > experiment.curve_tolerance and strict.worst() > 0.05,
                      f"`strict` leaves the curve ({where}, distance {far:.1e}); its gradients "
                      f"are up to {strict.worst():.2f} off")]


def make_figure(experiment, runs, folder):
    names = list(dict.fromkeys(r["parameter"] for r in runs["fixed"].divergences))
    curves, layers = [], []
    for style, s in enumerate(SCHEDULES):
        curves.append(plot.Line(s, [(row["epoch"], row["loss"]) for row in runs[s].epochs],
                                style, wide=s == "backprop"))
        last = max((r["epoch"] for r in runs[s].divergences), default=0)
        points = [(names.index(r["parameter"]), r["relative_l2"])
                  for r in runs[s].divergences if r["epoch"] == last]
        if s != "backprop":
            layers.append(plot.Line(s, points, style, markers=True))
    plot.save(folder / f"{experiment.name}.svg", [
        plot.Panel(f"{experiment.title}: training loss", "epoch", "loss", curves),
        plot.Panel("error of the gradients after the last epoch", "", "relative error",
                   layers, log_y=True, names=names)])


def make_rows(runs):
    rows = []
    for s in [*SCHEDULES, CONTROL]:
        if not runs[s].epochs:
            rows.append([s, "", "", "", "", ""])
            continue
        last = runs[s].epochs[-1]
        rows.append([s, f"{last['loss']:.4f}", f"{100 * last['accuracy']:.2f} %",
                     f"{100 * last['held_out_accuracy']:.2f} %",
                     f"{distance(runs[s], runs['backprop']):.1e}",
                     f"{runs[s].worst():.1e}" if runs[s].divergences else ""])
    return rows


def run(prepare, tools, root, folder, options, pool):
    folder.mkdir(parents=True, exist_ok=True)
    experiment = prepare(folder, root, options)
    model = faulty = experiment.model.path
    if options.plant:
        faulty = tools.plant(model, options.plant, folder / "planted.mlir")
    names = [*SCHEDULES, CONTROL]
    results = pool.map(lambda s: train(tools, experiment, s, folder,
                                       faulty if s in SCHEDULES[1:] else model), names)
    runs = dict(zip(names, results))
    make_figure(experiment, runs, folder)
    return {"title": experiment.title, "text": experiment.text,
            "figure": f"{experiment.name}.svg", "rows": make_rows(runs),
            "checks": judge(experiment, runs)}
