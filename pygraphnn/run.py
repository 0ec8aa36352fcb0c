"""One training from a table to its report: what the command line runs, with the lesson's network on any data set.

The rows are split and scaled, the network is drawn and trained, and what happens is told in lines, in JSON, and on a
page. Here also stands when the target is scaled too, and what is said beforehand about memory and time.
"""
import json
import math
import os
import sys
import time

from . import ops, values
from .advice import how_the_loss_rose, what_was_not_learnt
from .data import Dataset
from .graph import sorted_graph, trainables
from .jobs import Job, steps_per_epoch
from .lists import draw_rows
from .nodes import MSE, Linear, Placeholder, Sigmoid
from .ops import active_backend, available_backends, use
from .predicting import predict
from .progress import Bar
from .rng import SplitMix64, randn, zeros
from .scaling import constant_columns, means_and_deviations, standardize
from .tables import shown, shown_list
from .training import epochs_of, split

EPOCHS_BETWEEN_LINES = 100
TEST_LOSSES_IN_REPORT = 200
LONG_TRAINING = 60.0        # seconds, from which on it is worth saying that C is faster
LONG_ENOUGH = 0.05          # seconds, to measure what a step takes
MOST = 10 ** 30             # of whole numbers that are shown as floats
MEMORY_OF_A_LARGE_MACHINE = 2 ** 37     # bytes
SMALLEST_DEVIATION, LARGEST_TARGET = 0.1, 200.0     # of targets that need no scaling


