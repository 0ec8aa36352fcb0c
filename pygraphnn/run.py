"""One training from a table to its end: what the command line runs, on any data set.

The rows are split and scaled, and the network is drawn, trained and measured; what is told of it stands in
`telling.py`. Here also stands what is known beforehand about memory and time.
"""
import os
import sys
import time

from . import ops, values
from .data import GENERATED, dataset_names, load_csv, load_dataset
from .dataset import Dataset
from .evaluating import split
from .graph import put_all, sorted_graph, trainables
from .jobs import Job, steps_per_epoch
from .kinds import Any, Callable, Dict, List, Optional, Rate, Tuple
from .language import say
from .network import build_network
from .ops import active_backend, available_backends, use
from .optimizers import Adam, GradientDescent, Momentum, Optimizer
from .predicting import predict
from .progress import Bar
from .rng import SplitMix64
from .saving import Model
from .scaling import constant_columns, means_and_deviations, standardize
from .tables import cells_of, shown, shown_list
from .tasks import task_of
from .training import Diverged, epochs_of

OPTIMIZERS: Dict[str, Callable[[Rate], Optimizer]] = {"sgd": GradientDescent, "momentum": Momentum, "adam": Adam}
# The choices that are saved with a model, so that its training can go on with the same.
SAVED = ("dataset", "target", "features", "one_hot", "drop_missing", "header", "decimal_comma", "task", "hidden",
         "activation", "batch_size", "shards", "optimizer", "learning_rate", "decay", "test_fraction", "seed")
LOOKS = 200                 # at the held-out rows, evenly spread over the epochs
LONG_TRAINING = 60.0        # seconds, from which on it is worth saying that C is faster
LONG_ENOUGH = 0.05          # seconds, to measure what a step takes
MOST = 10 ** 30             # of whole numbers that are shown as floats
MEMORY_OF_A_LARGE_MACHINE = 2 ** 37     # bytes


