"""One training from a table to its end: what the command line runs, with the lesson's network on any data set.

The rows are split and scaled, and the network is drawn and trained; what is told of it stands in `telling.py`. Here it
also stands when the target is scaled too, and what is known beforehand about memory and time.
"""
import math
import os
import sys
import time

from . import ops, values
from .dataset import Dataset
from .graph import sorted_graph, trainables
from .jobs import Job, steps_per_epoch
from .kinds import Any, List, Optional, Tuple, Vector
from .nodes import MSE, Linear, Placeholder, Sigmoid
from .ops import active_backend, available_backends, use
from .evaluating import split
from .predicting import predict
from .progress import Bar
from .rng import randn, zeros
from .scaling import constant_columns, means_and_deviations, standardize
from .tables import shown, shown_list
from .training import epochs_of

LONG_TRAINING = 60.0        # seconds, from which on it is worth saying that C is faster
LONG_ENOUGH = 0.05          # seconds, to measure what a step takes
MOST = 10 ** 30             # of whole numbers that are shown as floats
MEMORY_OF_A_LARGE_MACHINE = 2 ** 37     # bytes
SMALLEST_DEVIATION, LARGEST_TARGET = 0.1, 200.0     # of targets that need no scaling


class Run:
    """One training: the data, the network, and those who tell of it."""

    def __init__(self, dataset: Dataset, options: Any, listeners: List[Any]) -> None:
        """options: the choices of the command line, as attributes."""
        self.options, self.listeners = options, listeners
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
        self.losses: List[float] = []
        self.started = 0.0
        self.seconds: Optional[float] = None    # not known before the training has ended

    def train(self) -> None:
        """All epochs; the listeners hear of each."""
        self._tell("begin")
        self.started = time.perf_counter()
        for mean in self.epochs:
            self.losses.append(mean)
            self._tell("epoch")
        self.seconds = time.perf_counter() - self.started
        self._tell("end")

    def leave(self) -> None:
        """A training ends too early: what has been learnt until then is worth a look, too."""
        if self.bar:
            self.bar.close()
        if self.losses and self.seconds is None:
            self.seconds = time.perf_counter() - self.started
            self._tell("leave")

    def _tell(self, what: str) -> None:
        for listener in self.listeners:
            getattr(listener, what)(self)

    def test_loss(self) -> float:
        """The loss on the held-out rows."""
        return float(predict(self.loss, self.test_data))

    def steps_per_second(self) -> Optional[float]:
        """None: the clock, which is coarse in browsers, has not moved on."""
        steps = len(self.losses) * steps_per_epoch(len(self.train_rows), self.options.batch_size)
        return steps / self.seconds if self.seconds else None


def _without_constant_columns(dataset: Dataset, rows: List[int], drop: bool) -> Dataset:
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


def _take(items: List[Any], rows: List[int]) -> List[Any]:
    return [items[row] for row in rows]


def _require_memory(options: Any, features: int) -> None:
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


def target_scale(target: Vector) -> Optional[Tuple[float, float]]:
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


def build_network(features: int, hidden: int, seed: int, scale: Optional[Tuple[float, float]] = None) -> Tuple[Any,
                  ...]:
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


def faster_in_c(run: Run) -> str:
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