class Run:
    """One training: the data, the network, and what is said about them before, meanwhile and at the end."""

    def __init__(self, dataset: Dataset, options: object, say_aside: object) -> None:
        """options: the choices of the command line, as attributes. say_aside: says what is no result."""
        self.options, self.say_aside = options, say_aside
        self.train_rows, self.test_rows = split(len(dataset.data), options.test_fraction, options.seed)
        self.dataset = dataset = _without_constant_columns(dataset, self.train_rows, options.drop_constant)
        values.whole_number(options.hidden, "hidden", 1)
        _require_memory(options, len(dataset.feature_names))
        self.scale = target_scale(_take(dataset.target, self.train_rows))
        X, y, self.loss = build_network(len(dataset.feature_names), options.hidden, options.seed, self.scale)
        learnt_from = _take(dataset.data, self.train_rows) if self.test_rows else None
        self.data = {X: standardize(dataset.data, like=learnt_from, names=dataset.feature_names),
                     y: ops.table.own(dataset.target)}
        self.graph = sorted_graph(self.loss)
        self.train_data = self.data
        if self.test_rows:
            self.train_data = {node: ops.table.take_rows(rows, self.train_rows) for node, rows in self.data.items()}
            self.test_data = {node: ops.table.take_rows(rows, self.test_rows) for node, rows in self.data.items()}
        # The loss is in the target's own units: with these, its gradient grows by the square of their size.
        self.learning_rate = options.learning_rate
        if self.scale:
            self.learning_rate = self.learning_rate / self.scale[1] / self.scale[1]
        self.bar = Bar(range(options.epochs)) if sys.stderr is not None and sys.stderr.isatty() else None
        self.job = Job(self.graph, self.train_data, trainables(self.graph), options.batch_size, self.learning_rate)
        # After each epoch something may be looked at: the held-out rows, or a report, which may follow a Ctrl-C.
        self.epochs = epochs_of(self.job, options.epochs, options.seed, self.bar and (lambda epochs: self.bar),
                                      is_watched=bool(self.test_rows or options.report))
        self.losses, self.test_losses = [], {}
        self.started = self.seconds = None      # not known before the training has begun, and ended

    def begin(self) -> None:
        if not self.options.json:
            print("\n".join(self.headline()), flush=True)
            if sys.stdout is not None and sys.stdout.isatty():
                hint = _faster_in_c(self)
                if hint:
                    print(hint, flush=True)
        else:
            for note in self.dataset.notes:
                self.say_aside("%s: %s" % (self.dataset.name, note))
        if self.options.explain:
            print("\n" + _first_step(self.graph, self.train_data, self.options, self.learning_rate), flush=True)

    def headline(self) -> list:
        """What is trained, in lines."""
        options, features, target = self.options, len(self.dataset.feature_names), self.dataset.target_name
        lines = ["%s: %s, %s, target %s" % (self.dataset.name, values.counted(len(self.dataset.data), "row"),
                                             values.counted(features, "feature"), target)]
        lines += self.dataset.notes
        lines.append("network %d-%d-1, batch size %d, learning rate %g, seed %d, backend %s" % (
            features, options.hidden, options.batch_size, options.learning_rate, options.seed, active_backend()))
        if self.scale:
            lines.append("the target is scaled in training: the network learns (%s - %.6g) / %.6g; losses are in the "
                         "target's own units, for which its learning rate is %.3g"
                         % ((target,) + self.scale + (self.learning_rate,)))
        return lines

    def train(self) -> None:
        self.started = time.perf_counter()
        for mean in self.epochs:
            self.losses.append(mean)
            if self.options.report and self.test_rows and _is_in_report(len(self.losses), self.options.epochs):
                self.test_losses[len(self.losses)] = predict(self.loss, self.test_data)
            if not self.options.json and len(self.losses) % EPOCHS_BETWEEN_LINES == 1:
                if self.bar:
                    self.bar.clear()
                print("Epoch: %d, %s" % (len(self.losses), self.losses_text()), flush=True)
        self.seconds = time.perf_counter() - self.started

    def end(self) -> None:
        if self.options.json:
            print(json.dumps(self.as_json()))
        elif self.losses:
            speed = self.steps_per_second()
            print("%s in %.1f s%s. %s" % (values.counted(len(self.losses), "epoch"), self.seconds,
                                          "" if speed is None else ", %.0f steps/s" % speed, self.losses_text()))
            if len(self.losses) > 1 and sys.stdout is not None and sys.stdout.isatty():
                from .looking.terminal import loss_curve
                print(loss_curve(self.losses, sys.stdout))
        advice = (how_the_loss_rose(self.losses, self.options.learning_rate)
                  or what_was_not_learnt(self.job, self.losses))
        if advice and self.options.json:
            self.say_aside(advice)
        elif advice:
            print(advice)
        self.write_page()

    def leave(self) -> None:
        """A training ends too early: what has been learnt until then is worth a look, too."""
        if self.bar:
            self.bar.close()
        if self.losses and self.seconds is None:
            self.seconds = time.perf_counter() - self.started
            self.write_page()

    def losses_text(self) -> str:
        """The last epoch's loss, and the one on the held-out rows if there are any."""
        text = "Loss: %s" % loss_text(self.losses[-1])
        if self.test_rows:
            text += ", Held-out loss: %s" % loss_text(predict(self.loss, self.test_data))
        return text

    def steps_per_second(self):
        """None: the clock, which is coarse in browsers, has not moved on."""
        steps = len(self.losses) * steps_per_epoch(len(self.train_rows), self.options.batch_size)
        return steps / self.seconds if self.seconds > 0 else None

    def as_json(self) -> dict:
        options = self.options
        result = {"dataset": self.dataset.name, "rows": len(self.dataset.data), "features": self.dataset.feature_names,
                  "backend": active_backend(), "epochs": options.epochs, "batch_size": options.batch_size,
                  "learning_rate": options.learning_rate, "seed": options.seed, "losses": self.losses,
                  "seconds": self.seconds, "steps_per_second": self.steps_per_second()}
        if self.test_rows:
            test_loss = predict(self.loss, self.test_data)
            result.update(test_fraction=options.test_fraction, test_rows=len(self.test_rows),
                          test_loss=test_loss if math.isfinite(test_loss) else None)        # JSON has no infinity
        return result

    def write_page(self) -> None:
        if self.options.report is None:
            return
        from .looking.report import write_report
        write_report(self.options.report, self.graph, self.data, trainables(self.graph), self.losses,
                     batch_size=self.options.batch_size, learning_rate=self.learning_rate, seed=self.options.seed,
                     seconds=self.seconds, dataset=self.dataset, test_rows=self.test_rows, test_losses=self.test_losses)
        if not self.options.json:
            print("report: %s" % self.options.report)


def loss_text(loss: float) -> str:
    """With three places where these say something, and short where the loss is very small or large."""
    return "%.3f" % loss if 0.01 <= loss < 1e6 else "%.4g" % loss


def _first_step(graph: list, data: dict, options: object, learning_rate: float) -> str:
    """The step that the training takes first, with the rows that it draws for it, as text."""
    from .looking.explaining import explain
    rows = draw_rows(SplitMix64(options.seed), len(next(iter(data.values()))), options.batch_size)
    for node, whole in data.items():
        node.value = ops.table.take_rows(whole, rows)
    return explain(graph, learning_rate)