class Run:
    """One training: the data, the network, and those who tell of it."""

    def __init__(self, dataset: Dataset, options: Any, listeners: List[Any],
                 rows: Optional[Tuple[List[int], List[int]]] = None, model: Optional[Model] = None,
                 executor: Any = None, has_bar: bool = True) -> None:
        """options: the choices of the command line, as attributes; None where the task decides. rows: those to learn
        from and those held out, by their numbers; None: as `options.test_fraction` says. model: one that was saved,
        whose training goes on. executor: who computes the shards. has_bar: on a
        terminal, a bar shows how far it is."""
        self.options, self.listeners = options, listeners
        self.train_rows, self.test_rows = rows or split(len(dataset.data), options.test_fraction, options.seed)
        self.dataset = dataset = _without_constant_columns(dataset, self.train_rows)
        self.task = task_of(dataset, _take(dataset.target, self.train_rows))
        self.epochs = self.task.epochs if options.epochs is None else options.epochs
        for size in options.hidden:
            values.whole_number(size, "hidden", 1)
        _require_memory(options, len(dataset.feature_names), max(1, self.task.classes))
        X, y, self.output, self.loss = self.network()
        self.X, self.y = X, y
        learnt_from = _take(dataset.data, self.train_rows) if self.test_rows else dataset.data
        self.scaling = means_and_deviations(learnt_from, dataset.feature_names)
        self.data = {X: standardize(dataset.data, like=learnt_from, names=dataset.feature_names),
                     y: ops.table.own(dataset.target)}
        self.graph = sorted_graph(self.loss)
        self.train_data = self.data
        if self.test_rows:
            self.train_data = {node: ops.table.take_rows(rows, self.train_rows) for node, rows in self.data.items()}
            self.test_data = {node: ops.table.take_rows(rows, self.test_rows) for node, rows in self.data.items()}
        self.optimizer, self.rng, self.before = self._optimizer(), SplitMix64(options.seed), 0
        if model:
            self._go_on_from(model)
        has_bar = has_bar and sys.stderr is not None and sys.stderr.isatty()
        self.bar = Bar(range(self.epochs)) if has_bar else None
        self.job = Job(self.graph, self.train_data, trainables(self.graph), options.batch_size,
                       optimizer=self.optimizer, shards=options.shards, executor=executor)
        # After each epoch something may be looked at: the held-out rows, or a report, which may follow a Ctrl-C.
        self.means = epochs_of(self.job, self.epochs, self.rng, self.bar and (lambda epochs: self.bar),
                               is_watched=bool(self.test_rows or options.report))
        self.losses: List[float] = []
        self.test_losses: Dict[int, float] = {}     # {epoch: the loss on the held-out rows}, of some epochs
        self.started = 0.0
        self.seconds: Optional[float] = None    # not known before the training has ended

    def network(self) -> Tuple[Any, ...]:
        """(X, y, output, loss), with drawn weights."""
        return build_network(len(self.dataset.feature_names), self.options.hidden, self.options.seed,
                             self.options.activation, self.task.classes, self.task.scale)

    def _optimizer(self) -> Optimizer:
        rate, decay = self.options.learning_rate, values.finite_number(self.options.decay, "the decay")
        rate = self.task.learning_rates[self.options.optimizer] if rate is None else values.learning_rate(rate)
        if decay < 0.0:
            raise ValueError("the decay is %r: it must not be negative" % decay)
        self.named_rate = rate          # as somebody chose it
        if self.task.scale and self.options.optimizer != "adam":
            # The loss is in the target's own units: with these, its gradient grows by the square of their size.
            rate = rate / self.task.scale[1] / self.task.scale[1]
        self.learning_rate = rate       # of the first epoch
        falling: Rate = (lambda epoch: rate / (1.0 + decay * epoch)) if decay else rate
        return OPTIMIZERS[self.options.optimizer](falling)

    def model(self) -> Model:
        """The model as it is now, which may be saved."""
        optimizer = OPTIMIZERS[self.options.optimizer](self.learning_rate)      # without the function that lets it fall
        optimizer.epoch, optimizer.states = self.optimizer.epoch, self.optimizer.states
        model = Model(self.output, self.X, loss=self.loss, y=self.y, feature_names=self.dataset.feature_names,
                      target_name=self.dataset.target_name, class_names=self.dataset.class_names, optimizer=optimizer,
                      rng=self.rng, epochs=self.before + len(self.losses),
                      settings=dict({name: getattr(self.options, name) for name in SAVED}, epochs=self.epochs))
        model.means, model.deviations = [values.as_list(part) for part in self.scaling]
        return model

    def _go_on_from(self, model: Model) -> None:
        """ValueError: the data, or the network, are others than those of the model."""
        mine, theirs = trainables(self.graph), trainables(model.graph)
        shapes = [[ops.table.shape(node.value) for node in nodes] for nodes in (mine, theirs)]
        if shapes[0] != shapes[1] or model.feature_names != self.dataset.feature_names:
            raise ValueError("%s: the model was trained with other columns or other layers: train a new one"
                             % self.dataset.name)
        if [model.means, model.deviations] != [values.as_list(part) for part in self.scaling]:
            raise ValueError("%s: the data have changed since the model was trained (their means or deviations are "
                             "others): train a new one" % self.dataset.name)
        put_all(mine, [node.value for node in theirs])
        if model.optimizer is None or model.rng is None or type(model.optimizer) is not type(self.optimizer):
            raise ValueError("the model does not hold the state of its training: it can be used, but not trained on")
        self.optimizer.epoch = model.optimizer.epoch
        self.optimizer.states = {node: model.optimizer.states[other] for node, other in zip(mine, theirs)
                                 if other in model.optimizer.states}
        self.rng.state, self.before = model.rng.state, model.epochs

    def train(self) -> None:
        """All epochs; the listeners hear of each. Diverged: as of `train`."""
        self._tell("begin")
        self.started = time.perf_counter()
        try:
            for mean in self.means:
                self.losses.append(mean)
                epoch = len(self.losses)
                if self.test_rows and (epoch == self.epochs or (epoch - 1) % (self.epochs // LOOKS + 1) == 0):
                    self.test_loss()
                self._tell("epoch")
        except Diverged as end:         # with the learning rate that somebody chose
            raise Diverged(end.epoch, end.step, end.loss, self.named_rate, self.losses) from None
        self.seconds = time.perf_counter() - self.started
        self._tell("end")

    def leave(self) -> None:
        """A training ends too early: what has been learnt until then is worth a look, too, and to be saved."""
        self.means.close()          # from then on the nodes hold the parameters of the last whole step
        if self.bar:
            self.bar.close()
        if self.started and self.seconds is None:
            self.seconds = time.perf_counter() - self.started
            self._tell("leave")

    def _tell(self, what: str) -> None:
        for listener in self.listeners:
            getattr(listener, what)(self)

    def test_loss(self) -> float:
        """The loss on the held-out rows, after the epochs until now."""
        epoch = len(self.losses)
        if epoch not in self.test_losses:
            self.test_losses[epoch] = float(predict(self.loss, self.test_data))
        return self.test_losses[epoch]

    def measured(self) -> Dict[str, Any]:
        """{"learnt_from": what the task measures on these rows, "held_out": on those}"""
        found = {}
        for which, rows, data in (("learnt_from", self.train_rows, self.train_data),
                                  ("held_out", self.test_rows, self.test_rows and self.test_data)):
            if rows:
                outputs = predict(self.output, {self.X: data[self.X]})
                found[which] = self.task.measured(_take(self.dataset.target, rows), outputs)
        return found

    def steps_per_second(self) -> Optional[float]:
        """None: the clock, which is coarse in browsers, has not moved on."""
        steps = len(self.losses) * steps_per_epoch(len(self.train_rows), self.options.batch_size)
        return steps / self.seconds if self.seconds else None


def dataset_of(options: Any, advise: Any = None) -> Dataset:
    """The data set that the options name, or else the file. advise: how its errors word an advice."""
    chosen = {"target": options.target, "drop_missing": options.drop_missing, "header": options.header,
              "decimal_comma": options.decimal_comma, "task": options.task}
    if advise:
        chosen["advise"] = advise
    if options.features is not None:
        chosen["features"] = cells_of(options.features)
    if options.one_hot is not None:
        chosen["one_hot"] = cells_of(options.one_hot)
    name = options.dataset
    is_file = name.lower().endswith(".csv") or os.path.basename(name) != name or os.path.exists(name)
    load = load_csv if is_file and name not in dataset_names() + list(GENERATED) else load_dataset
    return load(name, **chosen)


def _without_constant_columns(dataset: Dataset, rows: List[int]) -> Dataset:
    """The data set without the columns that are constant in those rows: they tell nothing, and have no deviation."""
    if len(rows) == 1:
        raise ValueError("%s: there is only one row to learn from: a network needs at least two" % dataset.name)
    constant = {dataset.feature_names[column] for column in constant_columns(_take(dataset.data, rows))}
    if not constant:
        return dataset
    names = shown_list([shown(name) for name in dataset.feature_names if name in constant])
    column = "column" if len(constant) == 1 else "columns"
    if len(constant) == len(dataset.feature_names):
        raise ValueError("%s: no standard deviation in the constant %s %s: there are no other features to learn from"
                         % (dataset.name, column, names))
    chosen = dataset.select([name for name in dataset.feature_names if name not in constant])
    chosen.notes.append("left out, since constant: the %s %s" % (column, names))
    return chosen


def _take(items: List[Any], rows: List[int]) -> List[Any]:
    return [items[row] for row in rows]


def _require_memory(options: Any, features: int, outputs: int) -> None:
    """MemoryError: the network, or a batch, is larger than this machine's memory. To try would freeze the machine."""
    sizes = [features] + options.hidden + [outputs]
    numbers = options.batch_size * features
    for inputs, nodes in zip(sizes, sizes[1:]):
        numbers += 3 * (inputs + 1) * nodes + options.batch_size * 4 * nodes
    needed = numbers * (8 if active_backend() == "c" else 32)
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):       # not a POSIX system
        memory = MEMORY_OF_A_LARGE_MACHINE
    if needed > memory:
        raise MemoryError("a network with %s hidden nodes and batches of %s rows needs about %.3g GB, and this machine "
                          "has %.3g: choose fewer with --hidden or --batch-size"
                          % (",".join(map(values.shown, options.hidden)), values.shown(options.batch_size),
                             min(needed, MOST) / 1e9, memory / 1e9))


def faster_in_c(run: Run) -> str:
    """How much sooner the training would be done in C; an empty text if it is soon done, or there is no C."""
    if active_backend() == "c" or available_backends()["c"] is not None:
        return ""
    steps = min(run.epochs, MOST) * steps_per_epoch(len(run.train_rows), run.options.batch_size)
    in_lists = steps * _seconds_of_a_step(run)
    if in_lists < LONG_TRAINING:
        return ""
    with use("c"):
        in_c = steps * _seconds_of_a_step(run)
    return (say("this will take about %s; with --backend c about %s, and the numbers will be the same")
            % (_duration(in_lists), _duration(in_c)))


def _seconds_of_a_step(run: Run) -> float:
    """Measured on a network of the same size that is trained on one batch, in as many steps as last long enough."""
    (_, rows), (_, labels) = run.train_data.items()
    batch_size, seconds, steps = run.options.batch_size, 0.0, 1
    while seconds < LONG_ENOUGH:
        steps *= 4
        X, y, _, loss = run.network()
        data = {X: rows[:batch_size], y: labels[:batch_size]}
        graph = sorted_graph(loss)
        start = time.perf_counter()
        for _ in epochs_of(Job(graph, data, trainables(graph), batch_size, 0.0), steps, 0, None, is_watched=False):
            pass
        seconds = time.perf_counter() - start
    return seconds / steps


def _duration(seconds: float) -> str:
    if seconds >= 1.5 * 3600.0:
        return say("%.2g hours") % (seconds / 3600.0)
    return say("%.2g minutes") % (seconds / 60.0) if seconds >= 1.5 * 60.0 else say("%.2g seconds") % seconds