def _is_in_report(epoch: int, epochs: int) -> bool:
    """Whether a report shows the held-out loss after this epoch: after some of them, evenly spread, and the last."""
    return epoch == epochs or (epoch - 1) % (epochs // TEST_LOSSES_IN_REPORT + 1) == 0


def _without_constant_columns(dataset: Dataset, rows: list, drop: bool) -> Dataset:
    """The data set without the columns that are constant in those rows; a ValueError unless drop is true."""
    if len(rows) == 1:
        raise ValueError("%s: there is only one row to learn from: a network needs at least two" % dataset.name)
    constant = {dataset.feature_names[column] for column in constant_columns(_take(dataset.data, rows))}
    if not constant:
        return dataset
    if not drop or len(constant) == len(dataset.feature_names):
        names = [shown(name) for name in dataset.feature_names if name in constant]
        others = "choose others with --features, or add --drop-constant"
        if len(constant) == len(dataset.feature_names):
            others = "there are no other features to learn from"
        raise ValueError("%s: no standard deviation in the constant %s %s: %s"
                         % (dataset.name, "columns" if len(constant) > 1 else "column", shown_list(names), others))
    return dataset.select([name for name in dataset.feature_names if name not in constant])


def _take(items: list, rows: list) -> list:
    return [items[row] for row in rows]


def _require_memory(options: object, features: int) -> None:
    """MemoryError: the network, or a batch, is larger than this machine's memory. To try would freeze the machine."""
    parameters = (features + 2) * options.hidden + 1
    numbers = 3 * parameters + options.batch_size * (features + 4 * options.hidden)
    needed = numbers * (8 if active_backend() == "c" else 32)
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):       # not a POSIX system
        memory = MEMORY_OF_A_LARGE_MACHINE
    if needed > memory:
        raise MemoryError("a network with %s hidden nodes and batches of %s rows needs about %.3g GB, and this machine "
                          "has %.3g: choose fewer with --hidden or --batch-size"
                          % (values.shown(options.hidden), values.shown(options.batch_size), min(needed, MOST) / 1e9,
                             memory / 1e9))


def target_scale(target: list) -> tuple:
    """(mean, standard deviation) by which the target is scaled in training; None where that would not help.

    The weights are drawn, and the learning rate is chosen, for targets such as the lesson's prices, from 5 to 50. A
    target that is far larger saturates the hidden nodes in the first steps, and a far smaller one drowns in what the
    drawn weights predict.
    """
    if len(set(target)) == 1:
        return None
    (mean,), (deviation,) = means_and_deviations(target)
    if SMALLEST_DEVIATION <= deviation and math.hypot(mean, deviation) <= LARGEST_TARGET:
        return None
    return mean, deviation


def build_network(features: int, hidden: int, seed: int, scale: tuple = None) -> tuple:
    """The lesson's network with drawn weights, features-hidden-1, a sigmoid after the hidden layer: (X, y, loss).

    scale: (mean, deviation) of the labels, by which one more layer, whose weights stay, takes the prediction to their
    units.
    """
    X, y = Placeholder("X"), Placeholder("y")
    W1, b1, W2, b2 = [Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
    W1.value, b1.value = randn(features, hidden, seed), zeros(hidden)
    W2.value, b2.value = randn(hidden, 1, seed + 1), zeros(1)
    prediction = Linear(Sigmoid(Linear(X, W1, b1, "l1"), "s1"), W2, b2, "l2")
    if scale:
        mean, deviation = Placeholder("mean"), Placeholder("deviation")
        mean.value, deviation.value = [scale[0]], [[scale[1]]]
        prediction = Linear(prediction, deviation, mean, "prediction")
    return X, y, MSE(y, prediction, "cost")


def _faster_in_c(run: Run) -> str:
    """How much sooner the training would be done in C; an empty text if it is soon done, or there is no C."""
    if active_backend() == "c" or available_backends()["c"] is not None:
        return ""
    steps = min(run.options.epochs, MOST) * steps_per_epoch(len(run.train_rows), run.options.batch_size)
    in_lists = steps * _seconds_of_a_step(run)
    if in_lists < LONG_TRAINING:
        return ""
    with use("c"):
        in_c = steps * _seconds_of_a_step(run)
    return ("this will take about %s; with --backend c about %s, and the numbers will be the same"
            % (_duration(in_lists), _duration(in_c)))


def _seconds_of_a_step(run: Run) -> float:
    """Measured on a network of the same size that is trained on one batch, in as many steps as last long enough."""
    (_, rows), (_, labels) = run.train_data.items()
    batch_size, seconds, steps = run.options.batch_size, 0.0, 1
    while seconds < LONG_ENOUGH:
        steps *= 4
        X, y, loss = build_network(len(rows[0]), run.options.hidden, run.options.seed)
        data = {X: rows[:batch_size], y: labels[:batch_size]}
        graph = sorted_graph(loss)
        start = time.perf_counter()
        for _ in epochs_of(Job(graph, data, trainables(graph), batch_size, 0.0), steps, 0, None, is_watched=False):
            pass
        seconds = time.perf_counter() - start
    return seconds / steps


def _duration(seconds: float) -> str:
    for unit, size in (("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * size:
            return "%.2g %s" % (seconds / size, unit)
    return "%.2g seconds" % seconds
